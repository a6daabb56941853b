"""Who would lose what to a version, with the answers that were handed in."""

import pytest
import time_machine
from django.core.management import CommandError, call_command

from labelling.definition import NOT_APPLICABLE, read_definition
from labelling.impact import Losses, Standing, impact, losses, losses_of
from labelling.scoring import score
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.labelling.factories import make_result, make_version
from tests.labelling.referentials import HEAD, criterion, referential

SECOND = HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2027-01-01")
CHOICES = [
    {"value": "oui", "label": "Oui", "points": 1},
    {"value": "peu", "label": "Un peu", "points": 0.2},
]


def made(*criteria):
    return read_definition(referential(*criteria), "essai.toml")


def lost(old, new, answers, facts=None):
    was = score(old, answers, facts or {})
    standing = Standing(
        themes={one.theme: (one.theme, one.percent) for one in was.themes},
        unmet=frozenset(was.unmet),
        asked=frozenset(was.asked),
    )
    return losses_of(new, standing, answers, facts or {})


def test_the_same_rules_take_nothing():
    same = made(criterion("SE-01", blocking=True), criterion("DO-01", "donnees"))
    assert not lost(same, same, {"SE-01": "non", "DO-01": "oui"})


def test_a_heavier_no_lowers_its_theme_alone():
    old = made(criterion("SE-01"), criterion("SE-02"), criterion("DO-01", "donnees"))
    new = made(criterion("SE-01"), criterion("SE-02", weight=3), criterion("DO-01", "donnees"))
    answers = {"SE-01": "oui", "SE-02": "non", "DO-01": "oui"}
    assert lost(old, new, answers) == Losses(falls=(("securite", 50, 25),))
    assert not lost(new, old, answers)  # the other way round, it rises


def test_a_criterion_that_begins_to_block_is_told_where_it_is_not_met():
    old, new = made(criterion("SE-01")), made(criterion("SE-01", blocking=True))
    assert lost(old, new, {"SE-01": "partiel"}).unmet == ("SE-01",)
    assert not lost(old, new, {"SE-01": "oui"})


def test_a_new_question_has_no_answer_where_it_is_asked():
    old = made(criterion("SE-01"))
    new = made(criterion("SE-01"), criterion("SE-02", when={"fact": "ia", "is": ["oui"]}))
    assert lost(old, new, {"SE-01": "oui"}, {"ia": ["oui"]}).unanswered == ("SE-02",)
    assert not lost(old, new, {"SE-01": "oui"}, {"ia": ["non"]})


def test_what_was_left_without_answer_is_not_lost_again():
    old = made(criterion("SE-01"), criterion("SE-02"))
    assert not lost(old, old, {"SE-01": "oui"})


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"kind": "choice", "choices": CHOICES}, "partiel"),
        ({"na_allowed": False}, NOT_APPLICABLE),
        (
            {"kind": "number", "minimum": 0, "maximum": 9, "zero_at": 0, "full_at": 9},
            "non",
        ),
    ],
)
def test_an_answer_that_is_no_longer_possible_counts_as_none(changed, answer):
    old, new = made(criterion("SE-01")), made(criterion("SE-01", **changed))
    found = lost(old, new, {"SE-01": answer})
    assert found.invalid == ("SE-01",)
    assert found.unanswered == ()


def test_a_theme_that_goes_takes_its_score_away():
    old = made(criterion("SE-01"), criterion("DO-01", "donnees"))
    new = made(criterion("SE-01"), criterion("DO-01", "securite"))
    assert lost(old, new, {"SE-01": "oui", "DO-01": "oui"}).falls == (("donnees", 100, None),)


@pytest.fixture
def sheets(site):
    """Two companies: one that answered « oui » and « non » on a sheet, one that said « oui »."""
    first = make_version(criterion("SE-01"), criterion("SE-02"))
    second = make_version(criterion("SE-01"), criterion("SE-02", weight=3), head=SECOND)
    both = []
    for title, answer in (("Ardoise", "non"), ("Buvard", "oui")):
        page = make_sheet(title, vendor=VendorFactory(name=f"Maison {title}"))
        make_result(page.listing, first, {"SE-01": "oui", "SE-02": answer})
        both.append(page.listing)
    return second, *both


@pytest.mark.django_db
def test_each_sheet_is_told_apart(sheets):
    second, losing, keeping = sheets
    found = impact(second, most=10)
    assert [(row.title, row.vendor) for row in found.rows] == [("Ardoise", "Maison Ardoise")]
    assert found.rows[0].losses.in_words() == ["Sécurité : 50 % → 25 %"]
    assert (found.read, found.total) == (2, 2)
    assert losses(losing, second) == found.rows[0].losses
    assert not losses(keeping, second)
    assert not losses(make_sheet("Sans réponse").listing, second)


@pytest.mark.django_db
def test_only_the_first_are_read_when_told_so(sheets):
    found = impact(sheets[0], most=1)
    assert (found.read, found.total, len(found.rows)) == (1, 2, 1)


@pytest.mark.django_db
def test_archived_sheets_and_results_that_are_over_do_not_count(sheets):
    second, losing, _keeping = sheets
    losing.results.update(valid_to="2026-12-31")
    with time_machine.travel("2027-01-01 12:00"):
        assert impact(second, most=10).total == 1
    with time_machine.travel("2026-12-31 12:00"):
        assert impact(second, most=10).total == 2
        losing.archived_at = "2026-12-30T12:00:00Z"
        losing.save()
        assert impact(second, most=10).rows == []


@pytest.mark.django_db
def test_more_sheets_cost_no_more_queries(sheets, django_assert_num_queries):
    version = sheets[0]
    with django_assert_num_queries(2):
        impact(version, most=10)
    make_result(
        make_sheet("Crayon").listing, make_version(criterion("SE-01"), criterion("SE-02")), {}
    )
    with django_assert_num_queries(2):
        impact(version, most=10)


@pytest.mark.django_db
def test_the_command_reads_all_and_writes_a_file(sheets, tmp_path, capsys):
    file = tmp_path / "pertes.csv"
    call_command("referential_impact", "essai", "2", csv=file)
    assert capsys.readouterr().out.splitlines()[-1] == "1 fiche perdrait quelque chose, sur 2 lues."
    names, line = file.read_text(encoding="utf-8-sig").splitlines()
    assert names.startswith("fiche;offreur;scores")
    assert line.startswith("Ardoise;Maison Ardoise;Sécurité 50 > 25;;;;")


@pytest.mark.django_db
def test_the_command_says_which_versions_there_are_not(sheets):
    with pytest.raises(CommandError, match="pas de version 9"):
        call_command("referential_impact", "essai", "9")
