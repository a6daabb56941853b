"""What a file is judged on, as it was that day, and what moved since."""

import json
import uuid

import pytest

from catalogue.models import Offer
from labelling import judged
from tests.catalogue.factories import VendorFactory, make_offer
from tests.labelling.factories import make_claim, make_evidence, make_result
from tests.labelling.labels import make_application, make_label

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def application():
    return make_application()


@pytest.fixture
def listing(application):
    return application.listing


def said_after(application, change):
    """What differs once `change` was made."""
    before = judged.snapshot(application)
    change()
    return judged.changes(before, judged.snapshot(application))


def test_a_snapshot_is_json_that_holds_sheet_answers_and_evidence(application, listing):
    claim = make_claim(listing.results.get(), "SE-01")
    piece = make_evidence(claim, sha256="a" * 64, is_public=False, restriction_reason="Secret")
    make_evidence(claim, "Brouillon", is_draft=True)

    kept = judged.snapshot(application)

    assert json.loads(json.dumps(kept)) == kept
    assert kept["sheet"]["content"]["title"] == listing.page.title
    assert kept["offers"] == [{"uid": application.offers[0], "name": "En ligne"}]
    assert kept["referential"]["version"] == "1"
    answer = kept["criteria"]["SE-01"]
    assert (answer["value"], answer["trust"]) == ("oui", "justifie")
    assert answer["evidence"] == [
        {
            "uid": str(piece.uid),
            "title": "Certificat",
            "url": "https://example.org/piece",
            "sha256": "a" * 64,
            "public": False,
            "expires_on": None,
        }
    ]


def test_nothing_is_said_of_what_stays(application):
    assert said_after(application, lambda: None) == []


def test_an_application_without_a_handover_has_nothing_to_keep():
    with pytest.raises(ValueError, match="handed in"):
        judged.snapshot(make_application("draft"))


def test_a_host_that_changes_is_said_in_words(application, listing):
    def move():
        Offer.objects.filter(page=listing.page).update(
            host="Nuages d'ailleurs", hosting_countries=["US"], host_outside_eu_control=True
        )

    said = said_after(application, move)

    assert "Hébergeur de l'offre « En ligne » : – → Nuages d'ailleurs." in said
    assert "Pays d'hébergement de l'offre « En ligne » : – → États-Unis." in said
    assert any("non renseigné → oui" in one for one in said)


def test_a_company_a_control_and_a_licence_that_change_are_said(application, listing):
    def change():
        listing.vendor = VendorFactory(name="Repreneur", origin="hors-ue")
        listing.save()
        listing.page.distribution, listing.page.licence = "libre", "MIT"
        listing.page.save()

    said = said_after(application, change)

    assert "La fiche a changé d'entreprise : Repreneur." in said
    assert "Contrôle ultime de l'entreprise : France → Hors Union européenne." in said
    assert "Distribution et licence : Propriétaire → Logiciel libre, MIT." in said
    assert any(one.startswith("Fiche : ") and "distribution" in one for one in said)


def test_what_is_watched_takes_no_notice_of_names_and_of_other_offers(application, listing):
    before = judged.watched(listing, application.offers)
    Offer.objects.filter(page=listing.page).update(name="Autre nom")
    make_offer(listing.page, "Autre offre", host="Ailleurs")
    assert judged.watched(listing, application.offers) == before


def test_two_states_of_what_is_watched_compare_without_names(application, listing):
    before = judged.watched(listing, application.offers)
    Offer.objects.filter(page=listing.page).delete()
    after = judged.watched(listing, [uuid.UUID(application.offers[0])])
    assert after["offers"] == {application.offers[0]: None}
    assert judged.changes(before, after) == [
        "L'offre « couverte par le label » n'est plus sur la fiche."
    ]


def test_offers_that_bear_another_name_or_come_back_are_said(application, listing):
    rename = Offer.objects.filter(page=listing.page).update
    said = said_after(application, lambda: rename(name="Nuage"))
    assert "Nom d'une offre couverte : En ligne → Nuage." in said

    kept = judged.snapshot(application)
    gone = {**kept, "offers": []}
    assert judged.changes(gone, kept) == ["L'offre « Nuage » est à nouveau sur la fiche."]


def test_answers_pieces_and_trust_that_change_are_said_by_criterion(application, listing):
    result = listing.results.get()
    claim = make_claim(result, "SE-01")
    old_piece = make_evidence(claim, "Ancien rapport")
    before = judged.snapshot(application)
    old_piece.delete()
    make_evidence(claim, "Nouveau rapport")
    make_claim(result, "DO-01", verified_on="2026-06-01", verified_by="Mission LABEL")
    version = result.handover.assessment.version
    answers = {"SE-01": "partiel", "DO-01": "oui"}
    application.handover = make_result(
        listing, version, answers, justifications={"SE-01": "Depuis mars."}
    ).handover

    after = judged.snapshot(application)

    assert judged.changed_criteria(before, after) == ["DO-01", "SE-01"]
    said = judged.changes(before, after)
    assert "SE-01 : justification modifiée." in said
    assert "SE-01 : pièce ajoutée, « Nouveau rapport »." in said
    assert "SE-01 : pièce retirée, « Ancien rapport »." in said
    assert "DO-01, valeur de la réponse : Déclaré → Vérifié." in said
    assert any(one.startswith("SE-01 : ") and "→" in one for one in said)


def test_questions_that_come_and_go_are_said(application):
    full = judged.snapshot(application)
    fewer = {**full, "criteria": {"SE-01": full["criteria"]["SE-01"]}}
    assert judged.changes(full, fewer) == ["DO-01 : n'est plus posée."]
    assert judged.changes(fewer, full) == ["DO-01 : question posée depuis."]


def test_a_snapshot_takes_a_bounded_number_of_queries(django_assert_max_num_queries):
    label = make_label()
    application = make_application(label=label)
    with django_assert_max_num_queries(40):
        judged.snapshot(application)
