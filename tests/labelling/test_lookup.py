"""The label of a product, asked by any address of it: one answer, none, or a choice."""

import pytest
from django.conf import settings

from catalogue.models import Listing, SolutionPage, Vendor
from labelling.models import Award
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.labelling.labels import labelled_sheet, make_application, make_award, make_label

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]

KEYS = [
    *("url", "product", "number", "label", "level", "state", "in_force", "offers"),
    *("reservations", "valid_from", "valid_to", "register", "credential", "badge"),
]


@pytest.fixture
def award(site):
    award = make_award()
    SolutionPage.objects.filter(pk=award.listing.page_id).update(
        website="https://www.Parapheur.example/", repository_url="https://code.example/p/parapheur"
    )
    Vendor.objects.filter(pk=award.vendor_id).update(website="https://ombelle.example")
    return award


def ask(client, url):
    return client.get("/label/status.json", {"url": url})


def award_of(label, vendor=None):
    listing = labelled_sheet(label, vendor)
    return make_award(application=make_application("granted", label=label, listing=listing))


def test_any_address_of_the_product_gives_the_same_answer(client, award):
    slug = award.listing.page.slug
    host = settings.SITE_URL.partition("://")[2]
    answers = [
        ask(client, url)
        for url in (
            f"/solutions/{slug}/",
            f"/solutions/{slug}",
            f"/solutions/{slug}/auto-evaluation/?format=json#x",
            f"{settings.SITE_URL}/solutions/{slug}/?utm=1",
            f"{host}/solutions/{slug}",
            f" HTTPS://testserver/solutions/{slug}/ ",
            f"/label/{award.number}/",
            f"{settings.SITE_URL}/label/{award.number}/badge.svg",
            "https://www.parapheur.example/",
            "http://parapheur.example:80/?a=b#c",
            "PARAPHEUR.example",
            "https://code.example/p/parapheur.git",
            "ombelle.example",
        )
    ]
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    told = answers[0].json()
    assert list(told) == KEYS
    assert told["url"] == f"{settings.SITE_URL}/solutions/{slug}/"
    assert (told["number"], told["state"], told["in_force"]) == (award.number, "active", True)
    assert client.get(told["badge"].removeprefix(settings.SITE_URL)).status_code == 200
    assert client.get(told["credential"].removeprefix(settings.SITE_URL)).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "https://parapheur.example/tarifs",
        "https://autre.parapheur.example/",
        "https://parapheur.example:8443/",
        "https://code.example/p/",
        "https://elsewhere.example/solutions/solution-1/",
        "/solutions/inconnue/",
        "/solutions/",
        "/label/",
        "/label/LG-1999-0001/",
        "example",
        "https://[::1",
        "https://a:b:c/",
        "javascript:alert(1)",
        "%%%",
        "☃",
        "a\0.example",
        "//",
    ],
)
def test_what_is_no_address_of_a_labelled_product_is_nothing(client, award, url):
    answer = ask(client, url)
    assert answer.status_code == 404
    assert "Aucun label" in answer.json()["error"]


@pytest.mark.parametrize("query", ["", "?url=", "?url=%20", f"?url=https://a.example/{'x' * 2000}"])
def test_what_is_no_question_is_told_how_to_ask(client, query):
    answer = client.get(f"/label/status.json{query}")
    assert answer.status_code == 400
    assert "Donnez dans « url »" in answer.json()["error"]


def test_a_sheet_without_a_label_is_nothing_and_a_draft_too(client, award):
    make_sheet("Sans label", slug="sans-label", website="https://sans.example")
    make_sheet("Brouillon", slug="brouillon", website="https://brouillon.example", live=False)
    for url in ("/solutions/sans-label/", "sans.example", "/solutions/brouillon/"):
        assert ask(client, url).status_code == 404


def test_the_site_of_a_company_with_several_products_is_ambiguous(client, award):
    make_sheet("Autre produit", slug="autre", vendor=award.vendor)
    make_sheet("Brouillon", slug="brouillon", vendor=award.vendor, live=False)
    answer = ask(client, "https://ombelle.example/")
    assert answer.status_code == 409
    candidates = answer.json()["candidates"]
    assert [(one["product"], one["number"], one["in_force"]) for one in candidates] == [
        (award.title, award.number, True),
        ("Autre produit", None, False),
    ]
    again = ask(client, candidates[0]["url"])
    assert again.json()["number"] == award.number


def test_a_site_that_two_sheets_name_is_ambiguous(client, award):
    make_sheet("Copie", website="http://parapheur.example", vendor=VendorFactory())
    assert ask(client, "parapheur.example").status_code == 409


def test_two_labels_in_force_are_told_apart_by_their_page(client, award):
    second = make_label(award.label.referential.versions.get())
    other = make_award(application=make_application("granted", label=second, listing=award.listing))
    answer = ask(client, f"/solutions/{award.listing.page.slug}/")
    assert answer.status_code == 409
    assert {one["number"] for one in answer.json()["candidates"]} == {award.number, other.number}
    for one in answer.json()["candidates"]:
        assert ask(client, one["register"]).json()["number"] == one["number"]


def test_what_is_in_force_comes_before_what_was(client, award):
    Award.objects.filter(pk=award.pk).update(state="expired", ended_on=award.granted_on)
    slug = award.listing.page.slug
    assert ask(client, f"/solutions/{slug}/").json()["state"] == "expired"
    renewed = make_award(
        application=make_application("granted", label=award.label, listing=award.listing)
    )
    assert ask(client, f"/solutions/{slug}/").json()["number"] == renewed.number


def test_a_label_is_told_though_its_sheet_is_gone(client, award):
    Listing.objects.filter(pk=award.listing_id).update(archived_at="2026-11-01T00:00Z")
    assert ask(client, "parapheur.example").json()["number"] == award.number


def test_any_site_may_ask_and_keep_the_answer_for_minutes(client, award):
    for url in ("parapheur.example", "inconnu.example", ""):
        answer = ask(client, url)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Cache-Control"] == "public, max-age=300"
        assert "Cookie" not in answer.get("Vary", "")
    assert client.post("/label/status.json").status_code == 405
