"""Changing a part of a file leaves the rest as it is written."""

import difflib
import tomllib

import pytest

from labelling.definition import read_definition
from labelling.editing import (
    CannotEdit,
    add_row,
    inline,
    move_row,
    read_inline,
    remove_row,
    set_head,
    set_row,
)
from labelling.management.commands.load_referentials import SHIPPED
from tests.labelling.referentials import criterion, referential

SHIPPED_TEXT = (SHIPPED / "auto-evaluation-gouvtech-1.toml").read_text(encoding="utf-8")
COMMENTED = referential(
    "# Sécurité d'abord.\n" + criterion("SE-01"),
    criterion("SE-02"),
    "# Puis les données.\n\n" + criterion("DO-01", "donnees"),
)


def ids(text):
    return [row["id"] for row in tomllib.loads(text)["criterion"]]


def touched(old, new):
    """Lines taken away and lines that came."""
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))[2:]
    return tuple([line[1:] for line in lines if line.startswith(sign)] for sign in "-+")


def test_a_changed_key_changes_its_line_alone():
    text = set_row(SHIPPED_TEXT, "criterion", "SE-02", {"weight": 1, "theme": "securite"})
    gone, came = touched(SHIPPED_TEXT, text)
    assert len(gone) == 1
    assert came == ["weight = 1"]


def test_criteria_of_the_shipped_file_are_edited_alone():
    for id in ids(SHIPPED_TEXT)[::8]:
        text = set_row(SHIPPED_TEXT, "criterion", id, {"text": "Une question toute neuve ?"})
        assert touched(SHIPPED_TEXT, text)[1] == ['text = "Une question toute neuve ?"']


def test_a_key_is_taken_away_by_none_and_added_by_a_value():
    when = {"all": [{"fact": "ia", "is": ["oui"]}, {"not": {"criterion": "SE-01", "is": ["non"]}}]}
    values = {"when": when, "na_allowed": None, "legal_reference": 'Dit "ainsi"\nà la ligne'}
    text = set_row(COMMENTED, "criterion", "SE-02", values)
    row = tomllib.loads(text)["criterion"][1]
    assert row["when"] == when
    assert row["legal_reference"] == 'Dit "ainsi"\nà la ligne'
    assert "na_allowed" not in row
    assert read_inline(inline(when)) == when


def test_what_the_file_says_of_itself_changes_in_its_head():
    text = set_head(SHIPPED_TEXT, {"version": "2", "legal_basis": None})
    gone, came = touched(SHIPPED_TEXT, text)
    assert came == ['version = "2"']
    assert [line.split(" ")[0] for line in gone] == ["version", "legal_basis"]


def test_a_new_criterion_stands_last_in_its_theme():
    row = {**tomllib.loads(COMMENTED)["criterion"][0], "id": "SE-03"}
    text = add_row(COMMENTED, "criterion", row)
    assert ids(text) == ["SE-01", "SE-02", "SE-03", "DO-01"]
    assert read_definition(text, "essai.toml").by_id["SE-03"].theme == "securite"
    assert touched(COMMENTED, text)[0] == []
    assert "# Puis les données." in text.partition('"SE-03"')[2]


def test_a_new_theme_may_have_criteria():
    text = add_row(COMMENTED, "theme", {"id": "libre", "title": "Logiciel libre"})
    row = {**tomllib.loads(COMMENTED)["criterion"][0], "id": "LL-01", "theme": "libre"}
    found = read_definition(add_row(text, "criterion", row), "essai.toml")
    assert [theme.id for theme in found.themes] == ["securite", "donnees", "libre"]
    assert [one.id for one in found.of_theme("libre")] == ["LL-01"]


def test_a_criterion_changes_places_within_its_theme_and_comments_stay():
    assert ids(move_row(COMMENTED, "criterion", "SE-02", up=True)) == ["SE-02", "SE-01", "DO-01"]
    down = move_row(COMMENTED, "criterion", "SE-01", up=False)
    assert ids(down) == ["SE-02", "SE-01", "DO-01"]
    comments = [line for line in down.splitlines() if line.startswith("#")]
    assert comments == ["# Sécurité d'abord.", "# Puis les données."]
    assert down.index("# Puis") < down.index('"DO-01"')
    assert move_row(COMMENTED, "criterion", "DO-01", up=True) == COMMENTED


def test_what_is_taken_out_leaves_the_comments():
    text = remove_row(COMMENTED, "criterion", "SE-02")
    assert ids(text) == ["SE-01", "DO-01"]
    assert "# Puis les données." in text
    text = remove_row(COMMENTED, "theme", "donnees")
    assert [row["id"] for row in tomllib.loads(text)["theme"]] == ["securite"]


def test_what_is_not_there_is_a_key_error():
    with pytest.raises(KeyError):
        set_row(COMMENTED, "criterion", "ZZ-99", {"weight": 1})


@pytest.mark.parametrize(
    "text",
    [
        COMMENTED.replace('"Sécurité"', '"""Sécurité\n[[theme]]\n"""'),
        'criterion = [{id = "SE-01"}]\n[[theme]]\nid = "securite"\n',
    ],
)
def test_a_file_of_another_make_is_refused_rather_than_spoiled(text):
    tomllib.loads(text)
    with pytest.raises(CannotEdit):
        set_row(text, "criterion", "SE-01", {"weight": 2})
