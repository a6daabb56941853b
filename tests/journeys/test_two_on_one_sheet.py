"""Two members on one sheet: on every page the second to save is told by whom, and loses nothing."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.models import BuyerCategory, Role, SolutionPage
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db

MINE, THEIRS = "Ce que j'ai écrit", "Ce que Dominique a écrit"
OFFER, CLIENT = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def vendor(site):
    return sheets.attached_vendor()


@pytest.fixture
def listing(vendor):
    """A sheet with an offer, a reference and a screenshot."""
    author = sheets.member(vendor)
    listing = sheets.draft(vendor, author)
    browser = browser_of(author)
    post(browser, reverse("sheet_offer_add", args=[listing.uid]), listing, uid=OFFER, **offer("A"))
    there = reverse("sheet_reference_add", args=[listing.uid])
    post(browser, there, listing, uid=CLIENT, **client_of("Ville de Fictive"))
    there = sheets.step_url(listing, "images")
    post(browser, there, listing, capture=sheets.picture(), capture_texte="Avant")
    return listing


@pytest.fixture
def me(vendor):
    return browser_of(sheets.member(vendor, name="Camille Essai"))


@pytest.fixture
def dominique(vendor):
    return browser_of(sheets.member(vendor, Role.EDITOR, "Dominique Autre"))


def browser_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(browser, address, listing, *, seen=None, **fields):
    return browser.post(address, {"vu": seen or sheets.seen(listing), **fields})


def offer(name):
    return {**sheets.offer(name=name), "paliers-TOTAL_FORMS": "0"}


def client_of(name):
    category = BuyerCategory.objects.first().pk
    return {"client": name, "year": "2024", "buyer_category": category, "consent": "none"}


def place(name, listing):
    """Address of a page, and what is typed there to say something."""
    steps = {
        "essentiel": lambda words: {**sheets.essentials(), "summary": words},
        "description": lambda words: {"description": words},
        "technique": lambda words: {
            "distribution": "proprietaire",
            "rgaa": "inconnu",
            "support_hours": words,
        },
        "images": lambda words: {f"texte-{shot_of(listing).image_id}": words},
    }
    if name in steps:
        return sheets.step_url(listing, name), steps[name]
    if name == "offer":
        return reverse("sheet_offer", args=[listing.uid, OFFER]), offer
    return reverse("sheet_reference", args=[listing.uid, CLIENT]), client_of


def shot_of(listing):
    return sheets.draft_of(listing).screenshots.all()[0]


def draft_texts(listing) -> str:
    return str(sheets.draft_of(listing).serializable_data())


def shown(answer) -> str:
    return answer.content.decode().replace("&#x27;", "'")


PLACES = ["essentiel", "description", "technique", "images", "offer", "reference"]


@pytest.mark.parametrize("name", PLACES)
def test_on_the_same_words_both_are_shown_and_mine_are_saved_next(listing, me, dominique, name):
    address, typed = place(name, listing)
    opened = sheets.seen(listing)
    assert post(dominique, address, listing, **typed(THEIRS)).status_code == 302
    answer = post(me, address, listing, seen=opened, **typed(MINE))
    assert answer.status_code == 409
    for words in ("Dominique Autre", THEIRS, MINE):
        assert words in shown(answer)
    assert THEIRS in draft_texts(listing)
    assert f'name="vu" value="{sheets.seen(listing)}"' in shown(answer)
    assert post(me, address, listing, **typed(f"{MINE} et {THEIRS[:12]}")).status_code == 302
    assert f"{MINE} et {THEIRS[:12]}" in draft_texts(listing)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("other", PLACES)
def test_on_different_parts_both_are_kept(listing, me, dominique, name, other):
    if name == other:
        return
    opened = sheets.seen(listing)
    address, typed = place(other, listing)
    assert post(dominique, address, listing, **typed(THEIRS)).status_code == 302
    address, typed = place(name, listing)
    answer = post(me, address, listing, seen=opened, **typed(MINE))
    assert answer.status_code == 302
    assert "Dominique Autre" in shown(me.get(answer.url))
    assert MINE in draft_texts(listing)
    assert THEIRS in draft_texts(listing)


def test_two_screenshots_added_at_once_are_both_kept(listing, me, dominique):
    there, opened = sheets.step_url(listing, "images"), sheets.seen(listing)
    known = {f"texte-{shot_of(listing).image_id}": "Avant"}
    for browser, words in ((dominique, THEIRS), (me, MINE)):
        new = {"capture": sheets.picture(), "capture_texte": words}
        assert post(browser, there, listing, seen=opened, **known, **new).status_code == 302
    texts = [shot.alternative for shot in sheets.draft_of(listing).screenshots.all()]
    assert texts == ["Avant", THEIRS, MINE]


@pytest.mark.parametrize("kind", ["offer", "reference"])
def test_two_children_added_at_once_are_both_kept(listing, me, dominique, kind):
    there = reverse(f"sheet_{kind}_add", args=[listing.uid])
    opened, fields = sheets.seen(listing), offer if kind == "offer" else client_of
    for browser, words in ((dominique, THEIRS), (me, MINE)):
        fields_of = {**fields(words), "uid": uuid.uuid4()}
        assert post(browser, there, listing, seen=opened, **fields_of).status_code == 302
    assert MINE in draft_texts(listing)
    assert THEIRS in draft_texts(listing)


@pytest.mark.parametrize("kind", ["offer", "reference"])
def test_a_child_that_somebody_removed_comes_back_as_it_was_typed(listing, me, dominique, kind):
    opened, uid = sheets.seen(listing), OFFER if kind == "offer" else CLIENT
    dominique.post(reverse(f"sheet_{kind}_remove", args=[listing.uid, uid]))
    assert str(uid) not in draft_texts(listing)
    address, typed = place(kind, listing)
    assert post(me, address, listing, seen=opened, **typed(MINE)).status_code == 302
    assert MINE in draft_texts(listing)


def test_a_sheet_that_somebody_changed_is_read_again_before_it_is_handed_in(listing, me, dominique):
    there = reverse("sheet_submit", args=[listing.uid])
    form = me.get(there).context["form"]
    agreed = dict.fromkeys(("conditions", "exactitude", "licence"), "on")
    opened = {"vu": form["vu"].value(), "version": form["version"].value()}
    address, typed = place("description", listing)
    post(dominique, address, listing, **typed(THEIRS))
    answer = me.post(there, {**agreed, **opened})
    assert "Dominique Autre a modifié la fiche entre-temps" in shown(answer)
    assert shown(answer).count(" checked") == 3
    assert not SolutionPage.objects.get(pk=listing.page_id).workflow_in_progress
    now = {"vu": sheets.seen(listing), "version": opened["version"]}
    assert me.post(there, {**agreed, **now}).status_code == 302
    assert SolutionPage.objects.get(pk=listing.page_id).workflow_in_progress


@pytest.mark.parametrize("name", PLACES)
def test_what_is_typed_while_somebody_hands_the_sheet_in_is_kept(listing, me, dominique, name):
    address, typed = place(name, listing)
    opened = sheets.seen(listing)
    there = reverse("sheet_submit", args=[listing.uid])
    form = dominique.get(there).context["form"]
    fields = {name: form[name].value() for name in ("vu", "version")}
    agreed = dict.fromkeys(("conditions", "exactitude", "licence"), "on")
    assert dominique.post(there, {**fields, **agreed}).status_code == 302
    answer = post(me, address, listing, seen=opened, **typed(MINE))
    assert "elle ne se modifie pas en l'état" in shown(answer)
    assert MINE in shown(answer)
    assert MINE not in draft_texts(listing)
