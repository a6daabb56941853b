"""Everything about one application in one ZIP, for a court: what was judged, said, decided, and on what.

Reads without the software: a page in French, the same as JSON, the files, and a program of the Python
library alone that checks their fingerprints and those of the events.
"""

import datetime as dt
import hashlib
import json
import re
import tempfile
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import FileField, Model
from django.db.models.fields.files import FieldFile
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from catalogue.models import Evidence
from labelling import events
from labelling.court_page import sections
from labelling.models import Award, LabelApplication, LabelEvent
from labelling.permissions import DECIDE, user_can_read_file
from labelling.procedure import lock_file
from labelling.states import Role

FORMAT = 1
"""Of `dossier.json`; another number once a key changes its meaning."""
CHECK = Path(__file__).with_name("court_check.py")
_IN_MEMORY = 5_000_000
_CHUNK = 1 << 20
_EXTENSION = re.compile(r"\.[a-z0-9]{1,5}")
_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


@dataclass(frozen=True)
class Piece:
    """A piece of evidence that was judged, and what became of it.

    :param told: as the snapshot has it: uid, title, url, sha256, public, expires_on.
    :param name: of its file in the archive; empty for an address, or a file that is no longer kept.
    :param note: what has to be known of it, in French.
    """

    criteria: tuple[str, ...]
    told: Mapping[str, Any]
    name: str = ""
    note: str = ""


@dataclass
class _Archive:
    """The ZIP being written, and the SHA-256 of each file in it."""

    out: zipfile.ZipFile
    root: str
    digests: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, content: str) -> None:
        self.stream(name, [content.encode()])

    def stream(self, name: str, chunks: Iterable[bytes]) -> str:
        """Write a file; return its digest."""
        found = hashlib.sha256()
        with self.out.open(f"{self.root}/{name}", "w") as target:
            for chunk in chunks:
                found.update(chunk)
                target.write(chunk)
        self.digests[name] = found.hexdigest()
        return self.digests[name]


def user_can_export(user: User, application: LabelApplication) -> bool:
    """Whether somebody may take a whole file out: who decides, or administers, without a conflict."""
    return user.has_perm(DECIDE) and user_can_read_file(user, application)


def export(*, application: LabelApplication, by: User) -> IO[bytes]:
    """The archive of a file, at its beginning; whoever gets it closes it. Its events say who took it.

    Raises `PermissionDenied` for who may not.
    """
    _note(application, by)
    out: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(_Archive(archive, archive_name(application)), _fresh(application))
    out.seek(0)
    return out


def archive_name(application: LabelApplication) -> str:
    """What the archive is called, without its extension: letters, digits and dashes."""
    return "dossier-" + (_UNSAFE.sub("-", application.number or "") or str(application.uid))


@transaction.atomic
def _note(application: LabelApplication, by: User) -> None:
    locked = lock_file(application)
    if not user_can_export(by, locked):
        raise PermissionDenied
    events.record(application=locked, name="export", by=by, role=Role.DECIDER)


def _fresh(application: LabelApplication) -> LabelApplication:
    rows = LabelApplication.objects.select_related(
        "label", "level", "vendor", "listing__page", "listing__vendor",
        "handover__assessment__version__referential", "award__level",
    )  # fmt: skip
    return rows.get(pk=application.pk)


def _write(archive: _Archive, application: LabelApplication) -> None:
    chain = list(application.events.order_by("position"))
    letters = [
        {**_row(one), "archive": _store(archive, f"lettres/{rank:02}-{one.kind}", one.file)}
        for rank, one in enumerate(application.letters.all(), 1)
    ]
    pieces = [_keep(archive, one) for one in _pieces(application, chain)]
    told = _told(application, chain, letters, pieces)
    archive.text("dossier.json", json.dumps(told, ensure_ascii=False, indent=1))
    context = {"file": application, "told": told, "sections": sections(application, told, chain)}
    archive.text("index.html", render_to_string("labelling/court/index.html", context))
    archive.text("verifier.py", CHECK.read_text(encoding="utf-8"))
    archive.text("LISEZMOI.txt", render_to_string("labelling/court/read_me.txt", context))
    lines = (f"{digest}  {name}\n" for name, digest in sorted(archive.digests.items()))
    archive.text("empreintes.sha256", "".join(lines))


