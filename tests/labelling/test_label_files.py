"""The label that the project ships, and files that describe one."""

import datetime as dt
import io

import pytest
from django.core.management import call_command

from catalogue.models import Reason
from labelling.label_files import InvalidLabel, load_label
from labelling.management.commands.load_referentials import LABELS
from labelling.models import Label
from labelling.rules import SilenceEffect
from labelling.services import Loaded
from tests.labelling.factories import make_version
from tests.labelling.referentials import criterion

pytestmark = pytest.mark.django_db

SMALL = """
slug = "petit"
name = "Petit label"
description = "Pour les tests."
referential = "essai"
valid_from = 2026-01-01
service = "Mission LABEL"
decided_by = "Qui en a délégation"
legal_basis = "CRPA, article L231-4"
confidence = "à confirmer"
remedies = "Recours."
"""
LEVEL = """
[[level]]
code = "seul"
name = "Seul"
"""


@pytest.fixture
def essai():
    return make_version(criterion()).referential


def test_the_command_enters_the_shipped_label_and_leaves_it_as_edited():
    out = io.StringIO()
    call_command("load_referentials", stdout=out)
    assert out.getvalue().splitlines()[-1] == "1 labels créés, 0 déjà là."

    label = Label.objects.get(slug="label-gouvtech")
    rules = label.rules()
    assert label.referential.slug == "auto-evaluation-gouvtech"
    assert label.valid_from == dt.date(2026, 11, 1)
    assert (rules.silence_months, rules.silence_effect) == (2, SilenceEffect.REJECTION)
    assert "L231-4 (2°)" in rules.legal_basis
    assert "confirmer par un juriste" in label.confidence
    assert (rules.validity_months, rules.review_days, rules.answer_days) == (24, 60, 30)
    assert "tribunal administratif" in rules.remedies
    assert [(one.code, one.least_percent) for one in label.levels.all()] == [
        ("essentiel", 0),
        ("avance", 70),
    ]

    Label.objects.update(name="Label modifié")
    call_command("load_referentials", stdout=out)
    assert out.getvalue().splitlines()[-1] == "0 labels créés, 1 déjà là."
    assert Label.objects.get().name == "Label modifié"
    assert Label.objects.get().levels.count() == 2


def test_a_path_of_ones_own_enters_no_label(tmp_path):
    call_command("load_referentials", tmp_path, stdout=io.StringIO())
    assert not Label.objects.exists()


@pytest.mark.usefixtures("essai")
def test_a_file_says_only_what_differs_from_the_usual():
    label, loaded = load_label(SMALL + LEVEL, "petit.toml")
    assert loaded is Loaded.CREATED
    assert (label.validity_months, label.silence_effect) == (24, "rejection")


@pytest.mark.usefixtures("essai")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("slug = ", "syntaxe TOML"),
        (SMALL.replace('"essai"', '"autre"') + LEVEL, "« autre » n'est pas chargé"),
        (SMALL, "au moins un niveau"),
        ('couleur = "bleu"\n' + SMALL + LEVEL, "« couleur » inconnu"),
        (SMALL.replace('"Petit label"', '""') + LEVEL, "name :"),
        (SMALL + "validity_months = 0\n" + LEVEL, "validity_months :"),
        (SMALL.replace("2026-01-01", '"demain"') + LEVEL, "valid_from :"),
        (SMALL + LEVEL + "least_percent = 101\n", "label_level_is_a_percentage"),
    ],
)
def test_a_wrong_file_says_what_is_wrong_and_leaves_nothing_behind(text, said):
    with pytest.raises(InvalidLabel, match=said):
        load_label(text, "petit.toml")
    assert not Label.objects.exists()


def test_all_labels_that_are_shipped_are_loaded():
    assert [file.name for file in LABELS.glob("*.toml")] == ["label-gouvtech.toml"]


@pytest.mark.usefixtures("site")
def test_reviewers_and_deciders_have_typed_reasons_with_a_text():
    for purpose in (Reason.Purpose.CRITERION, Reason.Purpose.LABEL):
        offered = Reason.objects.offered(purpose)
        assert offered.count() >= 6
        assert all(reason.text for reason in offered)
