"""The form of a criterion says what the file says, and gives it back unchanged."""

import tomllib

from labelling.admin.forms import CriterionForm, typed_from
from labelling.editing import set_row
from labelling.management.commands.load_referentials import SHIPPED
from tests.labelling.referentials import criterion, referential

TEXT = (SHIPPED / "auto-evaluation-gouvtech-1.toml").read_text(encoding="utf-8")


def sent(text, id, **changed):
    """The form of a criterion as a browser sends it back, untouched but for what is given."""
    data = tomllib.loads(text)
    row = typed_from(next(row for row in data["criterion"] if row["id"] == id))
    typed = {name: "on" if value is True else str(value) for name, value in row.items() if value}
    numbers = {name: str(value) for name, value in row.items() if type(value) in (int, float)}
    themes = [(theme["id"], theme["title"]) for theme in data["theme"]]
    form = CriterionForm({**typed, **numbers, "seen": "0" * 64, **changed}, themes=themes)
    assert form.is_valid(), (id, form.errors)
    return form


def test_every_criterion_of_the_shipped_file_comes_back_as_it_is():
    for row in tomllib.loads(TEXT)["criterion"]:
        values = sent(TEXT, row["id"]).values()
        assert set_row(TEXT, "criterion", row["id"], values) == TEXT, row["id"]


def test_fine_points_and_bounds_are_not_rounded():
    thirds = [{"value": f"n{n}", "label": "N", "points": round(n / 3, 12)} for n in range(4)]
    bounds = {"minimum": 0, "maximum": 1.123456789, "zero_at": 0.1, "full_at": 1}
    text = referential(
        criterion("SE-01", kind="choice", choices=thirds),
        criterion("SE-02", kind="number", **bounds),
    )
    for id in ("SE-01", "SE-02"):
        assert set_row(text, "criterion", id, sent(text, id).values()) == text


def test_what_another_form_of_answer_needs_is_dropped():
    text = referential(
        criterion("SE-01", kind="number", unit="%", minimum=0, maximum=9, zero_at=0, full_at=9)
    )
    values = sent(text, "SE-01", kind="scale").values()
    row = tomllib.loads(set_row(text, "criterion", "SE-01", values))["criterion"][0]
    assert not {"unit", "minimum", "maximum", "zero_at", "full_at", "choices"} & set(row)
