"""The database's own rules on rows that it does not hold: the same answers, in one question."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogue.constraints import broken
from catalogue.models import Offer, PriceTier, Reference

pytestmark = pytest.mark.django_db

ROWS = (
    Offer(name="Sans prix", pricing="priced", metric="agent", period="month"),
    Offer(name="Négative", pricing="priced", metric="agent", period="month", unit_price=-1),
    Offer(name="Pilote sans durée", kind="pilote", trial_days=0),
    Offer(name="Pilote", kind="pilote", trial_days=30),
    Offer(name="Cloud de l'État sans nom", deployment="cloud-etat"),
    Offer(name="Qualifiée sur site", deployment="sur-site", secnumcloud="qualifie"),
    Offer(name="Simple", deployment="saas"),
    PriceTier(from_quantity=0, unit_price=1),
    PriceTier(from_quantity=10, unit_price=1),
    Reference(client="Ville d'essai", year=2024, consent="file"),
    Reference(client="Ville d'essai", year=2024),
)


def by_django(row):
    try:
        row.validate_constraints(exclude={"page", "offer"})
    except ValidationError as error:
        return sorted(error.messages)
    return []


def test_each_row_is_told_what_django_would_say_of_it():
    found = broken([(row, ("page", "offer")) for row in ROWS])
    answers = [sorted(found.get(place, [])) for place in range(len(ROWS))]
    assert answers == [by_django(row) for row in ROWS]
    assert sum(map(bool, answers)) == 7


def test_a_rule_on_a_field_that_is_wrong_already_is_left_out():
    assert broken([(ROWS[2], ("page", "trial_days"))]) == {}


def test_many_rows_are_one_question_a_hundred_rules():
    rows = [(Offer(name=str(rank), kind="pilote", trial_days=0), ("page",)) for rank in range(40)]
    with CaptureQueriesContext(connection) as queries:
        assert set(broken(rows)) == set(range(40))
    assert len(queries) == 2
    assert broken([]) == {}
