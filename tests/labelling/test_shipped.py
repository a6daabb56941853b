"""The self-assessment that the repository ships: what its readers count on."""

import re

import pytest
from django.core.management import call_command

from labelling.definition import Confidence, Definition, read_definition
from labelling.management.commands.load_referentials import SHIPPED
from labelling.scoring import asked

FILE = SHIPPED / "auto-evaluation-gouvtech-1.toml"


@pytest.fixture(scope="module")
def shipped() -> Definition:
    return read_definition(FILE.read_text(encoding="utf-8"), FILE.name)


def test_it_asks_about_sixty_questions_in_the_six_public_themes(shipped):
    assert len(shipped.themes) == 6
    assert 55 <= len(shipped.criteria) <= 65
    assert all(shipped.of_theme(theme.id) for theme in shipped.themes)


def test_what_would_bar_a_label_is_what_was_proposed(shipped):
    blocking = {one.id for one in shipped.criteria if one.blocking}
    assert blocking == {"DO-05", "DO-06", "DO-07", "SE-02", "SE-08"}


def test_what_is_unsure_says_whom_to_ask(shipped):
    for one in shipped.criteria:
        assert one.confidence is Confidence.SURE or len(one.editor_note) > 30, one.id


def test_secnumcloud_qualifies_and_never_certifies():
    text = FILE.read_text(encoding="utf-8").casefold()
    assert not re.search(r"certifi\w* secnumcloud|secnumcloud (est )?certifi", text)


def test_questions_about_artificial_intelligence_wait_for_its_use(shipped):
    saas = {"deploiement": ["saas"], "distribution": ["proprietaire"]}
    without = asked(shipped, {}, {**saas, "ia": ["non"]})
    using = asked(shipped, {}, {**saas, "ia": ["oui"]})
    assert not [one for one in without if one.startswith("IA")]
    assert {one for one in using if one.startswith("IA")} == {"IA-01", "IA-02", "IA-03", "IA-04"}


def test_a_sheet_is_scored_in_less_than_twenty_milliseconds(capsys):
    call_command("bench_scoring")
    said = capsys.readouterr().out
    assert float(re.search(r"([\d.]+) ms par fiche", said)[1]) < 20
