"""The image by which other sites show an award: SVG that stands alone.

It names no font file, calls nothing, runs nothing, and says its state by word, icon and colour.
Browsers draw it with fonts that we do not know: its width is reckoned, and texts are fitted to it.
"""

import datetime as dt
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from catalogue.presentation import french_date
from labelling.state_words import Audience, state_label
from labelling.states import AwardState, Subject

TEMPLATE = "labelling/badge.svg"
LINE = 20
"""Pixels from a line to the next."""
_BAND = 44
_MARGIN = 12
_LONGEST_LINE = 40
_NARROW, _WIDE = frozenset("fijlrtI .,:;!|'’()[]-"), frozenset("mwMWœŒæÆ%@—…")


class Look(StrEnum):
    """How a state shows: an icon and a colour."""

    IN_FORCE = "in_force"
    RESERVED = "reserved"
    SUSPENDED = "suspended"
    ENDED = "ended"


COLOURS: Mapping[Look, str] = {
    Look.IN_FORCE: "#18753c",
    Look.RESERVED: "#a34000",
    Look.SUSPENDED: "#b40000",
    Look.ENDED: "#555555",
}
"""Each stands out from white, above and below, at 4.5:1 or more."""
LOOKS: Mapping[AwardState, Look] = {
    AwardState.ACTIVE: Look.IN_FORCE,
    AwardState.RESERVED: Look.RESERVED,
    AwardState.UNDER_REEXAMINATION: Look.IN_FORCE,
    AwardState.SUSPENSION_NOTICE: Look.IN_FORCE,
    AwardState.SUSPENDED: Look.SUSPENDED,
    AwardState.ABROGATION_NOTICE: Look.IN_FORCE,
    AwardState.ABROGATED: Look.ENDED,
    AwardState.WITHDRAWN: Look.ENDED,
    AwardState.EXPIRED: Look.ENDED,
    AwardState.SUPERSEDED: Look.ENDED,
}
"""Notices and re-examinations take nothing away: the public reads that the label is in force."""


@dataclass(frozen=True)
class BadgeImage:
    """What the image says of an award; `valid_to` is its last day."""

    label: str
    level: str
    state: AwardState
    valid_to: dt.date


@dataclass(frozen=True)
class _Line:
    """A line of text: where its foot is, and how wide it may be, in pixels."""

    text: str
    y: int
    size: int
    width: int
    is_bold: bool = False
    colour: str = "#161616"


def badge_svg(image: BadgeImage) -> str:
    """The image of an award, as an SVG document."""
    look = LOOKS[image.state]
    words = state_label(Subject.AWARD, image.state, Audience.PUBLIC)
    label, level = _printed(image.label), _("Niveau : %(level)s") % {"level": _printed(image.level)}
    until = _("Valable jusqu'au %(day)s") % {"day": french_date(image.valid_to)}
    ends = [until] if look in (Look.IN_FORCE, Look.RESERVED) else []
    texts = [
        *((text, 15, True, "#161616") for text in _wrapped(label)),
        *((text, 13, False, "#161616") for text in _wrapped(level)),
        (words, 13, True, COLOURS[look]),
        *((text, 12, False, "#161616") for text in ends),
    ]
    lines = [
        _Line(text, _MARGIN + LINE * place - 5, size, _width(text, size, is_bold), is_bold, colour)
        for place, (text, size, is_bold, colour) in enumerate(texts, start=1)
    ]
    height = LINE * len(lines) + 2 * _MARGIN
    return render_to_string(
        TEMPLATE,
        {
            "title": f"{label}, {level} – {words}",
            "description": ". ".join([level, words, *ends]) + ".",
            "look": look.value,
            "colour": COLOURS[look],
            "lines": lines,
            "width": _BAND + max(line.width for line in lines) + 2 * _MARGIN,
            "height": height,
            "icon_top": height // 2 - 12,
            "left": _BAND + _MARGIN,
        },
    )


def _printed(text: str) -> str:
    """A text without the controls that XML refuses."""
    return "".join(one if one.isprintable() else " " for one in text)


def _wrapped(text: str) -> list[str]:
    """A text as lines that a small image holds."""
    return textwrap.wrap(text, _LONGEST_LINE) or [""]


def _width(text: str, size: int, is_bold: bool) -> int:
    """Pixels that a text takes at a size in a common sans serif, near enough to look natural."""
    ems = sum(
        0.32 if one in _NARROW else 0.86 if one in _WIDE else 0.68 if one.isupper() else 0.56
        for one in text
    )
    return round(ems * size * (1.07 if is_bold else 1))
