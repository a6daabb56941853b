"""Labels that files hold: entered once, then theirs to edit who administer them."""

import tomllib
from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from labelling.models import Label, LabelLevel, Referential
from labelling.services import Loaded

T = TypeVar("T", Label, LabelLevel)
_SET_HERE = frozenset({"id", "referential", "label", "position"})


class InvalidLabel(Exception):
    """A file that describes no label: says where and why, in French."""


@transaction.atomic
def load_label(source: str, file: str) -> tuple[Label, Loaded]:
    """Enter the label that a file describes, with its levels; one that is known is left as edited.

    :param source: text of the file, in TOML: columns of `Label` and a table `level` for each.
    :param file: name to say in errors.
    Raises `InvalidLabel` when the file is wrong, or when its referential is not loaded.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise InvalidLabel(_("%s : syntaxe TOML.") % file) from error
    known = Label.objects.filter(slug=str(data.get("slug", ""))).first()
    if known is not None:
        return known, Loaded.UNCHANGED
    levels = data.pop("level", [])
    slug = str(data.pop("referential", ""))
    referential = Referential.objects.filter(slug=slug).first()
    if referential is None:
        words = {"file": file, "slug": slug}
        raise InvalidLabel(_("%(file)s : le référentiel « %(slug)s » n'est pas chargé.") % words)
    if not levels:
        raise InvalidLabel(_("%s : un label a au moins un niveau.") % file)
    label = _store(Label(referential=referential), data, file)
    for position, row in enumerate(levels):
        _store(LabelLevel(label=label, position=position), row, file)
    return label, Loaded.CREATED


def _store(row: T, values: Mapping[str, Any], file: str) -> T:
    """Fill a row from a file, check it and store it; raises `InvalidLabel`."""
    columns = {field.name for field in row._meta.concrete_fields} - _SET_HERE
    for name, value in values.items():
        if name not in columns:
            raise InvalidLabel(_("%(file)s : « %(name)s » inconnu.") % {"file": file, "name": name})
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    try:
        row.full_clean()
    except ValidationError as error:
        faults = "; ".join(
            f"{name} : {' '.join(messages)}" for name, messages in error.message_dict.items()
        )
        raise InvalidLabel(f"{file} : {faults}") from error
    row.save()
    return row
