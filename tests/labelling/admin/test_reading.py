"""Looking at versions in the admin: their list, a preview, what changes, who loses."""

import datetime as dt

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse

from home.services import EDITORS, MODERATORS
from labelling import publishing
from labelling.admin import reading
from labelling.admin.versions import state_of, with_state
from labelling.models import ReferentialVersion
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.labelling.factories import make_result, make_version
from tests.labelling.referentials import HEAD, criterion

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(site):
    """A second version: one criterion heavier and worded anew, one gone, one new."""
    editor = staff(EDITORS)
    first = make_version(
        criterion("SE-01"), criterion("SE-02"), criterion("DO-01", "donnees", na_allowed=False)
    )
    for title, answer in (("=Ardoise", "non"), ("Buvard", "oui")):
        sheet = make_sheet(title, vendor=VendorFactory(name="Fictilog")).listing
        make_result(sheet, first, {"SE-01": answer, "SE-02": "oui", "DO-01": "oui"})
    draft = publishing.start_draft(from_version=first, by=editor, version="2")
    source = draft.source.replace("weight = 1", "weight = 3", 1).replace("DO-01", "DO-02")
    publishing.save_draft(draft=draft, source=source, by=editor, seen_sha256=draft.sha256)
    return draft


@pytest.fixture
def desk(client, draft):
    return sign_in_staff(client, staff(MODERATORS))


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.content, "html.parser").find("main").get_text(" ").split())


def at(screen, version):
    return reverse(f"referential_{screen}", args=[version.pk])


def test_the_list_says_where_each_version_stands(desk, draft):
    shown = page(desk, reverse("referentiels:index"))
    assert "Référentiel d'essai v2" in shown
    for state in ("brouillon", "en vigueur"):
        assert state in shown
    assert "Auto-évaluations" in shown
    first = page(desk, reverse("referentiels:inspect", args=[draft.pk]))
    assert "brouillon" in first
    assert "Texte entier" not in first  # moderators read
    published = draft.referential.versions.published().get()
    assert "en vigueur" in page(desk, reverse("referentiels:inspect", args=[published.pk]))


def test_states_follow_the_days(site):
    head = HEAD.replace("valid_from = 2026-01-01", "valid_from = {}").replace('"1"', '"{}"')
    make_version(criterion(), head=head.format("1", "2026-01-01"))
    make_version(criterion(), head=head.format("2", "2026-06-01\nvalid_to = 2026-08-31"))

    def states(day):
        rows = with_state(ReferentialVersion.objects.order_by("version"), day)
        return [str(state_of(row, day)) for row in rows]

    assert states(dt.date(2026, 5, 31)) == ["en vigueur", "à venir"]
    assert states(dt.date(2026, 6, 1)) == ["remplacée", "en vigueur"]
    assert states(dt.date(2026, 8, 31)) == ["remplacée", "en vigueur"]
    assert states(dt.date(2026, 9, 1))[1] == "terminée"


def test_a_draft_is_previewed_as_the_public_will_read_it(desk, draft):
    shown = page(desk, at("preview", draft))
    assert "Brouillon" in shown
    assert "Nouveau : DO-02" in shown
    assert desk.get(f"{at('preview', draft)}?format=toml").content.decode() == draft.source


def test_differences_are_shown_field_by_field(desk, draft):
    shown = page(desk, at("differences", draft))
    assert "Ce que la version 2 change à la version 1" in shown
    assert "le poids 1 3" in shown
    assert "Critères nouveaux DO-02" in shown
    assert "Critères supprimés DO-01" in shown
    first = ReferentialVersion.objects.get(version="1")
    shown = page(desk, f"{at('differences', first)}?avec=2")
    assert "le poids 3 1" in shown


def test_what_each_kind_of_field_says_is_in_words(desk, draft):
    editor = staff(EDITORS)
    changed = criterion(
        "SE-01", kind="number", minimum=0, maximum=9, zero_at=0, full_at=9, unit="jours",
        evidence="optional", evidence_expected="Une page", confidence="memory", blocking=True,
        editor_note="À confirmer.", origin="catalogue", na_allowed=False,
        when={"fact": "ia", "is": ["oui"]},
        suggestion={"sheet": "rgesn", "values": {"haut": "9"}},
    )  # fmt: skip
    source = draft.source.partition("[[criterion]]")[0] + changed
    publishing.save_draft(draft=draft, source=source, by=editor, seen_sha256=draft.sha256)
    shown = page(desk, at("differences", draft))
    for said in (
        "de 0 à 9 jours ; 0 point à 0, tous à 9", "Oui (1) Partiellement (0.5) Non (0) –",
        "Aucune pièce demandée Pièce facultative", "Texte officiel lu À confirmer", "non oui",
        "usage d'intelligence artificielle : oui", "rgesn (haut → 9)", "Ajouté par ce catalogue",
    ):  # fmt: skip
        assert said in shown, said


def test_who_loses_what_is_counted_listed_and_exported(desk, draft, monkeypatch):
    shown = page(desk, at("impact", draft))
    assert "2 fiches perdraient quelque chose, sur 2 lues." in shown  # DO-02 is new to both
    assert "Sécurité : 50 % → 25 %" in shown
    assert "questions nouvelles sans réponse : DO-02" in shown
    file = desk.get(f"{at('impact', draft)}?format=csv")
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("'=Ardoise;Fictilog;Sécurité 50 > 25; Données 100 > 0;;DO-02;") or (
        lines[1].startswith('\'=Ardoise;Fictilog;"Sécurité 50 > 25; Données 100 > 0";;DO-02;')
    )


def test_a_screen_says_how_many_sheets_it_did_not_read(desk, draft, monkeypatch):
    monkeypatch.setattr(reading, "SHEETS_READ", 1)
    assert "Seules les 1 premières fiches sur 2" in page(desk, at("impact", draft))


def test_the_page_to_come_says_from_when_it_applies(desk, draft):
    with time_machine.travel("2026-03-01 12:00"):
        publishing.publish_draft(draft=draft, by=staff(EDITORS), seen_sha256=draft.sha256)
        shown = page(desk, draft.get_absolute_url())
    assert "Version à venir : elle s'appliquera à partir du" in shown
    assert "c'est la version 1 qui s'applique" in shown
