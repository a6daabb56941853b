"""How a version of a referential comes to be in the admin: a draft, its edits, its publication.

Whoever has the right to draft may publish. What raises `Refused` says in French why, and what to do.
"""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from labelling.definition import read_definition
from labelling.editing import set_head
from labelling.models import Referential, ReferentialVersion
from labelling.permissions import user_can_draft
from labelling.services import publish, sha256_of, write_source

NOTICE = dt.timedelta(days=30)
"""How far ahead a new draft begins, unless its author says otherwise: time to answer again."""


class Conflict(Refused):
    """Somebody saved meanwhile: `theirs` is the draft as it is now."""

    def __init__(self, theirs: ReferentialVersion) -> None:
        super().__init__(
            _(
                "Ce brouillon a été enregistré entre-temps par quelqu'un d'autre. Ce que vous avez "
                "tapé est gardé ici ; comparez, puis enregistrez à nouveau."
            )
        )
        self.theirs = theirs


@transaction.atomic
def start_draft(*, from_version: ReferentialVersion, by: User, version: str) -> ReferentialVersion:
    """Copy a published version into a draft of another number, which begins in a month.

    Raises `PermissionDenied` without the right, `Refused` when the number is taken,
    `InvalidDefinition` when it is no number.
    """
    _require(by)
    referential = _lock(from_version)
    if from_version.published_at is None:
        raise Refused(_("Un brouillon part d'une version publiée."))
    _require_free(referential, version)
    begins = max(from_version.valid_from, timezone.localdate() + NOTICE)
    kept = (
        from_version.valid_to if from_version.valid_to and from_version.valid_to > begins else None
    )
    source = set_head(
        from_version.source, {"version": version, "valid_from": begins, "valid_to": kept}
    )
    draft = ReferentialVersion(referential=referential)
    definition = read_definition(source, file_name(referential, version))
    write_source(draft, source=source, definition=definition)
    log(instance=draft, action="labelling.referential.draft", user=by)
    return draft


@transaction.atomic
def save_draft(*, draft: ReferentialVersion, source: str, by: User, seen_sha256: str) -> None:
    """Write the text of a draft, which must be right; the same text changes nothing.

    :param seen_sha256: what the draft was when its author began to type.
    Raises `PermissionDenied`, `InvalidDefinition` with every problem, `Conflict` when somebody saved
    meanwhile, `Refused` when the draft is published or gone, names another referential or takes the
    number of another version.
    """
    _require(by)
    referential = _lock(draft)
    current = _current(draft)
    source = source.replace("\r\n", "\n")
    if sha256_of(source) == current.sha256:
        return
    if current.sha256 != seen_sha256:
        raise Conflict(current)
    definition = read_definition(source, file_name(referential, current.version))
    if definition.slug != referential.slug:
        raise Refused(
            _("slug ne change pas : ce brouillon est celui de « %s ».") % referential.slug
        )
    if definition.version != current.version:
        _require_free(referential, definition.version)
    write_source(current, source=source, definition=definition)
    draft.refresh_from_db()
    log(instance=current, action="labelling.referential.edit", user=by)


@transaction.atomic
def delete_draft(*, draft: ReferentialVersion, by: User) -> None:
    """Drop a draft. Raises `PermissionDenied`, or `Refused` when it is published or gone."""
    _require(by)
    _lock(draft)
    current = _current(draft)
    log(instance=current, action="labelling.referential.delete", user=by, deleted=True)
    current.delete()


@transaction.atomic
def publish_draft(*, draft: ReferentialVersion, by: User, seen_sha256: str) -> None:
    """Make a draft a version for good, and warn the companies that would lose something.

    :param seen_sha256: what the draft was when its author decided.
    Raises `PermissionDenied`, `Conflict` when somebody saved meanwhile, `InvalidDefinition` when the
    rules of files changed since it was saved, `Refused` when it is published already or begins in
    the past.
    """
    _require(by)
    referential = _lock(draft)
    current = _current(draft)
    if current.sha256 != seen_sha256:
        raise Conflict(current)
    read_definition(current.source, file_name(referential, current.version))
    if current.valid_from < timezone.localdate():
        raise Refused(
            _(
                "Cette version commencerait dans le passé : donnez-lui une date à partir d'aujourd'hui."
            )
        )
    publish(version=current)
    draft.refresh_from_db()
    log(instance=current, action="labelling.referential.publish", user=by)


def file_name(referential: Referential, version: str) -> str:
    """How the file of a version is called, in errors and downloads."""
    return f"{referential.slug}-{version}.toml"


def _require(by: User) -> None:
    if not user_can_draft(by):
        raise PermissionDenied


def _lock(version: ReferentialVersion) -> Referential:
    return Referential.objects.select_for_update().get(pk=version.referential_id)


def _current(draft: ReferentialVersion) -> ReferentialVersion:
    """The draft as it is stored now; its referential is locked."""
    current = ReferentialVersion.objects.select_related("referential").filter(pk=draft.pk).first()
    if current is None:
        raise Refused(_("Ce brouillon a été supprimé."))
    if current.published_at is not None:
        raise Refused(
            _("Cette version est publiée : elle ne change plus. Préparez-en une nouvelle.")
        )
    return current


def _require_free(referential: Referential, version: str) -> None:
    if referential.versions.filter(version=version).exists():
        raise Refused(_("La version %s existe déjà : prenez un autre numéro.") % version)
