"""The image that other sites show: what it says, and that it stands alone."""

import datetime as dt
import re
from xml.etree import ElementTree

import pytest

from labelling.badges import COLOURS, LOOKS, BadgeImage, Look, badge_svg
from labelling.states import AwardState

SVG = "{http://www.w3.org/2000/svg}"
UNTIL = "Valable jusqu'au 31\u00a0octobre\u00a02028"


def image(label="Label d'essai", level="Confirmé", state=AwardState.ACTIVE):
    written = badge_svg(BadgeImage(label, level, state, dt.date(2028, 10, 31)))
    return ElementTree.fromstring(written)  # noqa: S314  (what we wrote)


def texts(svg):
    return [one.text for one in svg.iter(f"{SVG}text")]


def luminance(colour):
    """Relative luminance of a colour (WCAG 2.2)."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(
    ("state", "words", "ends"),
    [
        (AwardState.ACTIVE, "En vigueur", [UNTIL]),
        (AwardState.RESERVED, "En vigueur, avec réserves", [UNTIL]),
        (AwardState.SUSPENSION_NOTICE, "En vigueur", [UNTIL]),
        (AwardState.SUSPENDED, "Suspendu", []),
        (AwardState.ABROGATED, "Abrogé", []),
        (AwardState.EXPIRED, "Expiré", []),
    ],
)
def test_a_state_is_said_in_words_to_who_sees_and_to_who_listens(state, words, ends):
    svg = image(state=state)
    assert texts(svg) == ["Label d'essai", "Niveau : Confirmé", words, *ends]
    assert svg.get("role") == "img"
    assert svg[0].tag == f"{SVG}title"
    assert svg[0].text == f"Label d'essai, Niveau : Confirmé – {words}"
    assert svg[1].tag == f"{SVG}desc"
    assert svg[1].text == ". ".join(["Niveau : Confirmé", words, *ends]) + "."


def test_every_state_has_a_look_and_every_look_its_icon_and_colour():
    assert set(LOOKS) == set(AwardState)
    shown = {
        look: ElementTree.tostring(image(state=state).find(f"{SVG}g")).decode()
        for state, look in LOOKS.items()
    }
    assert set(shown) == set(Look)
    assert len(set(shown.values())) == len(Look)
    assert len(set(COLOURS.values())) == len(Look)


@pytest.mark.parametrize("colour", [*COLOURS.values(), "#161616"])
def test_colours_stand_out_from_white(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5
    drawn = {one.get("fill") for state in AwardState for one in image(state=state).iter()}
    assert drawn - {None, "none", "#ffffff"} == {*COLOURS.values(), "#161616"}


@pytest.mark.parametrize("state", LOOKS)
def test_it_calls_nothing_and_runs_nothing(state):
    written = badge_svg(BadgeImage("Label", "1", state, dt.date(2028, 10, 31)))
    bare = written.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"script|style|href|url\(|@import|<image|<use|foreign|://|\son\w+=", bare)


def test_names_are_text_whatever_they_hold():
    label = '<script>alert(1)</script> & "l\'été" ]]> \x07\x00'
    svg = image(label=label, level="</text><a/>")
    assert texts(svg)[:2] == ['<script>alert(1)</script> & "l\'été" ]]>', "Niveau : </text><a/>"]
    assert {one.tag.removeprefix(SVG) for one in svg.iter()} <= {
        "svg", "title", "desc", "rect", "path", "g", "text",
    }  # fmt: skip


@pytest.mark.parametrize(
    "label", ["L", "Label d'essai", "W" * 100, "Un label au nom bien long " * 4]
)
def test_it_is_as_wide_and_high_as_its_texts(label):
    svg = image(label=label)
    width, height = int(svg.get("width")), int(svg.get("height"))
    assert svg.get("viewBox") == f"0 0 {width} {height}"
    for text in svg.iter(f"{SVG}text"):
        assert int(text.get("x")) + int(text.get("textLength")) < width
        assert int(text.get("y")) < height
    assert "".join(texts(svg)[:-3]).replace(" ", "") == label.replace(" ", "")
    assert width < 700