def _pieces(application: LabelApplication, chain: Iterable[LabelEvent]) -> Iterator[Piece]:
    """Each piece that was judged in some round, once: rounds before the last are in the events."""
    snapshots = [event.data["snapshot"] for event in chain if "snapshot" in event.data]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    criteria: dict[tuple[str, str], set[str]] = {}
    for snapshot in [*snapshots, application.snapshot]:
        for criterion, answer in snapshot.get("criteria", {}).items():
            for piece in answer.get("evidence", ()):
                key = piece["uid"], piece["sha256"]
                found[key] = piece
                criteria.setdefault(key, set()).add(criterion)
    for key in sorted(found):
        yield Piece(tuple(sorted(criteria[key])), found[key])


def _keep(archive: _Archive, piece: Piece) -> Piece:
    """Put the file of a piece in the archive, as it is now; say so when it is not what was judged."""
    told = piece.told
    if told["url"]:
        return piece
    row = Evidence.objects.filter(uid=told["uid"]).first()
    uid, short = uuid.UUID(told["uid"]), _UNSAFE.sub("", told["sha256"])[:8]
    name = f"preuves/{_UNSAFE.sub('-', piece.criteria[0])}-{uid}-{short}"
    stored = _store(archive, name, row.file) if row else ""
    if not stored:
        return Piece(piece.criteria, told, note=_("fichier qui n'est plus conservé"))
    changed = archive.digests[stored] != told["sha256"]
    note = _("fichier remplacé depuis : l'empreinte n'est pas celle du fichier jugé")
    return Piece(piece.criteria, told, stored, note if changed else "")


def _store(archive: _Archive, name: str, file: FieldFile) -> str:
    """Copy a stored file under a name of ours; return its name, empty when it is not there."""
    stored = file.name or ""
    if not stored or not file.storage.exists(stored):
        return ""
    extension = PurePath(stored).suffix.lower()
    name += extension if _EXTENSION.fullmatch(extension) else ""
    with file.storage.open(stored, "rb") as source:
        archive.stream(name, iter(lambda: source.read(_CHUNK), b""))
    return name


def _told(
    application: LabelApplication,
    chain: list[LabelEvent],
    letters: list[dict[str, Any]],
    pieces: list[Piece],
) -> dict[str, Any]:
    award = Award.objects.filter(application=application).first()
    count, digest = events.head()
    told: dict[str, Any] = {
        "format": FORMAT,
        "made_at": _value(timezone.now()),
        "application": _row(application),
        "company": {"name": application.vendor.name, "siren": application.vendor.siren or ""},
        "sheet": {"title": application.listing.page.title, "uid": str(application.listing.uid)},
        "label": _row(application.label),
        "level": application.level.name,
        "referential": _version(application),
        "handover": _row(application.handover) if application.handover else None,
        **{
            name: [_row(one) for one in getattr(application, name).all()]
            for name in ("questions", "messages", "notes", "reviews", "consultations", "appeals")
        },
        "letters": letters,
        "evidence": [
            {**one.told, "criteria": one.criteria, "archive": one.name, "note": one.note}
            for one in pieces
        ],
        "award": _row(award) if award else None,
        "reservations": [_row(one) for one in award.reservations.all()] if award else [],
        "events": [_row(one) for one in chain],
        "chain": {"count": count, "digest": digest},
    }
    return {**told, "people": _people(told)}


def _version(application: LabelApplication) -> dict[str, str]:
    if application.handover is None:
        return {}
    version = application.handover.assessment.version
    return {"slug": version.referential.slug, "version": version.version, "source": version.source}


def _row(row: Model) -> dict[str, Any]:
    """All columns of a row, as JSON: days and moments in ISO 8601, the latter in UTC, whole."""
    return {
        one.attname: _value(one.value_from_object(row))
        for one in row._meta.concrete_fields
        if not isinstance(one, FileField)
    }


def _value(value: Any) -> Any:
    match value:
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat()
        case dt.date() | uuid.UUID():
            return str(value)
    return value


_PERSON = re.compile(r"(?:\w+_by|actor|author|expert|holder|first_judge|second_judge)_id")


def _people(told: Any) -> dict[str, str]:
    """Who is named by number anywhere in the file: « prénom nom », never an address."""
    found = set(_person_ids(told))
    rows = User.objects.filter(pk__in=found).values_list("pk", "first_name", "last_name")
    known = {str(pk): f"{first} {last}".strip() for pk, first, last in rows}
    gone = _("compte fermé, n° %s")
    return {str(pk): known.get(str(pk)) or gone % pk for pk in sorted(found)}


def _person_ids(told: Any) -> Iterator[int]:
    if isinstance(told, dict):
        for name, value in told.items():
            if isinstance(value, int) and _PERSON.fullmatch(name):
                yield value
            yield from _person_ids(value)
    elif isinstance(told, list):
        for one in told:
            yield from _person_ids(one)
