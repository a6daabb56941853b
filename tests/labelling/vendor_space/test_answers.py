"""A theme of the questionnaire: saved as a page or question by question, losing nothing."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from catalogue import evidencing
from catalogue.models import Evidence, Listing, Transfer
from labelling import assessing
from labelling.claims import key_of
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.vendor_space import sheets
from tests.labelling.factories import make_version
from tests.labelling.questionnaires import NEXT, PERCENT, fill, stored, write
from tests.labelling.referentials import criterion

pytestmark = pytest.mark.django_db


def address(assessment, name="assessment_theme", *more):
    version = assessment.version
    place = [assessment.listing.uid, version.referential.slug, version.version]
    return reverse(name, args=[*place, *(more or ("securite",))])


def page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def typed(soup):
    """What a browser posts of the page as it is shown."""
    data = {}
    for field in soup.select("form[data-assessment] input, form[data-assessment] textarea"):
        kind = field.get("type")
        if field.name == "textarea":
            data[field["name"]] = field.text.removeprefix("\n")
        elif kind not in ("radio", "checkbox") or field.has_attr("checked"):
            data[field["name"]] = field.get("value", "")
    return data


def shown(soup):
    return [one["id"] for one in soup.select("[data-question]") if not one.has_attr("hidden")]


def test_a_page_saves_each_changed_question_and_shows_those_that_it_opens(as_owner, assessment):
    url = address(assessment)
    soup = page(as_owner, url)
    assert shown(soup) == ["SE-01", "SE-03"]
    answer = as_owner.post(url, typed(soup) | {"SE-01-valeur": "oui", "SE-03-valeur": "87,5 %"})
    assert (answer.status_code, answer.url) == (302, url)
    assert stored(assessment) == {"SE-01": "oui", "SE-03": "87.5"}
    soup = page(as_owner, url)
    assert shown(soup) == ["SE-01", "SE-02", "SE-03"]
    assert "Votre réponse ouvre une question : SE-02." in soup.text
    # Sent again as it is, nothing is written.
    as_owner.post(url, typed(soup))
    assert {row.edition for row in assessment.answers.all()} == {1}


def test_what_is_wrong_stays_as_typed_and_keeps_nothing_else_back(as_owner, assessment):
    url = address(assessment)
    data = typed(page(as_owner, url)) | {"SE-01-valeur": "non", "SE-03-valeur": "beaucoup"}
    answer = as_owner.post(url, data)
    assert answer.status_code == 200
    soup = BeautifulSoup(answer.content, "html.parser")
    assert stored(assessment) == {"SE-01": "non"}
    assert soup.select_one("#SE-03 input[name='SE-03-valeur']")["value"] == "beaucoup"
    assert "Écrivez un nombre en chiffres" in soup.select_one("#SE-03-messages").text
    assert soup.select_one("[data-error-summary] a[href='#SE-03']")
    # Corrected on that same page, it is saved.
    as_owner.post(url, typed(soup) | {"SE-03-valeur": "12"})
    assert stored(assessment)["SE-03"] == "12"


@pytest.mark.parametrize(("choice", "kept"), [("garder", "oui"), ("prendre", "non")])
def test_two_people_on_one_question_choose_whose_answer_stays(
    as_owner, assessment, vendor, choice, kept
):
    url, other = address(assessment), sheets.member(vendor, name="Dominique Autre")
    data = typed(page(as_owner, url)) | {"SE-01-valeur": "oui", "SE-03-valeur": "5"}
    write(assessment, other, SE_01="non")
    answer = as_owner.post(url, data)
    assert answer.status_code == 409
    soup = BeautifulSoup(answer.content, "html.parser")
    assert stored(assessment) == {"SE-01": "non", "SE-03": "5"}
    assert "Dominique Autre a répondu entre-temps" in soup.select_one("#SE-01 .gt-conflict").text
    assert soup.select_one("#SE-01 input[value='oui']").has_attr("checked")
    # Saving again without choosing overwrites nobody.
    assert as_owner.post(url, typed(soup)).status_code == 409
    assert stored(assessment)["SE-01"] == "non"
    answer = as_owner.post(url, typed(soup) | {choice: "SE-01"})
    assert (answer.status_code, answer.url) == (302, f"{url}#SE-01")
    assert stored(assessment)["SE-01"] == kept


def test_what_another_saved_and_one_left_alone_is_no_conflict(as_owner, assessment, vendor):
    url = address(assessment)
    data = typed(page(as_owner, url)) | {"SE-03-valeur": "5"}
    write(assessment, sheets.member(vendor), SE_01="non")
    assert as_owner.post(url, data).status_code == 302
    assert stored(assessment) == {"SE-01": "non", "SE-03": "5"}


def test_somebody_who_writes_meanwhile_again_is_not_overwritten(as_owner, assessment, vendor):
    url, other = address(assessment), sheets.member(vendor)
    data = typed(page(as_owner, url)) | {"SE-01-valeur": "oui"}
    write(assessment, other, SE_01="non")
    soup = BeautifulSoup(as_owner.post(url, data).content, "html.parser")
    write(assessment, other, SE_01="partiel")
    assert as_owner.post(url, typed(soup) | {"garder": "SE-01"}).status_code == 409
    assert stored(assessment)["SE-01"] == "partiel"


def test_a_question_is_saved_alone_and_the_server_says_which_are_asked(as_owner, assessment):
    one = address(assessment, "assessment_answer", "SE-01")
    said = as_owner.post(one, {"SE-01-valeur": "oui", "SE-01-edition": "0"})
    assert said.status_code == 200
    assert said.json() == {
        "edition": 1,
        "asked": ["SE-01", "SE-02", "SE-03"],
        "answered": 1,
        "total": 3,
        "progress": "1 réponse sur 3",
    }
    conflict = as_owner.post(one, {"SE-01-valeur": "non", "SE-01-edition": "0"})
    assert conflict.status_code == 409
    assert conflict.json()["edition"] == 1
    assert "dans une autre fenêtre" in conflict.json()["html"]
    wrong = as_owner.post(one, {"SE-01-valeur": "peut-être", "SE-01-edition": "1"})
    assert (wrong.status_code, wrong.json()) == (
        422,
        {"message": "Choisissez une réponse de la liste."},
    )
    there = address(assessment, "assessment_answer", "SE-03")
    aside = {"SE-03-sans_objet": "on", "SE-03-edition": "rien"}
    both = as_owner.post(there, aside | {"SE-03-valeur": "3"})
    assert both.status_code == 422
    assert "l'un ou l'autre" in both.json()["message"]
    assert as_owner.post(there, aside).status_code == 200
    assert stored(assessment) == {"SE-01": "oui", "SE-03": "sans-objet"}
    nowhere = as_owner.post(address(assessment, "assessment_answer", "XX-99"), {})
    assert nowhere.status_code == 404


def test_what_is_said_of_an_answer_before_and_after_it_is_read(as_owner, owner, assessment):
    fill(assessment, owner)
    url = address(assessment)
    assert "Pas encore remise" in page(as_owner, url).select_one("#SE-01").text
    assessing.hand_over(assessment=assessment, by=owner, attested=True)
    assert "Déclaré" in page(as_owner, url).select_one("#SE-01").text
    write(assessment, owner, SE_01="partiel")
    assert "Le public lit encore « Non »" in page(as_owner, url).select_one("#SE-01").text


def test_a_piece_is_joined_after_what_was_typed_is_saved(as_owner, owner, assessment):
    url = address(assessment)
    data = typed(page(as_owner, url)) | {"SE-01-valeur": "oui", "piece": "SE-01"}
    answer = as_owner.post(url, data)
    there = answer.url
    assert there == address(assessment, "assessment_piece", "SE-01")
    assert stored(assessment) == {"SE-01": "oui"}
    assert "SE-01 Faites-vous ce qui est demandé ici ? : Oui" in page(as_owner, there).text
    assert not assessment.listing.claims.exists()
    done = as_owner.post(there, {"title": "Certificat", "url": "https://exemple.fr/a"})
    assert done.url == f"{url}#SE-01"
    assert "Pas encore remise" in page(as_owner, url).select_one("#SE-01 .gt-pieces").text
    assert as_owner.get(address(assessment, "assessment_piece", "XX-99")).status_code == 404


def test_a_piece_waits_for_the_handover_though_the_claim_is_the_sheets(
    as_owner, client, owner, vendor
):
    feeds = {"sheet": "rgaa", "values": {"oui": "totalement"}}
    version = make_version(criterion("SE-01", feeds=feeds))
    listing = make_sheet("Buvard", vendor=vendor, slug="buvard", rgaa="partiellement").listing
    assessment = assessing.start(listing=listing, version=version, by=owner)
    write(assessment, owner, SE_01="oui")
    own = reverse("sheet_evidence_first", args=[listing.uid, "rgaa"])
    as_owner.post(own, {"title": "Déclaration", "url": "https://exemple.fr/declaration"})
    there = address(assessment, "assessment_piece", "SE-01")
    as_owner.post(there, {"title": "Audit", "url": "https://exemple.fr/audit"})
    pieces = Evidence.objects.filter(claim__listing=listing, claim__kind="rgaa")
    assert dict(pieces.values_list("title", "is_draft")) == {"Déclaration": False, "Audit": True}
    history = reverse("claim_history", args=["buvard", listing.claims.get().uid])
    for public in ("/solutions/buvard/", history):
        assert "exemple.fr/declaration" in client.get(public).content.decode()
        assert "exemple.fr/audit" not in client.get(public).content.decode()
    assessing.hand_over(assessment=assessment, by=owner, attested=True)
    assert "exemple.fr/audit" in client.get("/solutions/buvard/").content.decode()


def test_no_piece_is_asked_for_on_an_archived_sheet(as_owner, assessment):
    Listing.objects.update(archived_at=timezone.now())
    answer = as_owner.post(address(assessment), {"piece": "SE-01"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("sheet", args=[assessment.listing.uid])
    there = address(assessment, "assessment_piece", "SE-01")
    refused = as_owner.post(there, {"title": "A", "url": "https://exemple.fr/a"})
    assert "Cette fiche est archivée" in refused.content.decode()
    assert not assessment.listing.claims.exists()


def test_what_the_public_reads_is_said_in_the_words_of_its_own_version(as_owner, owner, assessment):
    fill(assessment, owner)
    assessing.hand_over(assessment=assessment, by=owner, attested=True)
    moved = (
        criterion("SE-01", kind="date", na_allowed=False),
        criterion("SE-03", kind="text"),
        criterion("DO-01", theme="donnees", kind="number", **PERCENT),
    )
    later = make_version(*moved, head=NEXT.replace("2027-01-01", "2026-01-02"))
    newer = assessing.start(listing=assessment.listing, version=later, by=owner)
    soup = page(as_owner, address(newer))
    assert "Le public lit encore « Non »" in soup.select_one("#SE-01").text
    assert "Le public lit encore « 80 % »" in soup.select_one("#SE-03").text
    soup = page(as_owner, address(newer, "assessment_theme", "donnees"))
    assert "« https://exemple.fr/depot »" in soup.select_one("#DO-01").text


def test_a_piece_is_reserved_or_removed_from_its_question(as_owner, owner, assessment):
    url, listing = address(assessment), assessment.listing
    kind, key = key_of("essai", assessment.version.definition.by_id["SE-01"])
    claim = evidencing.ensure_claim(listing=listing, kind=kind, key=key)
    piece = evidencing.add_evidence(
        claim=claim,
        by=owner,
        title="Certificat",
        url="https://exemple.fr/certificat",
        is_public=True,
        draft=True,
    )
    soup = page(as_owner, url)
    assert "Pas encore remise" in soup.select_one("#SE-01 .gt-pieces").text
    answer = as_owner.post(url, typed(soup) | {"reserver": str(piece.uid)})
    assert (
        reverse("sheet_evidence_restrict", args=[listing.uid, claim.uid, piece.uid]) in answer.url
    )
    assert as_owner.post(url, typed(soup) | {"retirer": "n-importe"}).status_code == 404
    answer = as_owner.post(url, typed(soup) | {"retirer": str(piece.uid)})
    assert answer.url == f"{url}#SE-01"
    assert not claim.evidence.exists()


def test_a_sheet_that_was_handed_to_another_company_gives_back_what_was_typed(
    as_owner, assessment, vendor
):
    other, url = VendorFactory(), address(assessment)
    data = typed(page(as_owner, url)) | {"SE-01-justification": "Un long texte."}
    Transfer.objects.create(
        listing=assessment.listing,
        source=vendor,
        target=other,
        state=Transfer.State.ACCEPTED,
        decided_at=timezone.now(),
    )
    Listing.objects.update(vendor=other)
    answer = as_owner.post(url, data)
    assert answer.status_code == 403
    assert answer.context["typed"] == "Un long texte."
    assert as_owner.post(address(assessment, "assessment_answer", "SE-01"), data).status_code == 403


@pytest.mark.parametrize(
    ("action", "theme", "there"),
    [
        ("suivant", "securite", "/theme/donnees/#contenu"),
        ("suivant", "donnees", "/verifier/#contenu"),
        ("rester", "donnees", "/theme/donnees/"),
        ("quitter", "donnees", "/essai/1/#contenu"),
    ],
)
def test_buttons_lead_where_they_say(as_owner, assessment, action, theme, there):
    answer = as_owner.post(address(assessment, "assessment_theme", theme), {"action": action})
    assert answer.url.endswith(there)
