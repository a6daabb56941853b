"""The catalogue's screens in Wagtail's admin, through their real forms."""

import datetime as dt
import uuid

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data

from accounts.models import User
from catalogue.models import (
    Category,
    Claim,
    Evidence,
    Listing,
    Offer,
    PurchaseVehicle,
    PurchasingBody,
    Reference,
    SolutionPage,
    Threshold,
    Vendor,
)
from catalogue.services import create_listing
from home.services import EDITORS, MODERATORS

pytestmark = pytest.mark.django_db

SCREENS = [
    "fiches",
    "offreurs",
    "allegations",
    "categories",
    "categories-acheteurs",
    "services-raccordables",
    "centrales-achat",
    "vehicules-achat",
    "seuils",
    "tranches-prix",
    "configurations",
]


def staff(group):
    user = User.objects.create_user(f"{uuid.uuid4().hex}@exemple.fr", "x", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def moderator(client, site):
    client.force_login(staff(MODERATORS))
    return client


@pytest.fixture
def vendor(db):
    return Vendor.objects.create(slug="ardoise", name="Ardoise Logiciels", siren="732829320")


def sheet_of(vendor, parent, title="Ardoise Courrier", **fields):
    page = SolutionPage(title=title, **fields)
    parent.add_child(instance=page)
    create_listing(page=page, vendor=vendor)
    page.save_revision().publish()
    return SolutionPage.objects.get(pk=page.pk)


def offer(**fields):
    return {
        "name": "Abonnement",
        "kind": "production",
        "deployment": "saas",
        "secnumcloud": "none",
        "pricing": "priced",
        "metric": "agent",
        "period": "month",
        "unit_price": "2.5",
        "gdpr_contract": "unknown",
        "multi_zone": "unknown",
        "reversibility_documented": "unknown",
        "host_outside_eu_control": "unknown",
        "id": "",
        "uid": "",
        "ORDER": "1",
        "tiers": formset(),
        **fields,
    }


def formset(*rows, initial=0):
    """Data of a formset, nested formsets included."""
    data = {"TOTAL_FORMS": len(rows), "INITIAL_FORMS": initial}
    data.update({str(index): row for index, row in enumerate(rows)})
    return data


def form(*offers, initial=0, references=(), **fields):
    """What a browser posts for a sheet; a field given as None is left out."""
    data = {
        "title": "Ardoise Courrier",
        "slug": "ardoise-courrier",
        "distribution": "proprietaire",
        "rgaa": "inconnu",
        "offers": formset(*offers, initial=initial),
        "references": formset(*references),
        "integrations": formset(),
        "screenshots": formset(),
        **fields,
    }
    return nested_form_data({key: value for key, value in data.items() if value is not None})


def create(client, parent, *offers, **fields):
    address = reverse("wagtailadmin_pages:add", args=["catalogue", "solutionpage", parent.pk])
    return client.post(address, form(*offers, **fields))


def edit(client, page, *offers, **fields):
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form(*offers, **fields))


def draft_of(page):
    return SolutionPage.objects.get(pk=page.pk).get_latest_revision_as_object()


def posted_offer(client, page):
    """The first offer as the open editor holds it: its id and its hidden uid."""
    response = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    row = response.context["form"].formsets["offers"].forms[0]
    return {"id": row["id"].value() or "", "uid": str(row["uid"].value())}


# Rights


