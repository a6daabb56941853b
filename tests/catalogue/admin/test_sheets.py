"""Sheets in the admin: creating, drafting, copying, listing."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import User
from catalogue.models import (
    BuyerCategory,
    Category,
    Listing,
    Offer,
    Reference,
    SolutionPage,
    Vendor,
)
from catalogue.services import create_listing
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import (
    create,
    draft_of,
    edit,
    form,
    formset,
    offer,
    posted_offer,
    sheet_of,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("action", ["save", "action-submit", "action-publish"])
def test_a_new_sheet_has_its_listing_before_its_first_revision(
    moderator, site, vendor, action, monkeypatch
):
    """Rests on the one thing that Wagtail does in between: `set_default_privacy_setting`."""
    found = []
    save_revision = SolutionPage.save_revision

    def watched(page, *args, **kwargs):
        found.append(Listing.objects.filter(page=page, vendor=vendor).exists())
        return save_revision(page, *args, **kwargs)

    monkeypatch.setattr(SolutionPage, "save_revision", watched)
    create(moderator, site, offer(), vendor=vendor.pk, **{action: "1"})
    page = SolutionPage.objects.get()
    assert found == [True]
    assert page.live is (action == "action-publish")
    assert page.offers.get().name == "Abonnement"


@pytest.mark.parametrize("action", ["action-publish", "save"])
def test_a_sheet_without_vendor_is_refused_and_nothing_typed_is_lost(moderator, site, action):
    response = create(moderator, site, offer(), summary="Un courrier suivi.", **{action: "1"})
    page = response.content.decode()
    assert "Choisissez l&#x27;offreur à qui appartient la fiche." in page
    assert "Un courrier suivi." in page
    assert "Abonnement" in page
    assert not SolutionPage.objects.exists()
    assert not Listing.objects.exists()


def test_a_price_without_unit_is_told_in_french_and_kept(moderator, site, vendor):
    response = create(moderator, site, offer(metric="", unit_price="7.1234"), vendor=vendor.pk)
    page = response.content.decode()
    assert "Un tarif publié a une unité et une périodicité." in page
    assert "7.1234" in page or "7,1234" in page
    assert not SolutionPage.objects.exists()


def test_too_long_a_line_says_which_and_is_kept(moderator, site, vendor):
    response = create(moderator, site, vendor=vendor.pk, features="Trier\n" + "x" * 200)
    page = response.content.decode()
    assert "Ligne 2 : 200 caractères, raccourcissez à 120." in page
    assert "x" * 200 in page


def test_an_offer_added_to_a_live_sheet_keeps_its_uid_until_published(moderator, site, vendor):
    page = sheet_of(vendor, site)
    edit(moderator, page, offer())
    drafted = draft_of(page).offers.get().uid
    assert not Offer.objects.exists()  # still a draft

    edit(moderator, page, offer(**posted_offer(moderator, page), host="Ici"), initial=1)
    assert draft_of(page).offers.get().uid == drafted

    held = posted_offer(moderator, page)
    edit(moderator, page, offer(**held), initial=1, **{"action-publish": "1"})
    assert Offer.objects.get().uid == drafted

    held = posted_offer(moderator, page)
    edit(moderator, page, offer(**held, host="Là"), initial=1, **{"action-publish": "1"})
    assert Offer.objects.get().uid == drafted
    assert Offer.objects.get().host == "Là"


def test_a_background_save_tells_the_open_page_the_uid_of_a_new_offer(moderator, site, vendor):
    page = sheet_of(vendor, site)
    response = moderator.post(
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        form(offer()),
        headers={"accept": "application/json"},
    )
    uid = draft_of(page).offers.get().uid
    assert response.json()["field_updates"]["offers-0-uid"] == str(uid)


def test_nobody_types_the_uid_of_an_offer_that_exists(moderator, site, vendor):
    create(moderator, site, offer(), vendor=vendor.pk)  # a page never published edits its rows
    stored = Offer.objects.get()
    typed = offer(id=str(stored.pk), uid=str(uuid.uuid4()), host="Là")
    edit(moderator, stored.page, typed, initial=1, **{"action-publish": "1"})
    published = Offer.objects.get(pk=stored.pk)
    assert (published.host, published.uid) == ("Là", stored.uid)


def test_two_offers_never_share_a_uid(moderator, site, vendor):
    page = sheet_of(vendor, site)
    same = str(uuid.uuid4())
    response = edit(moderator, page, offer(uid=same), offer(uid=same, name="Double"))
    assert response.status_code == 200
    assert response.context["form"].formsets["offers"].non_form_errors()


def test_tiers_are_edited_within_their_offer(moderator, site, vendor):
    tier = {"from_quantity": "100", "unit_price": "1.5", "id": "", "ORDER": "1"}
    create(moderator, site, offer(tiers=formset(tier)), vendor=vendor.pk)
    assert Offer.objects.get().tiers.get().from_quantity == 100


def test_a_copy_is_a_sheet_of_its_own(moderator, site, vendor):
    reference = {
        "client": "Commune de Valbourg",
        "buyer_category": str(BuyerCategory.objects.first().pk),
        "year": "2024",
        "consent": "none",
        "id": "",
        "uid": "",
        "ORDER": "1",
    }
    create(moderator, site, offer(), references=[reference], vendor=vendor.pk)
    page = SolutionPage.objects.get()
    moderator.post(
        reverse("wagtailadmin_pages:copy", args=[page.pk]),
        {"new_title": "Copie", "new_slug": "copie", "new_parent_page": site.pk},
    )
    copy = SolutionPage.objects.get(slug="copie")
    assert copy.listing.vendor == vendor
    assert copy.listing.uid != page.listing.uid
    for model in (Offer, Reference):
        assert model.objects.get(page=copy).uid != model.objects.get(page=page).uid
    draft = copy.get_latest_revision_as_object()
    assert draft.offers.get().uid == Offer.objects.get(page=copy).uid
    assert draft.references.get().uid == Reference.objects.get(page=copy).uid


def test_community_software_is_not_copied(moderator, site):
    page = SolutionPage(title="Logiciel libre")
    site.add_child(instance=page)
    create_listing(
        page=page, source="sill", external_id="1", source_licence="etalab-2.0",
        source_url="https://exemple.fr/1",
    )  # fmt: skip
    response = moderator.get(reverse("wagtailadmin_pages:copy", args=[page.pk]), follow=True)
    assert "ne se copie pas" in response.content.decode()
    assert SolutionPage.objects.count() == 1


def test_a_page_that_nobody_listed_is_not_copied(moderator, site):
    page = site.add_child(instance=SolutionPage(title="Hors catalogue"))
    response = moderator.get(reverse("wagtailadmin_pages:copy", args=[page.pk]), follow=True)
    assert "pas inscrite au catalogue" in response.content.decode()
    assert "Hors catalogue" in names(moderator)


def test_a_draft_opens_after_its_kind_of_buyer_was_deleted(moderator, site, vendor):
    page = sheet_of(vendor, site)
    kind = BuyerCategory.objects.create(slug="disparue", name="Disparue")
    page.references = [Reference(client="Commune de Valbourg", buyer_category=kind, year=2024)]
    page.save_revision().publish()
    kind.delete()
    assert draft_of(page).references.get().buyer_category is None
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert moderator.get(address).status_code == 200
    with pytest.raises(ValidationError, match="buyer_category"):
        Reference.objects.get().full_clean()


@pytest.mark.parametrize("view", ["edit", "history", "copy", "delete"])
def test_every_view_of_a_sheet_opens(moderator, site, vendor, view):
    if view == "delete":
        sign_in_staff(moderator, User.objects.create_superuser("chef@exemple.fr", "x"))
    page = sheet_of(vendor, site)
    address = reverse(f"wagtailadmin_pages:{view}", args=[page.pk])
    assert moderator.get(address).status_code == 200


def test_two_revisions_are_compared_offer_by_offer(moderator, site, vendor):
    page = sheet_of(vendor, site)
    edit(moderator, page, offer(name="Avant"))
    edit(moderator, page, offer(**{**posted_offer(moderator, page), "name": "Après"}), initial=1)
    first, second = page.revisions.order_by("-pk")[:2][::-1]
    response = moderator.get(
        reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, first.pk, second.pk])
    )
    assert "Avant" in response.content.decode()
    assert "Après" in response.content.decode()


def names(client, **query):
    response = client.get(reverse("fiches:index"), query)
    return {page.title for page in response.context["object_list"]}


def test_sheets_are_found_by_name_or_vendor(moderator, site, vendor):
    other = Vendor.objects.create(slug="brume", name="Brume SAS", size="pe", size_source="declare")
    sheet_of(vendor, site, "Courrier")
    sheet_of(other, site, "Agenda", distribution="libre")
    assert names(moderator, q="courr") == {"Courrier"}
    assert names(moderator, q="brume") == {"Agenda"}
    assert names(moderator, vendor=vendor.pk) == {"Courrier"}
    listing = moderator.get(reverse("fiches:index")).content.decode()
    assert reverse("vendor_chooser:choose") in listing  # never a list of every vendor
    assert "Ardoise Logiciels</option>" not in listing
    assert names(moderator, size="pe") == {"Agenda"}
    assert names(moderator, distribution="libre") == {"Agenda"}


def test_sheets_are_filtered_by_state_and_confirmation(moderator, site, vendor):
    live = sheet_of(vendor, site, "En ligne")
    draft = sheet_of(vendor, site, "Brouillon")
    draft.unpublish()
    gone = sheet_of(vendor, site, "Archivée")
    Listing.objects.filter(page=gone).update(archived_at="2026-01-01T00:00Z")
    Listing.objects.filter(page=live).update(confirmed_on=dt.date.today() - dt.timedelta(days=400))
    assert names(moderator, state="live") == {"En ligne"}
    assert names(moderator, state="draft") == {"Brouillon"}
    assert names(moderator, state="archived") == {"Archivée"}
    assert names(moderator, confirmed="stale") == {"En ligne"}
    assert names(moderator, confirmed="never") == {"Brouillon", "Archivée"}


def test_sheets_in_moderation_are_found(moderator, site, vendor):
    sheet_of(vendor, site, "Ailleurs")
    page = sheet_of(vendor, site, "Relue")
    page.get_workflow().start(page, None)
    assert names(moderator, state="review") == {"Relue"}


def test_sheets_that_nobody_confirmed_for_eighteen_months_may_be_taken_down(
    moderator, site, vendor
):
    for title, days in (("Ancienne", 548), ("Récente", 547)):
        page = sheet_of(vendor, site, title)
        day = dt.date.today() - dt.timedelta(days=days)
        Listing.objects.filter(page=page).update(confirmed_on=day)
        SolutionPage.objects.filter(pk=page.pk).update(last_published_at=f"{day}T12:00Z")
    assert names(moderator, confirmed="unconfirmed") == {"Ancienne"}
    home = moderator.get(reverse("wagtailadmin_home")).content.decode()
    assert "1 fiche sans confirmation depuis 18 mois" in home
    assert "/gestion/fiches/?confirmed=unconfirmed" in home


def test_a_mother_category_finds_the_sheets_of_her_children(moderator, site, vendor):
    leaf = Category.objects.leaves().first()
    page = sheet_of(vendor, site, "Classée")
    page.categories.add(leaf)
    page.save()
    sheet_of(vendor, site, "Ailleurs")
    assert names(moderator, category=leaf.parent_id) == {"Classée"}
    # With no category asked for, none is chosen for the moderator who sets another filter.
    filters = moderator.get(reverse("fiches:index")).context["filters"]
    assert next(iter(filters.form["category"].field.choices)) == ("", "Toutes")


def test_fifty_sheets_cost_no_more_queries_than_five(
    moderator, site, vendor, django_assert_max_num_queries
):
    leaf = Category.objects.leaves().first()

    def queries():
        with django_assert_max_num_queries(60) as captured:
            response = moderator.get(reverse("fiches:index"))
        return len(captured.captured_queries), len(response.context["object_list"])

    for number in range(50):
        page = sheet_of(vendor, site, f"Fiche {number}")
        page.categories.add(leaf)
        page.save()
        if number == 4:
            queries()  # warms the caches of content types
            few, _ = queries()
    many, rows = queries()
    assert rows == 50
    assert many <= few + 1
