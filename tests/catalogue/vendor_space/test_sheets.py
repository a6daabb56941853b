"""A sheet from its name to the public, through the forms of the vendor space."""

import datetime as dt
import uuid

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from catalogue.models import (
    Category,
    Listing,
    Role,
    SolutionPage,
    Submission,
)
from home.services import MODERATORS
from search import indexing
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import edit, staff
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db


def create(client, vendor, name="Ardoise Courrier", **fields):
    return client.post(
        reverse("sheet_create", args=[vendor.slug]), {"nom": name, "cle": uuid.uuid4(), **fields}
    )


def accepted(listing):
    return {
        "conditions": "on",
        "exactitude": "on",
        "licence": "on",
        "version": "1.0",
        "vu": sheets.seen(listing),
    }


def test_from_a_name_to_the_public(
    as_owner, vendor, new_client, engine, django_capture_on_commit_callbacks
):
    indexing.rebuild()
    response = create(as_owner, vendor)
    listing = Listing.objects.get()
    assert response.url == sheets.step_url(listing, "essentiel")
    for step, fields, following in (
        ("essentiel", sheets.essentials(), "description"),
        ("description", {"description": "Pour les mairies.", "keywords": "courrier"}, "images"),
        ("images", {"capture": sheets.picture(), "capture_texte": "La liste"}, "technique"),
        ("technique", {"distribution": "proprietaire", "rgaa": "inconnu"}, "offres"),
    ):
        assert as_owner.get(sheets.step_url(listing, step)).status_code == 200
        response = sheets.post_step(as_owner, listing, step, **fields)
        assert response.status_code == 302, response.context["form"].errors
        assert response.url == sheets.step_url(listing, following)
    as_owner.post(
        reverse("sheet_offer_add", args=[listing.uid]),
        sheets.offer(vu=sheets.seen(listing), uid=uuid.uuid4()),
    )
    (drafted,) = sheets.draft_of(listing).offers.all()
    with django_capture_on_commit_callbacks(execute=True):
        response = as_owner.post(reverse("sheet_submit", args=[listing.uid]), accepted(listing))
    assert response.url == reverse("sheet", args=[listing.uid])
    assert "Fiche remise" in mail.outbox[-1].subject

    moderator = sign_in_staff(new_client(), staff(MODERATORS))
    page = SolutionPage.objects.get(pk=listing.page_id)
    task = page.current_workflow_task_state
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        moderator.post(
            reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", task.pk]),
            {"next": "/gestion/"},
        )
    public = new_client().get("/solutions/ardoise-courrier/")
    assert public.status_code == 200
    assert "Suit le courrier entrant." in public.content.decode()
    indexing.drain()
    found = new_client().get("/solutions/", {"q": "ardoise", "format": "json"}).json()
    assert [row["slug"] for row in found["results"]] == ["ardoise-courrier"]
    assert found["results"][0]["notice"]
    (published,) = SolutionPage.objects.get(pk=listing.page_id).offers.all()
    assert published.uid == drafted.uid
    assert [tier.from_quantity for tier in published.tiers.all()] == [100]
    (told,) = [message for message in mail.outbox if "publiée" in message.subject]
    assert "/solutions/ardoise-courrier/" in told.body
    assert not any("/gestion/" in message.body for message in mail.outbox if message is told)


def test_a_rejection_in_wagtail_tells_every_member_in_french_and_no_vendor_in_wagtails_words(
    as_owner, owner, listing, new_client, django_capture_on_commit_callbacks
):
    colleague = sheets.member(listing.vendor, Role.EDITOR)
    sheets.submit(listing, owner)
    moderator = sign_in_staff(new_client(), staff(MODERATORS))
    page = SolutionPage.objects.get(pk=listing.page_id)
    task = page.current_workflow_task_state
    with django_capture_on_commit_callbacks(execute=True):
        moderator.post(
            reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "reject", task.pk]),
            {"reason": "allegation", "comment": "Précisez l'hébergeur.", "next": "/gestion/"},
        )
    assert {message.to[0] for message in mail.outbox} == {owner.email, colleague.email}
    for message in mail.outbox:
        assert "Précisez l'hébergeur." in message.body
        assert "Label ou certification à prouver" in message.body
        assert "/gestion/" not in message.body
        assert reverse("sheet", args=[listing.uid]) in message.body
    assert (
        "Précisez l&#x27;hébergeur."
        in as_owner.get(reverse("sheet", args=[listing.uid])).content.decode()
    )


def test_the_form_to_create_sent_twice_makes_one_sheet(as_owner, vendor):
    key = uuid.uuid4()
    first, second = (create(as_owner, vendor, cle=key) for _ in range(2))
    assert first.status_code == 302
    assert second.status_code == 302
    assert Listing.objects.count() == 1


def test_sheets_that_look_alike_are_shown_before_a_second_is_made(as_owner, vendor):
    make_sheet("Ardoise courrier", vendor=VendorFactory(name="Voisine"))
    response = create(as_owner, vendor, "Ardoise Courrier")
    assert "Voisine" in response.content.decode()
    assert Listing.objects.filter(vendor=vendor).count() == 0
    create(as_owner, vendor, "Ardoise Courrier", malgre="1")
    assert Listing.objects.filter(vendor=vendor).count() == 1


