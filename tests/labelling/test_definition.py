"""Reading a referential: what is right becomes a definition, what is wrong is said with its place."""

import pytest

from labelling.definition import InvalidDefinition, Kind, read_definition
from tests.labelling.referentials import HEAD, criterion, referential

CHOICES = [
    {"value": "aucun", "label": "Aucun", "points": 0.0},
    {"value": "interne", "label": "Interne", "points": 0.5},
    {"value": "passi", "label": "Par un tiers", "points": 1.0},
]
RANGE = {"unit": "%", "minimum": 0, "maximum": 100, "zero_at": 0, "full_at": 100}


def problems(text):
    with pytest.raises(InvalidDefinition) as refused:
        read_definition(text, "essai-1.toml")
    return [str(problem) for problem in refused.value.problems]


def test_a_right_file_is_read_whole():
    text = referential(
        criterion("SE-01"),
        criterion("SE-02", kind="choice", choices=CHOICES),
        criterion("DO-01", "donnees", kind="number", **RANGE),
        criterion("DO-02", "donnees", kind="yes-no", when={"criterion": "SE-01", "is": ["oui"]}),
    )
    found = read_definition(text, "essai-1.toml")
    assert [one.id for one in found.criteria] == ["SE-01", "SE-02", "DO-01", "DO-02"]
    assert [choice.value for choice in found.by_id["SE-01"].choices] == ["oui", "partiel", "non"]
    assert [choice.value for choice in found.by_id["DO-02"].choices] == ["oui", "non"]
    assert found.by_id["SE-02"].choices[1].points == 0.5
    assert found.by_id["DO-01"].number.unit == "%"
    assert [one.id for one in found.of_theme("donnees")] == ["DO-01", "DO-02"]


@pytest.mark.parametrize("kind", ["text", "url", "date"])
def test_what_is_typed_in_has_no_choices(kind):
    found = read_definition(referential(criterion(kind=kind)), "essai-1.toml")
    assert found.criteria[0].kind is Kind(kind)
    assert found.criteria[0].choices == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "vote"}, "kind"),
        ({"weight": 4}, "weight"),
        ({"guidance": None}, "guidance"),
        ({"colour": "red"}, "colour"),
        ({"kind": "choice"}, "choices"),
        ({"choices": CHOICES}, "choices"),
        ({"kind": "number"}, "minimum"),
        ({"evidence": "required"}, "evidence_expected"),
        ({"confidence": "memory"}, "editor_note"),
        ({"when": {"criterion": "SE-00"}}, "when"),
        ({"when": {"all": []}}, "when"),
        ({"theme": "jardin"}, "le thème « jardin » n'existe pas"),
        ({"when": {"criterion": "ZZ-99", "is": ["oui"]}}, "« ZZ-99 », qui n'est pas avant"),
        ({"when": {"criterion": "SE-00", "is": ["bleu"]}}, "« SE-00 » n'a pas de réponse bleu"),
        ({"when": {"fact": "couleur", "is": ["bleu"]}}, "pas de fait « couleur »"),
        ({"id": "SE-00"}, "cet identifiant sert déjà"),
        ({"kind": "choice", "choices": CHOICES[:2]}, "aucune réponse ne donne tous les points"),
        ({"kind": "choice", "choices": [CHOICES[2]] * 2}, "la même valeur"),
        ({"kind": "number", **RANGE, "full_at": 0}, "zero_at et full_at sont égaux"),
        (
            {"suggestion": {"sheet": "rgesn", "values": {"haut": "bleu", "bas": "oui"}}},
            "suggestion propose bleu, qui n'est pas une réponse",
        ),
        (
            {"feeds": {"sheet": "rgaa", "values": {"vert": "total", "oui": "partiel"}}},
            "feeds parle de vert, qui n'est pas une réponse",
        ),
    ],
)
def test_a_fault_is_said_with_its_file_line_and_criterion(changed, said):
    text = referential(criterion("SE-00"), criterion(**changed))
    line = text.splitlines().index("[[criterion]]", len(HEAD.splitlines()) + 3) + 1
    found = problems(text)
    name = changed.get("id", "SE-01")
    assert any(said in one for one in found)
    assert all(one.startswith(f"essai-1.toml, ligne {line}, critère {name}") for one in found)


def test_what_the_sheet_proposes_and_takes_is_read():
    text = referential(
        criterion(
            feeds={"sheet": "rgaa", "values": {"oui": "total"}},
            suggestion={"sheet": "rgaa", "values": {"total": "oui"}},
        )
    )
    found = read_definition(text, "essai-1.toml").criteria[0]
    assert (found.feeds("oui"), found.feeds("non")) == ("total", "non")
    assert (found.suggestion("total"), found.suggestion("partiel")) == ("oui", "partiel")


@pytest.mark.parametrize(
    ("changed", "key", "said"),
    [
        ({"weight": 4}, "weight", "3 au plus"),
        ({"guidance": None}, "", "il manque guidance"),
        ({"text": "Court"}, "text", "longueur : 10 au moins"),
        ({"kind": "vote"}, "kind", "une de ces valeurs est attendue : scale, yes-no"),
        ({"colour": "red"}, "", "clé inconnue : colour"),
        ({"choices": CHOICES, "unit": "%"}, "", "ne va pas avec cette forme de réponse : choices"),
        ({"blocking": "oui"}, "blocking", "attendu : true ou false"),
        ({"when": {"criterion": "SE-00"}}, "when", "il manque is"),
        ({"when": {"criterion": "SE-00", "fact": "ia", "is": ["oui"]}}, "when", "pas sur les deux"),
        ({"theme": "jardin"}, "theme", "n'existe pas"),
        ({"when": {"criterion": "ZZ-99", "is": ["oui"]}}, "when", "ZZ-99"),
    ],
)
def test_a_fault_is_said_in_french_with_its_key(changed, key, said):
    with pytest.raises(InvalidDefinition) as refused:
        read_definition(referential(criterion("SE-00"), criterion(**changed)), "essai-1.toml")
    found = refused.value.problems
    assert any((one.id, one.key) == ("SE-01", key) and said in one.message for one in found), found


def test_what_looks_at_a_criterion_is_known():
    found = read_definition(
        referential(
            criterion("SE-01"),
            criterion("SE-02", when={"not": {"criterion": "SE-01", "is": ["oui"]}}),
            criterion("SE-03", when={"fact": "ia", "is": ["oui"]}),
        ),
        "essai-1.toml",
    )
    assert found.naming("SE-01") == ("SE-02",)
    assert found.naming("SE-02") == ()


def test_every_fault_is_said_at_once():
    found = problems(referential(criterion("SE-01", weight=9), criterion("SE-02", kind="vote")))
    assert len(found) == 2


def test_a_syntax_error_is_said_with_its_line():
    assert problems('slug = "essai"\nversion = \n')[0].startswith("essai-1.toml, ligne 2, ")


def test_two_themes_of_one_name_are_refused():
    head = HEAD.replace('id = "donnees"', 'id = "securite"')
    assert (
        "thème securite : cet identifiant sert déjà"
        in problems(referential(criterion(), head=head))[0]
    )


def test_a_file_without_a_version_is_refused():
    assert (
        "version" in problems(referential(criterion(), head=HEAD.replace('version = "1"', "")))[0]
    )
