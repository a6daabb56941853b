"""Every write of the labelling app."""

import hashlib
import json
import tomllib
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from labelling import tasks
from labelling.definition import Definition, read_definition
from labelling.models import PublishedVersion, Referential, ReferentialVersion


class Loaded(StrEnum):
    """What loading a file came to."""

    CREATED = "created"
    UNCHANGED = "unchanged"


class DraftInTheWay(Exception):
    """The admin has a draft of that number, which a file does not replace."""


@transaction.atomic
def load_referential(*, source: str, file: str) -> tuple[ReferentialVersion, Loaded]:
    """Publish the version of a referential that a file holds (`publish`); twice the same is once.

    :param source: text of the file, in TOML.
    :param file: name to say in errors.
    Raises `InvalidDefinition` when the file is wrong, `PublishedVersion` when this version is
    published already and says something else, `DraftInTheWay` when the admin has a draft of it.
    """
    definition = read_definition(source, file)
    referential, _new = Referential.objects.select_for_update().get_or_create(
        slug=definition.slug, defaults={"title": definition.title}
    )
    known = referential.versions.filter(version=definition.version).first()
    if known is not None:
        if known.published_at is None:
            raise DraftInTheWay(str(known))
        if known.sha256 != sha256_of(source):
            raise PublishedVersion(str(known))
        return known, Loaded.UNCHANGED
    # Whatever day it begins: a new server is given the versions of the years before as well.
    version = ReferentialVersion(referential=referential)
    write_source(version, source=source, definition=definition)
    publish(version=version)
    return version, Loaded.CREATED


@transaction.atomic
def publish(*, version: ReferentialVersion) -> None:
    """Make a version public for good, and warn the companies that would lose something to it.

    A first version takes nothing from anybody, nor does one that another replaced already.
    """
    version.published_at = timezone.now()
    version.save()
    others = version.referential.versions.published().exclude(pk=version.pk)
    if others.exists() and not version.is_replaced_on(timezone.localdate()):
        transaction.on_commit(lambda: tasks.warn_companies.enqueue(version.pk))


def write_source(version: ReferentialVersion, *, source: str, definition: Definition) -> None:
    """Store the text of a version and what it says; `definition` was read from it."""
    version.version = definition.version
    version.source = source
    version.data = json.loads(json.dumps(tomllib.loads(source), default=str))
    version.sha256 = sha256_of(source)
    version.valid_from, version.valid_to = definition.valid_from, definition.valid_to
    version.save()


def sha256_of(source: str) -> str:
    """What a file is recognised by."""
    return hashlib.sha256(source.encode()).hexdigest()