def test_a_submitted_sheet_refuses_saves_and_says_what_to_do(as_owner, owner, listing):
    sheets.submit(listing, owner)
    response = sheets.post_step(as_owner, listing, "description", description="Trop tard")
    page = response.content.decode().replace("&#x27;", "'")
    assert "elle ne se modifie pas en l'état" in page
    assert "Trop tard" in page
    assert sheets.draft_of(listing).description == "Suit le courrier."
    as_owner.post(reverse("sheet_withdraw", args=[listing.uid]))
    sheets.post_step(as_owner, listing, "description", description="À temps")
    assert sheets.draft_of(listing).description == "À temps"


def test_the_last_step_says_what_is_missing_and_where(as_owner, vendor):
    create(as_owner, vendor)
    listing = Listing.objects.get()
    page = as_owner.get(reverse("sheet_submit", args=[listing.uid])).content.decode()
    assert "Choisissez au moins une catégorie." in page
    assert sheets.step_url(listing, "essentiel") in page
    assert "Remettre la fiche" not in page


def test_the_last_step_of_an_unattached_company_leads_to_the_attachment(client, site):
    vendor = VendorFactory()
    owner = sheets.member(vendor)
    client.force_login(owner)
    listing = sheets.draft(vendor, owner)
    page = client.get(reverse("sheet_submit", args=[listing.uid])).content.decode()
    assert reverse("company_proofs", args=[vendor.slug]) in page
    client.post(reverse("sheet_submit", args=[listing.uid]), accepted(listing))
    assert not Submission.objects.exists()


@pytest.mark.parametrize("unticked", ["conditions", "exactitude", "licence"])
def test_each_agreement_is_asked_for(as_owner, listing, unticked):
    data = accepted(listing)
    del data[unticked]
    response = as_owner.post(reverse("sheet_submit", args=[listing.uid]), data)
    assert "data-error-summary" in response.content.decode()
    assert not Submission.objects.exists()


def test_a_sheet_changed_since_it_was_read_is_read_again_before_it_is_handed_in(
    as_owner, owner, listing
):
    data = accepted(listing)
    sheets.write(listing, owner, description="Entre-temps")
    response = as_owner.post(reverse("sheet_submit", args=[listing.uid]), data)
    assert "relisez l&#x27;aperçu" in response.content.decode()
    assert f'name="vu" value="{sheets.seen(listing)}"' in response.content.decode()


def test_the_preview_shows_the_draft_to_members_and_to_no_robot(as_owner, listing):
    response = as_owner.get(reverse("sheet_preview", args=[listing.uid]))
    page = response.content.decode()
    assert "Suit le courrier." in page
    assert response["X-Robots-Tag"] == "noindex"
    assert "application/ld+json" not in page


def test_live_sheets_are_confirmed_archived_and_restored_by_a_button(as_owner, vendor):
    listing = make_sheet("Plume", vendor=vendor).listing
    as_owner.post(reverse("sheet_confirm", args=[listing.uid]))
    listing.refresh_from_db()
    assert listing.confirmed_on == timezone.localdate()
    as_owner.post(reverse("sheet_archive", args=[listing.uid]))
    listing.refresh_from_db()
    assert listing.archived_at
    as_owner.post(reverse("sheet_restore", args=[listing.uid]))
    listing.refresh_from_db()
    assert listing.archived_at is None


def test_a_sheet_without_any_revision_is_edited_as_it_is(as_owner, vendor):
    listing = make_sheet("Plume", vendor=vendor, description="Avant").listing
    page = SolutionPage.objects.get(pk=listing.page_id)
    assert page.latest_revision_id is None
    as_owner.post(sheets.step_url(listing, "description"), {"vu": "", "description": "Après"})
    assert SolutionPage.objects.get(pk=listing.page_id).description == "Avant"
    assert sheets.draft_of(listing).description == "Après"


def test_the_dashboard_says_where_each_sheet_stands(as_owner, listing, owner, vendor):
    sheets.draft(vendor, owner, "Ardoise Guichet")
    sheets.submit(listing, owner)
    rows = as_owner.get(reverse("vendor_space")).content.decode()
    assert "En cours d&#x27;examen" in rows
    assert rows.count("Brouillon") == 1
    assert "réponse au plus tard le" in rows

    Submission.objects.update(due_on=timezone.localdate() - dt.timedelta(days=1))
    assert "ce délai est dépassé" in as_owner.get(reverse("vendor_space")).content.decode()


def test_the_dashboard_costs_the_same_whatever_the_number_of_sheets(
    as_owner, owner, vendor, django_assert_max_num_queries
):
    for number in range(4):
        sheets.draft(vendor, owner, f"Ardoise {number}")
    with django_assert_max_num_queries(25):
        page = as_owner.get(reverse("vendor_space")).content.decode()
    assert "Ardoise 3" in page
    assert "Brouillon" in page


def test_moderators_corrections_are_what_is_published(as_owner, owner, listing, new_client):
    sheets.submit(listing, owner)
    moderator = sign_in_staff(new_client(), staff(MODERATORS))
    page = SolutionPage.objects.get(pk=listing.page_id)
    edit(
        moderator,
        page,
        summary="Corrigé",
        categories=[Category.objects.get(slug="visioconference").pk],
        **{"action-workflow-action": "true", "workflow-action-name": "approve"},
    )
    assert SolutionPage.objects.get(pk=listing.page_id).summary == "Corrigé"
    assert Submission.objects.get().outcome == "approved"
