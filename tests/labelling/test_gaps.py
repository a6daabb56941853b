"""What an answer must be, and what lacks before answers are handed in."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from catalogue.models import Claim, Evidence
from labelling.definition import NOT_APPLICABLE, read_definition
from labelling.gaps import LONGEST, Given, Lack, find_gaps, normal
from tests.labelling.questionnaires import PERCENT
from tests.labelling.referentials import criterion, referential

TODAY = dt.date(2026, 11, 22)
CHOICES = [
    {"value": "tout", "label": "Tout", "points": 1.0},
    {"value": "rien", "label": "Rien", "points": 0.0},
]


def definition(*criteria):
    return read_definition(referential(*criteria), "essai.toml")


def one(**about):
    return definition(criterion(**about)).criteria[0]


@pytest.mark.parametrize(
    ("about", "typed", "kept"),
    [
        ({}, " oui ", "oui"),
        ({}, "", ""),
        ({}, NOT_APPLICABLE, NOT_APPLICABLE),
        ({"kind": "choice", "choices": CHOICES}, "rien", "rien"),
        ({"kind": "number", **PERCENT}, "87,50 %", "87.5"),
        ({"kind": "number", **PERCENT}, "100", "100"),
        ({"kind": "number", **PERCENT}, "0,0", "0"),
        ({"kind": "number", **PERCENT, "maximum": 90_000}, "12 000", "12000"),
        ({"kind": "date"}, "2026-03-01", "2026-03-01"),
        ({"kind": "date", "future": True}, "2099-01-01", "2099-01-01"),
        ({"kind": "url"}, "https://exemple.fr/a?b=c", "https://exemple.fr/a?b=c"),
        ({"kind": "text"}, "Deux\r\nlignes ", "Deux\nlignes"),
    ],
)
def test_an_answer_is_kept_in_one_way_of_writing_it(about, typed, kept):
    assert normal(one(**about), typed) == kept


@pytest.mark.parametrize(
    ("about", "typed", "told"),
    [
        ({}, "peut-être", "Choisissez une réponse de la liste."),
        ({"kind": "yes-no"}, "partiel", "Choisissez une réponse de la liste."),
        ({"na_allowed": False}, NOT_APPLICABLE, "« Sans objet » n'est pas possible ici"),
        ({"kind": "number", **PERCENT}, "beaucoup", "Écrivez un nombre en chiffres"),
        ({"kind": "number", **PERCENT}, "1e3", "Écrivez un nombre en chiffres"),
        ({"kind": "number", **PERCENT}, "100,1", "Écrivez un nombre de 0 à 100."),
        ({"kind": "number", **PERCENT}, "-1", "Écrivez un nombre de 0 à 100."),
        ({"kind": "date"}, "1er mars", "Écrivez une date"),
        ({"kind": "date"}, "2026-02-30", "Écrivez une date"),
        ({"kind": "date"}, "2099-01-01", "à venir"),
        ({"kind": "date"}, "1850-01-01", "trop ancienne"),
        ({"kind": "url"}, "exemple.fr", "Écrivez une adresse complète"),
        ({"kind": "url"}, "javascript:alert(1)", "Écrivez une adresse complète"),
        ({"kind": "text"}, "a" * (LONGEST + 1), "Pas plus de 2000 caractères"),
    ],
)
def test_what_is_no_answer_is_refused_with_what_to_do(about, typed, told):
    with pytest.raises(ValidationError, match=told):
        normal(one(**about), typed)


@pytest.mark.parametrize("kind", ["scale", "yes-no", "number", "date", "url", "text"])
@given(typed=st.text(max_size=40))
def test_whatever_is_typed_is_kept_or_refused_and_what_is_kept_stays(kind, typed):
    question = one(kind=kind, **(PERCENT if kind == "number" else {}))
    try:
        kept = normal(question, typed)
    except ValidationError:
        return
    assert normal(question, kept) == kept


def lacks(criteria, answers, claims=None, facts=None):
    found = find_gaps(definition(*criteria), answers, facts or {}, claims or {}, TODAY)
    return [(gap.criterion.id, gap.lack) for gap in found]


def test_what_is_asked_and_not_answered_lacks_and_the_rest_does_not():
    asked = criterion("SE-02", when={"criterion": "SE-01", "is": ["oui"]})
    answers = {"SE-01": Given("non")}
    assert lacks([criterion(), asked], answers) == []
    assert lacks([criterion(), asked], {"SE-01": Given("oui")}) == [("SE-02", Lack.ANSWER)]
    assert lacks([criterion(), asked], {}) == [("SE-01", Lack.ANSWER)]


def test_not_applicable_is_justified():
    assert lacks([criterion()], {"SE-01": Given(NOT_APPLICABLE)}) == [("SE-01", Lack.JUSTIFICATION)]
    assert lacks([criterion()], {"SE-01": Given(NOT_APPLICABLE, "Pas de données.")}) == []


def test_an_answer_that_is_possible_no_more_is_to_be_given_again():
    assert lacks([criterion()], {"SE-01": Given("ancien")}) == [("SE-01", Lack.INVALID)]


PROVEN = {"evidence": "required", "evidence_expected": "Le certificat."}


@pytest.mark.parametrize(("value", "lacking"), [("oui", True), ("partiel", True), ("non", False)])
def test_only_an_answer_that_claims_something_needs_a_proof(value, lacking):
    expected = [("SE-01", Lack.EVIDENCE)] if lacking else []
    assert lacks([criterion(**PROVEN)], {"SE-01": Given(value)}) == expected


@pytest.mark.parametrize(
    ("until", "lacking"), [(TODAY, False), (TODAY - dt.timedelta(days=1), True), (None, False)]
)
def test_a_piece_proves_until_its_last_day_be_it_not_handed_in_yet(until, lacking):
    claim = Claim(pk=1, kind=Claim.Kind.ANSWER, key="essai/SE-01")
    claim._prefetched_objects_cache = {"evidence": [Evidence(is_draft=True, expires_on=until)]}
    found = lacks([criterion(**PROVEN)], {"SE-01": Given("oui")}, {"SE-01": claim})
    assert found == ([("SE-01", Lack.EVIDENCE)] if lacking else [])