@pytest.mark.parametrize("screen", SCREENS)
def test_nobody_enters_without_signing_in(client, site, screen):
    response = client.get(reverse(f"{screen}:index"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("wagtailadmin_login"))


@pytest.mark.parametrize("screen", [name for name in SCREENS if name != "fiches"])
def test_an_editor_without_the_right_is_refused(client, site, screen):
    client.force_login(staff(EDITORS))
    for address in (reverse(f"{screen}:index"), reverse(f"{screen}:add")):
        response = client.get(address)
        assert response.status_code == 302
        assert response.url == reverse("wagtailadmin_home")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_moderator_sees_lists_and_forms(moderator, screen):
    assert moderator.get(reverse(f"{screen}:index")).status_code == 200
    if screen != "fiches":
        assert moderator.get(reverse(f"{screen}:add")).status_code == 200


# Sheets


def test_creating_a_sheet_enters_it_in_the_catalogue(moderator, site, vendor):
    create(moderator, site, offer(), vendor=vendor.pk)
    page = SolutionPage.objects.get()
    assert page.listing.vendor == vendor
    assert not page.live
    assert page.offers.get().name == "Abonnement"


def test_creating_and_publishing_at_once_also_enters_it(moderator, site, vendor):
    create(moderator, site, offer(), vendor=vendor.pk, **{"action-publish": "1"})
    page = SolutionPage.objects.get()
    assert page.live
    assert page.listing.vendor == vendor


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
    page = sheet_of(vendor, site)
    edit(moderator, page, offer(), **{"action-publish": "1"})
    stored = Offer.objects.get()
    typed = offer(id=posted_offer(moderator, page)["id"] or str(stored.pk), uid=str(uuid.uuid4()))
    edit(moderator, stored.page, typed, initial=1, **{"action-publish": "1"})
    if Offer.objects.filter(pk=stored.pk).exists():
        assert Offer.objects.get(pk=stored.pk).uid == stored.uid


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
        "buyer_category": "1",
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


@pytest.mark.parametrize("view", ["edit", "history", "copy", "unpublish", "delete"])
def test_every_view_of_a_sheet_opens(moderator, site, vendor, view):
    if view == "delete":
        moderator.force_login(User.objects.create_superuser("chef@exemple.fr", "x"))
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


def test_the_editor_shows_what_the_rules_conclude(moderator, site, vendor):
    page = sheet_of(vendor, site)
    edit(moderator, page, offer(), **{"action-publish": "1"})
    text = moderator.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert str(page.listing.uid) in text
    assert (
        "12\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}€\N{NO-BREAK SPACE}HT" in text
    )  # 100 × 48 × 2,50
    assert "Cloud au centre" in text


def test_categories_are_ticked_under_their_mother(moderator, site, vendor):
    leaf = Category.objects.leaves().first()
    create(moderator, site, vendor=vendor.pk, categories=leaf.pk)
    assert list(SolutionPage.objects.get().categories.all()) == [leaf]
    groups = dict(
        moderator.get(
            reverse("wagtailadmin_pages:add", args=["catalogue", "solutionpage", site.pk])
        )
        .context["form"]
        .fields["categories"]
        .choices
    )
    assert leaf.pk in [choice[0].value for choice in groups[leaf.parent.name]]


# The listing of sheets


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


def test_a_mother_category_finds_the_sheets_of_her_children(moderator, site, vendor):
    leaf = Category.objects.leaves().first()
    page = sheet_of(vendor, site, "Classée")
    page.categories.add(leaf)
    page.save()
    sheet_of(vendor, site, "Ailleurs")
    assert names(moderator, category=leaf.parent_id) == {"Classée"}


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


# Vendors, vocabularies, dated values


def test_a_vendor_is_refused_with_a_false_siren_and_told_why(moderator):
    response = moderator.post(
        reverse("offreurs:add"),
        {"name": "Ardoise", "slug": "ardoise", "country": "FR", "siren": "123456789",
         "size": "non-renseignee", "origin": "non-renseignee", "size_source": ""},
    )  # fmt: skip
    assert "Ce SIREN n&#x27;existe pas" in response.content.decode()
    assert not Vendor.objects.exists()


def test_a_vendor_links_to_its_sheets_and_counts_them(moderator, site, vendor):
    sheet_of(vendor, site)
    response = moderator.get(reverse("offreurs:index"))
    assert response.context["object_list"][0].sheet_count == 1
    assert f"/gestion/fiches/?vendor={vendor.pk}" in response.content.decode()


def test_editing_a_vendor_is_written_in_its_history(moderator, vendor):
    moderator.post(
        reverse("offreurs:edit", args=[vendor.pk]),
        {"name": "Ardoise Nouvelle", "slug": "ardoise", "country": "FR", "siren": "732829320",
         "size": "non-renseignee", "origin": "non-renseignee", "size_source": ""},
    )  # fmt: skip
    vendor.refresh_from_db()
    assert vendor.name == "Ardoise Nouvelle"
    history = moderator.get(reverse("offreurs:history", args=[vendor.pk]))
    assert "Ardoise Nouvelle" in history.content.decode()


def test_a_vendor_is_chosen_by_siren(moderator, vendor):
    Vendor.objects.create(slug="brume", name="Brume SAS")
    page = moderator.get(reverse("vendor_chooser:choose_results"), {"q": "732829"}).content.decode()
    assert "Ardoise Logiciels" in page
    assert "Brume" not in page


def test_ended_contracts_are_marked(moderator):
    body = PurchasingBody.objects.first()
    PurchaseVehicle.objects.create(
        body=body, number="M1", title="Ancien", holder="X", ends_on=dt.date(2020, 1, 1)
    )
    assert "Terminé, masqué" in moderator.get(reverse("vehicules-achat:index")).content.decode()
    response = moderator.get(reverse("vehicules-achat:index"), {"state": "open"})
    assert list(response.context["object_list"]) == []


def test_a_threshold_not_verified_for_six_months_is_flagged(moderator):
    Threshold.objects.all().delete()
    Threshold.objects.create(
        code="x", label="Vieux", value=1, valid_from=dt.date(2020, 1, 1),
        verified_on=dt.date.today() - dt.timedelta(days=200),
    )  # fmt: skip
    Threshold.objects.create(
        code="y", label="Fini", value=1, valid_from=dt.date(2020, 1, 1),
        valid_to=dt.date(2020, 12, 31), verified_on=dt.date.today(),
    )  # fmt: skip
    page = moderator.get(reverse("seuils:index"), {"period": "now"})
    assert [row.label for row in page.context["object_list"]] == ["Vieux"]
    assert "À revérifier" in page.content.decode()


# Claims and evidence


def claim_form(listing, **fields):
    return {
        "listing": listing.pk,
        "kind": "rgaa",
        "subject": "",
        "declared_on": "01/02/2026",
        "evidence-TOTAL_FORMS": "1",
        "evidence-INITIAL_FORMS": "0",
        "evidence-0-title": "Audit",
        "evidence-0-added_on": "02/02/2026",
        "evidence-0-is_public": "on",
        **fields,
    }


@pytest.fixture
def listing(site, vendor):
    return sheet_of(vendor, site).listing


def test_a_claim_is_saved_with_its_file_which_only_moderators_read(moderator, client, listing):
    proof = SimpleUploadedFile("audit.pdf", b"%PDF-1.7 preuve")
    moderator.post(reverse("allegations:add"), claim_form(listing, **{"evidence-0-file": proof}))
    piece = Evidence.objects.get()
    assert piece.claim.listing == listing
    assert len(piece.sha256) == 64
    address = reverse("evidence_file", args=[piece.uid])
    assert (
        address
        in moderator.get(reverse("allegations:edit", args=[piece.claim.pk])).content.decode()
    )
    response = moderator.get(address)
    assert b"".join(response.streaming_content) == b"%PDF-1.7 preuve"
    assert response["Content-Disposition"].startswith("attachment")

    client.force_login(staff(EDITORS))
    assert client.get(address).status_code == 302  # Wagtail sends back to its home, refused
    client.logout()
    assert client.get(address).url.startswith(reverse("wagtailadmin_login"))


def test_evidence_is_a_file_or_an_address_and_of_a_known_format(moderator, listing):
    nothing = moderator.post(reverse("allegations:add"), claim_form(listing))
    assert "Donnez un fichier ou une adresse, pas les deux." in nothing.content.decode()
    program = SimpleUploadedFile("outil.exe", b"MZ")
    refused = moderator.post(
        reverse("allegations:add"), claim_form(listing, **{"evidence-0-file": program})
    )
    assert "Format refusé." in refused.content.decode()
    assert not Claim.objects.exists()


def test_a_verification_says_who_made_it(moderator, listing):
    response = moderator.post(
        reverse("allegations:add"),
        claim_form(listing, verified_on="03/02/2026", **{"evidence-0-url": "https://exemple.fr/a"}),
    )
    assert "Une vérification dit qui l&#x27;a faite, et quand." in response.content.decode()


def test_a_claim_started_from_a_sheet_may_bear_on_one_of_its_offers(moderator, site, listing):
    edit(moderator, listing.page, offer(), **{"action-publish": "1"})
    uid = str(Offer.objects.get().uid)
    address = f"{reverse('allegations:add')}?listing={listing.uid}"
    assert uid in moderator.get(address).content.decode()
    moderator.post(
        address,
        claim_form(
            listing, kind="cloud", subject=uid, **{"evidence-0-url": "https://exemple.fr/a"}
        ),
    )
    assert str(Claim.objects.get().subject) == uid


def test_claims_are_filtered_by_what_they_are_worth(moderator, listing):
    today = dt.date.today()
    Claim.objects.create(listing=listing, kind="rgaa")
    Claim.objects.create(
        listing=listing, kind="libre", verified_on=today - dt.timedelta(days=9), verified_by="LABEL",
        expires_on=today + dt.timedelta(days=9),
    )  # fmt: skip
    Claim.objects.create(
        listing=listing, kind="iso27001", contested_on=today, contest_reason="Certificat périmé"
    )

    def kinds(**query):
        rows = moderator.get(reverse("allegations:index"), query).context["object_list"]
        return {claim.kind for claim in rows}

    assert kinds(state="verified") == {"libre"}
    assert kinds(state="expiring") == {"libre"}
    assert kinds(state="contested") == {"iso27001"}
    assert kinds(state="unverified") == {"rgaa", "iso27001"}
    assert kinds(kind="rgaa") == {"rgaa"}


# The dashboard


def test_the_dashboard_counts_sheets_and_leads_to_them(moderator, site, vendor):
    sheet_of(vendor, site, "Une")
    sheet_of(vendor, site, "Deux").unpublish()
    page = moderator.get(reverse("wagtailadmin_home")).content.decode()
    assert "1 fiche en ligne" in page
    assert "1 brouillon" in page
    assert "/gestion/fiches/?state=draft" in page
