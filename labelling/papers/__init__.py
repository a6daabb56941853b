"""Letters and certificates as PDF that assistive technologies read (PDF/UA-1, tagged, in French).

The same data make the same bytes: fonts are those that the library brings, and the date that a file
holds is the paper's own. Data goes in as JSON: whatever people typed is text, never a command.
"""

import datetime as dt
import io
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import segno
import typst

from catalogue.presentation import french_date

SENDER = ("Mission LABEL", "Direction interministérielle du numérique")
"""Who writes, in words alone: the marks of the State are not ours to print."""
_TEMPLATES = Path(__file__).parent
_BLANK = re.compile(r"\n[ \t]*\n")
_SHOWN = re.compile(
    "[\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0377\u0391-\u03a1\u03a3-\u0482\u048a-\u04ff"
    "\u1e00-\u1eff\u2000-\u200a\u2010-\u2027\u202f-\u2040\u20a0-\u20c0\u2126-\u2151"
    "\u2190-\u23ff\u2460-\u2606\u2713\u2714\u2717\u2718]"
)
"""Characters that the fonts have: PDF/UA allows no other. Latin, Greek, Cyrillic and signs."""
_NOT_SHOWN = "□"
_WITHOUT_SHAPE = {"Cc", "Cf", "Mn"}
"""Categories of what is left out once texts are composed: controls, marks of direction, variants."""


@dataclass(frozen=True)
class Reason:
    """Why a decision is what it is, on one criterion."""

    criterion: str
    text: str
    verdict: str
    comment: str


@dataclass(frozen=True)
class Reservation:
    """What the company has to mend, and the last day to do it."""

    text: str
    lift_by: dt.date


@dataclass(frozen=True)
class Signatory:
    """Who decides, in which capacity and by which act (article L. 212-1 of the CRPA)."""

    first_name: str
    last_name: str
    capacity: str
    delegation: str


@dataclass(frozen=True)
class Letter:
    """An administrative letter.

    :param number: of the file.
    :param body: paragraphs between blank lines; so are `remedies` and comments.
    :param siren: empty for a company that has none.
    :param signatory: none for a letter that nobody decided (acknowledgement).
    :param address: the page that gives the letter's fingerprint.
    :param sender: lines; the first is the name.
    """

    subject: str
    number: str
    place: str
    dated_on: dt.date
    company: str
    siren: str
    body: str
    address: str
    reasons: tuple[Reason, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    signatory: Signatory | None = None
    remedies: str = ""
    sender: tuple[str, ...] = SENDER


@dataclass(frozen=True)
class Certificate:
    """What the holder of a label shows.

    :param sheet_dated_on: the version of the sheet that was judged.
    :param valid_to: last day.
    :param reservations: what the award depends on; empty when it depends on nothing.
    :param address: the award's page in the public register.
    :param dated_on: day of the certificate.
    """

    label: str
    level: str
    number: str
    solution: str
    company: str
    offers: tuple[str, ...]
    sheet_dated_on: dt.date
    granted_on: dt.date
    valid_to: dt.date
    address: str
    dated_on: dt.date
    reservations: str = ""
    sender: tuple[str, ...] = SENDER


def letter(data: Letter) -> bytes:
    """A letter as PDF."""
    company = [data.company, *([f"SIREN {data.siren}"] if data.siren else [])]
    given = {
        "sender": data.sender,
        "dated": f"{data.place}, le {french_date(data.dated_on)}",
        "number": data.number,
        "addressee": company,
        "subject": data.subject,
        "body": _paragraphs(data.body),
        "reasons": [
            {
                "criterion": one.criterion,
                "text": _paragraphs(one.text),
                "verdict": one.verdict,
                "comment": _paragraphs(one.comment),
            }
            for one in data.reasons
        ],
        "reservations": [
            {"text": _paragraphs(one.text), "by": french_date(one.lift_by)}
            for one in data.reservations
        ],
        "signatory": _signatory(data.signatory),
        "remedies": _paragraphs(data.remedies),
        "address": data.address,
    }
    return _pdf("letter", given, data.dated_on)


def certificate(data: Certificate) -> bytes:
    """A certificate as PDF, with the address to check it, in words and as a QR code."""
    given = {
        "sender": data.sender,
        "title": data.label,
        "level": data.level,
        "number": data.number,
        "solution": data.solution,
        "company": data.company,
        "offers": data.offers,
        "sheet": french_date(data.sheet_dated_on),
        "granted": french_date(data.granted_on),
        "until": french_date(data.valid_to),
        "dated": french_date(data.dated_on),
        "reservations": _paragraphs(data.reservations),
        "address": data.address,
        "qr": _qr(data.address),
    }
    return _pdf("certificate", given, data.dated_on)


def _signatory(signatory: Signatory | None) -> dict[str, str] | None:
    if signatory is None:
        return None
    return {
        "name": f"{signatory.first_name} {signatory.last_name}",
        "capacity": signatory.capacity,
        "delegation": signatory.delegation,
    }


def _paragraphs(text: str) -> list[list[str]]:
    """A text as paragraphs, each a list of lines."""
    cleaned = "\n".join(text.splitlines()).strip()
    return [paragraph.split("\n") for paragraph in _BLANK.split(cleaned) if paragraph.strip()]


def _qr(address: str) -> str:
    """An address as a QR code (SVG), still read when a sixth of it is smudged."""
    written = io.BytesIO()
    segno.make(address, error="m", micro=False).save(written, kind="svg", border=4, nl=False)
    return written.getvalue().decode()


@cache
def _fonts() -> typst.Fonts:
    """The fonts that the library brings, read once."""
    return typst.Fonts(include_system_fonts=False)


def _shown(value: Any) -> Any:
    """The same data with what can be shown: a square for a character that the fonts lack."""
    match value:
        case str():
            composed = unicodedata.normalize("NFC", " ".join(re.split(r"[\t\n]", value)))
            return "".join(
                one if _SHOWN.fullmatch(one) else _NOT_SHOWN
                for one in composed
                if unicodedata.category(one) not in _WITHOUT_SHAPE
            )
        case list() | tuple():
            return [_shown(one) for one in value]
        case dict():
            return {key: _shown(one) for key, one in value.items()}
    return value


def _pdf(template: str, given: Mapping[str, Any], on: dt.date) -> bytes:
    """A template filled and compiled: some milliseconds, without network."""
    # A compiler serves one thread at a time: each paper has its own.
    compiler = typst.Compiler(root=_TEMPLATES, font_paths=_fonts())
    pdf = compiler.compile(
        _TEMPLATES / f"{template}.typ",
        sys_inputs={"data": json.dumps(_shown(given))},
        pdf_standards=["ua-1"],
        timestamp=dt.datetime.combine(on, dt.time(12), tzinfo=dt.UTC),
    )
    return cast("bytes", pdf)
