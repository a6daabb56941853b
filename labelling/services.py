"""Every write of the labelling app."""

import hashlib
import json
import tomllib
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from labelling.definition import read_definition
from labelling.models import PublishedVersion, Referential, ReferentialVersion


class Loaded(StrEnum):
    """What loading a file came to."""

    CREATED = "created"
    UNCHANGED = "unchanged"


@transaction.atomic
def load_referential(*, source: str, file: str) -> tuple[ReferentialVersion, Loaded]:
    """Publish the version of a referential that a file holds; twice the same changes nothing.

    :param source: text of the file, in TOML.
    :param file: name to say in errors.
    Raises `InvalidDefinition` when the file is wrong, `PublishedVersion` when this version is
    published already and says something else.
    """
    definition = read_definition(source, file)
    referential, _new = Referential.objects.select_for_update().get_or_create(
        slug=definition.slug, defaults={"title": definition.title}
    )
    sha256 = hashlib.sha256(source.encode()).hexdigest()
    known = ReferentialVersion.objects.filter(
        referential=referential, version=definition.version
    ).first()
    if known is not None:
        if known.sha256 != sha256:
            raise PublishedVersion(str(known))
        return known, Loaded.UNCHANGED
    version = ReferentialVersion(
        referential=referential,
        version=definition.version,
        source=source,
        data=json.loads(json.dumps(tomllib.loads(source), default=str)),
        sha256=sha256,
        valid_from=definition.valid_from,
        valid_to=definition.valid_to,
        published_at=timezone.now(),
    )
    version.save()
    return version, Loaded.CREATED
