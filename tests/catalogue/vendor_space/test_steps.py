"""What each step takes, refuses and keeps, and two people on one sheet."""

import uuid

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalogue.models import (
    Evidence,
    Integration,
    Listing,
    Role,
)
from catalogue.vendor_space.steps import STEPS
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("step", "fields", "kept"),
    [
        ("essentiel", {"title": "", "summary": "Une phrase gardée"}, "Une phrase gardée"),
        ("essentiel", {"title": "Ardoise", "summary": "x" * 151}, "x" * 151),
        ("essentiel", {"title": "Ardoise", "website": "pas une adresse"}, "pas une adresse"),
        ("description", {"description": "Gardée", "keywords": ",".join("abcdefghi")}, "Gardée"),
        ("technique", {"distribution": "libre", "licence": "La mienne"}, "La mienne"),
    ],
)
def test_what_makes_no_sense_is_said_and_what_was_typed_stays(
    as_owner, listing, step, fields, kept
):
    before = sheets.seen(listing)
    response = sheets.post_step(as_owner, listing, step, **{"rgaa": "inconnu", **fields})
    assert response.status_code == 200
    page = response.content.decode()
    assert "data-error-summary" in page
    assert kept in page
    assert sheets.seen(listing) == before


def test_an_incomplete_step_is_saved(as_owner, listing):
    sheets.post_step(as_owner, listing, "essentiel", title="Ardoise")
    assert sheets.draft_of(listing).summary == ""


def test_what_the_self_assessment_says_of_rgaa_is_told_where_it_prevails(as_owner, listing):
    there = sheets.step_url(listing, "technique")
    told = "Votre auto-évaluation dit « Totalement conforme » : c'est elle qui compte."
    assert told not in as_owner.get(there).context["form"]["rgaa"].help_text
    Listing.objects.update(rgaa="totalement")
    assert as_owner.get(there).context["form"]["rgaa"].help_text == told


def test_a_free_spelling_of_a_licence_is_understood(as_owner, listing):
    sheets.post_step(
        as_owner, listing, "technique", distribution="libre", licence="GPL-3.0", rgaa="inconnu"
    )
    assert sheets.draft_of(listing).licence == "GPL-3.0-only"


