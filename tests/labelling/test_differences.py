"""What changes between two versions."""

from labelling.definition import read_definition
from labelling.differences import difference
from tests.labelling.referentials import criterion, referential


def made(*criteria):
    return read_definition(referential(*criteria), "essai-1.toml")


def test_what_comes_goes_and_changes_is_told_apart():
    old = made(criterion("SE-01"), criterion("SE-02"), criterion("SE-03"))
    new = made(criterion("SE-02", weight=3, blocking=True), criterion("SE-03"), criterion("SE-04"))
    found = difference(old, new)
    assert [one.id for one in found.added] == ["SE-04"]
    assert [one.id for one in found.removed] == ["SE-01"]
    assert [(one.id, names) for one, names in found.changed] == [("SE-02", ("blocking", "weight"))]


def test_the_order_of_criteria_is_no_change():
    rows = (criterion("SE-01"), criterion("SE-02"))
    assert not difference(made(*rows), made(*reversed(rows)))