def test_connections_are_written_with_their_state(as_owner, listing):
    service = Integration.objects.first()
    fields = {f"raccordement-{service.slug}": "en-cours"}
    sheets.post_step(
        as_owner, listing, "technique", distribution="proprietaire", rgaa="inconnu", **fields
    )
    (row,) = sheets.draft_of(listing).integrations.all()
    assert (row.integration, row.state) == (service, "en-cours")
    assert (
        'value="en-cours" selected'
        in as_owner.get(sheets.step_url(listing, "technique")).content.decode()
    )


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "a.svg", "SVG"),
        (b"\0" * (50 * 1024 * 1024), "lourd.png", "trop lourd"),
        (b"%PDF-1.7 x", "a.png", "PDF"),
    ],
)
def test_a_refused_picture_says_why_and_the_text_stays(as_owner, listing, content, name, reason):
    file = SimpleUploadedFile(name, content, "image/png")
    response = sheets.post_step(
        as_owner, listing, "images", capture=file, capture_texte="Ma légende"
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert reason in page
    assert "Ma légende" in page
    assert not sheets.draft_of(listing).screenshots.all()


def test_a_picture_without_words_is_refused(as_owner, listing):
    response = sheets.post_step(as_owner, listing, "images", capture=sheets.picture())
    assert "Écrivez ce que montre cette capture" in response.content.decode()


def test_a_screenshot_is_described_then_removed(as_owner, listing):
    sheets.post_step(
        as_owner,
        listing,
        "images",
        logo=sheets.picture(),
        capture=sheets.picture(),
        capture_texte="Liste",
    )
    (shot,) = sheets.draft_of(listing).screenshots.all()
    assert shot.alternative == "Liste"
    assert sheets.draft_of(listing).logo
    sheets.post_step(as_owner, listing, "images", **{f"texte-{shot.image_id}": "La liste du jour"})
    assert sheets.draft_of(listing).screenshots.all()[0].alternative == "La liste du jour"
    sheets.post_step(
        as_owner,
        listing,
        "images",
        sans_logo="on",
        **{f"texte-{shot.image_id}": "x", f"retirer-{shot.image_id}": "on"},
    )
    assert not sheets.draft_of(listing).screenshots.all()
    assert sheets.draft_of(listing).logo is None


def test_an_offer_is_edited_under_the_same_uid_then_removed(as_owner, listing):
    key = uuid.uuid4()
    add = reverse("sheet_offer_add", args=[listing.uid])
    as_owner.post(add, sheets.offer(vu=sheets.seen(listing), uid=key))
    as_owner.post(add, sheets.offer(vu=sheets.seen(listing), uid=key))
    (row,) = sheets.draft_of(listing).offers.all()
    assert row.uid == key
    one = reverse("sheet_offer", args=[listing.uid, key])
    assert "2,5" in as_owner.get(one).content.decode()
    as_owner.post(
        one,
        sheets.offer(vu=sheets.seen(listing), name="Hébergée", **{"paliers-0-unit_price": "1,5"}),
    )
    (row,) = sheets.draft_of(listing).offers.all()
    assert (row.uid, row.name, str(row.tiers.all()[0].unit_price)) == (key, "Hébergée", "1.5")
    as_owner.post(reverse("sheet_offer_remove", args=[listing.uid, key]))
    assert not sheets.draft_of(listing).offers.all()


def test_an_amount_is_read_as_people_write_it(as_owner, listing):
    written = sheets.offer(
        vu=sheets.seen(listing), uid=uuid.uuid4(), setup_price="1 500\u202f000,50"
    )
    as_owner.post(reverse("sheet_offer_add", args=[listing.uid]), written)
    (row,) = sheets.draft_of(listing).offers.all()
    assert str(row.setup_price) == "1500000.50"


@pytest.mark.parametrize("step", [step.code for step in STEPS])
def test_every_step_leads_to_every_other(as_owner, listing, step):
    page = BeautifulSoup(as_owner.get(sheets.step_url(listing, step)).content, "html.parser")
    places = [link["href"] for link in page.select(".gt-steps__nav a, .fr-breadcrumb a[href]")]
    assert len(places) >= len(STEPS) + 3
    assert [place for place in places if as_owner.get(place).status_code != 200] == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"metric": ""}, "a une unité"),
        ({"kind": "pilote"}, "durée du pilote"),
        ({"deployment": "cloud-etat"}, "Nommez le cloud"),
        ({"paliers-0-unit_price": ""}, "une quantité et un prix"),
        ({"unit_price": "-1"}, "supérieur"),
    ],
)
def test_an_offer_that_makes_no_sense_is_sent_back(as_owner, listing, fields, message):
    add = reverse("sheet_offer_add", args=[listing.uid])
    response = as_owner.post(add, sheets.offer(vu=sheets.seen(listing), uid=uuid.uuid4(), **fields))
    assert message in response.content.decode()
    assert not sheets.draft_of(listing).offers.all()


def test_a_reference_is_named_with_the_clients_consent(as_owner, listing):
    add = reverse("sheet_reference_add", args=[listing.uid])
    fields = {"client": "Ville de Fictive", "year": "2024", "buyer_category": "1"}
    response = as_owner.post(add, {"vu": sheets.seen(listing), **fields, "consent": "file"})
    assert "Datez l" in response.content.decode()
    response = as_owner.post(add, {"vu": sheets.seen(listing), **fields, "consent": "client"})
    assert response.status_code == 200
    as_owner.post(
        add, {"vu": sheets.seen(listing), **fields, "consent": "file", "consented_on": "2026-01-10"}
    )
    (row,) = sheets.draft_of(listing).references.all()
    assert row.client == "Ville de Fictive"
    last = reverse("sheet_submit", args=[listing.uid])
    assert "Joignez l&#x27;accord écrit" in as_owner.get(last).content.decode()
    one = reverse("sheet_reference", args=[listing.uid, row.uid])
    dated = {**fields, "vu": sheets.seen(listing), "consent": "file", "consented_on": "2026-01-10"}
    refused = as_owner.post(one, {**dated, "accord": SimpleUploadedFile("a.pdf", b"MZ virus")})
    assert "Formats admis" in refused.content.decode()
    as_owner.post(one, {**dated, "accord": sheets.picture("accord.png")})
    assert "Joignez" not in as_owner.get(last).content.decode()
    piece = Evidence.objects.get()
    assert not piece.is_public
    assert Client().get(piece.get_absolute_url()).status_code == 404


def test_the_second_person_is_told_by_whom_and_gets_their_text_back(
    as_owner, listing, vendor, new_client
):
    opened = sheets.seen(listing)
    colleague = sheets.member(vendor, Role.EDITOR, "Dominique Autre")
    other = new_client()
    other.force_login(colleague)
    sheets.post_step(other, listing, "description", description="Le texte de Dominique")
    response = as_owner.post(
        sheets.step_url(listing, "description"), {"vu": opened, "description": "Mon texte à moi"}
    )
    page = response.content.decode()
    assert response.status_code == 409
    assert "Dominique Autre" in page
    assert "Le texte de Dominique" in page
    assert "Mon texte à moi" in page
    assert sheets.draft_of(listing).description == "Le texte de Dominique"
    merged = {"vu": sheets.seen(listing), "description": "Les deux textes"}
    assert f'name="vu" value="{merged["vu"]}"' in page
    as_owner.post(sheets.step_url(listing, "description"), merged)
    assert sheets.draft_of(listing).description == "Les deux textes"


def test_two_people_on_two_steps_both_keep_what_they_wrote(as_owner, listing, vendor, new_client):
    opened = sheets.seen(listing)
    other = new_client()
    other.force_login(sheets.member(vendor, Role.EDITOR, "Dominique Autre"))
    sheets.post_step(other, listing, "description", description="Le texte de Dominique")
    response = as_owner.post(
        sheets.step_url(listing, "essentiel"), {"vu": opened, **sheets.essentials()}, follow=True
    )
    assert "Dominique Autre" in response.content.decode()
    draft = sheets.draft_of(listing)
    assert draft.summary == "Suit le courrier entrant."
    assert draft.description == "Le texte de Dominique"


def test_reading_a_live_sheet_step_by_step_leaves_it_as_it_is(as_owner, listing, owner):
    key = uuid.uuid4()
    add = reverse("sheet_offer_add", args=[listing.uid])
    as_owner.post(add, sheets.offer(vu=sheets.seen(listing), uid=key))
    sheets.post_step(as_owner, listing, "description", description="Texte", keywords="b, a")
    before = sheets.seen(listing)
    for step in ("essentiel", "description", "images", "technique"):
        form = as_owner.get(sheets.step_url(listing, step)).context["form"]
        response = sheets.post_step(as_owner, listing, step, **posted(form))
        assert response.status_code == 302
        assert sheets.seen(listing) == before, step
    one = reverse("sheet_offer", args=[listing.uid, key])
    form = as_owner.get(one).context["form"]
    tiers = {name: value for tier in form.tiers for name, value in posted(tier).items()}
    management = posted(form.tiers.management_form)
    as_owner.post(one, {"vu": before, **posted(form), **tiers, **management})
    assert sheets.seen(listing) == before


def posted(form):
    """What a browser sends of a form that nobody touched."""
    data = {}
    for field in form:
        widget, value = field.field.widget, field.value()
        shown = widget.format_value(value) if hasattr(widget, "format_value") else value
        if field.widget_type == "checkbox":
            shown = "on" if value else None
        if shown not in (None, []) and field.widget_type != "file":
            data[field.html_name] = shown
    return data
