"""Moderators hide, put back, suspend and merge from the admin."""

import datetime as dt

import pytest
from django.urls import reverse

from catalogue import enforcement
from catalogue.models import Suspension, Takedown
from home.services import EDITORS, MODERATORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.decisions import WHY, live_sheet, read, reason
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import member, person, reviewer
from tests.catalogue.people import moderator as a_moderator

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(vendor, site):
    return live_sheet(vendor, site)


@pytest.fixture
def why(site):
    return {"reason": reason().pk, "comment": WHY}


@pytest.fixture
def hidden(sheet):
    return enforcement.take_down(
        listing=sheet.listing, reason=reason(), comment=WHY, by=a_moderator()
    )


@pytest.fixture
def suspension(vendor, sheet):
    return enforcement.suspend(vendor=vendor, reason=reason(), comment=WHY, by=a_moderator())


def text(response):
    return response.content.decode()


def bulk(client, action, *pages, follow=True, **data):
    ids = "&".join(f"id={page.pk}" for page in pages)
    there = reverse("wagtail_bulk_action", args=["catalogue", "solutionpage", action])
    return client.post(f"{there}?{ids}&next=/gestion/fiches/", data, follow=follow)


def test_a_sheet_is_taken_down_with_a_reason_from_its_menus(moderator, sheet, why):
    there = reverse("sheet_take_down", args=[sheet.pk])
    for screen in (
        reverse("fiches:index"),
        reverse("wagtailadmin_pages:edit", args=[sheet.pk]),
    ):
        assert there in text(moderator.get(screen))
    assert "Remplacez ce contenu" in text(moderator.get(there))  # the text of each reason
    assert moderator.post(there, {"comment": WHY}).status_code == 200
    assert read(sheet).live
    answer = moderator.post(there, why)
    row = Takedown.objects.get()
    assert answer.url == reverse("retraits:inspect", args=[row.pk])
    assert (row.comment, row.reason) == (WHY, reason())
    assert not read(sheet).live
    assert "Voir le retrait" in text(
        moderator.get(reverse("wagtailadmin_pages:edit", args=[sheet.pk]))
    )
    assert moderator.get(there).url == reverse("retraits:inspect", args=[row.pk])


def test_an_explanation_left_empty_is_the_text_of_the_reason(moderator, sheet, why):
    moderator.post(reverse("sheet_take_down", args=[sheet.pk]), {**why, "comment": ""})
    assert Takedown.objects.get().comment == reason().text


def test_what_cannot_be_done_says_why_and_keeps_what_was_typed(moderator, hidden, sheet, why):
    page = text(moderator.post(reverse("sheet_take_down", args=[sheet.pk]), why))
    assert "pas en ligne" in page
    assert "Le logo est celui" in page


def test_a_takedown_is_read_and_lifted(moderator, hidden, sheet):
    there = reverse("retraits:inspect", args=[hidden.pk])
    page = text(moderator.get(there))
    assert "Le logo est celui" in page
    assert "Remettre en ligne" in page
    moderator.post(there)
    assert read(sheet).live
    assert "déjà levé" in text(moderator.post(there, follow=True))
    assert '<form method="post">' not in text(moderator.get(there))


def test_a_vendor_is_suspended_and_the_suspension_lifted(moderator, vendor, sheet, why):
    there = reverse("vendor_suspend", args=[vendor.pk])
    edit = reverse("offreurs:edit", args=[vendor.pk])
    assert there in text(moderator.get(edit))
    moderator.post(there, why)
    row = Suspension.objects.get()
    lift = reverse("suspensions:inspect", args=[row.pk])
    assert not read(sheet).live
    assert lift in text(moderator.get(edit))
    assert "Ardoise Courrier" in text(moderator.get(lift))
    moderator.post(lift)
    assert read(sheet).live


def test_days_are_those_of_paris(moderator, hidden, vendor):
    row = enforcement.suspend(vendor=vendor, reason=reason(), comment=WHY, by=a_moderator())
    enforcement.lift_suspension(suspension=row, by=a_moderator())
    late = dt.datetime(2026, 3, 31, 23, 30, tzinfo=dt.UTC)
    Takedown.objects.update(at=late)
    Suspension.objects.update(since=late, lifted_at=late + dt.timedelta(days=1))
    assert "01/04/2026" in text(moderator.get(reverse("retraits:inspect", args=[hidden.pk])))
    page = text(moderator.get(reverse("suspensions:inspect", args=[row.pk])))
    assert "01/04/2026" in page
    assert "02/04/2026" in page


def test_lists_show_what_is_in_force_first_and_filter(moderator, hidden, vendor, site):
    other = live_sheet(vendor, site, "Autre")
    latest = enforcement.take_down(
        listing=other.listing, reason=reason(), comment=WHY, by=a_moderator()
    )
    enforcement.put_back(takedown=latest, by=a_moderator())

    def shown(**filters):
        rows = moderator.get(reverse("retraits:index"), filters).context["object_list"]
        return [row.pk for row in rows]

    assert shown() == [hidden.pk, latest.pk]
    assert shown(state="open") == [hidden.pk]
    assert shown(state="lifted") == [latest.pk]
    assert shown(q="autre") == [latest.pk]
    assert shown(reason=reason("Autre motif", "essai-autre").pk) == []
    suspensions = moderator.get(reverse("suspensions:index"), {"state": "open"})
    assert list(suspensions.context["object_list"]) == []
    sheets = moderator.get(reverse("fiches:index"), {"state": "taken-down"})
    assert [row.pk for row in sheets.context["object_list"]] == [hidden.listing.page_id]


# Several at once


def test_the_list_of_sheets_offers_our_bulk_actions_only(moderator, sheet):
    page = text(moderator.get(reverse("fiches:index")))
    for action in ("retirer", "remettre", "archiver", "retablir", "confirmer"):
        assert f"/bulk/catalogue/solutionpage/{action}/" in page
    for action in ("unpublish", "delete", "publish", "move"):
        assert f"/{action}/" not in page.split("bulk-actions-choices")[1].split("</section>")[0]


def test_many_are_taken_down_for_one_reason_and_the_rest_named(moderator, sheet, site, why):
    draft = live_sheet(VendorFactory(), site, "Brouillon")
    draft.unpublish()
    page = text(bulk(moderator, "retirer", sheet, draft, **why))
    assert "1 fiche retirée." in page
    assert "« Brouillon » laissée : Cette fiche n&#x27;est pas en ligne." in page
    assert Takedown.objects.get().listing == sheet.listing
    page = text(bulk(moderator, "remettre", sheet, draft))
    assert "1 fiche remise en ligne." in page
    assert "pas retirée" in page


def test_many_are_treated_in_one_order_and_named_in_another(moderator, site, vendor, why):
    sheets = [live_sheet(vendor, site, title) for title in ("Zèbre", "Musaraigne", "Abeille")]
    screen = reverse("wagtail_bulk_action", args=["catalogue", "solutionpage", "retirer"])
    page = text(moderator.get(screen, {"id": [sheet.pk for sheet in sheets]}))
    assert page.index("Abeille") < page.index("Musaraigne") < page.index("Zèbre")
    bulk(moderator, "retirer", *sheets, **why)
    done = Takedown.objects.order_by("pk").values_list("listing__page_id", flat=True)
    assert list(done) == [sheet.pk for sheet in sheets]  # as every other service locks them
    page = text(bulk(moderator, "retirer", *sheets, **why))
    assert page.index("« Abeille »") < page.index("« Musaraigne »") < page.index("« Zèbre »")


def test_many_are_archived_restored_and_confirmed(moderator, sheet, site):
    other = live_sheet(VendorFactory(), site, "Autre")
    assert "2 fiches archivées." in text(bulk(moderator, "archiver", sheet, other))
    assert read(sheet).listing.archived_by_staff
    assert "déjà archivée" in text(bulk(moderator, "archiver", sheet))
    assert "pas en ligne" in text(bulk(moderator, "confirmer", sheet))
    assert "2 fiches rétablies." in text(bulk(moderator, "retablir", sheet, other))
    assert "2 fiches confirmées." in text(bulk(moderator, "confirmer", sheet, other))
    assert read(sheet).listing.confirmed_on


def test_sheets_of_a_suspended_vendor_are_left(moderator, sheet, suspension):
    assert "levez d&#x27;abord la suspension" in text(bulk(moderator, "remettre", sheet))
    bulk(moderator, "archiver", sheet)
    assert "a suspendu l&#x27;offreur" in text(bulk(moderator, "retablir", sheet))


def test_a_reason_is_asked_before_many_are_taken_down(moderator, sheet):
    assert bulk(moderator, "retirer", sheet, comment=WHY).status_code == 200
    assert read(sheet).live


def test_all_in_the_list_means_those_that_the_filters_show(moderator, sheet, site):
    live_sheet(VendorFactory(), site, "Autre")
    there = reverse("wagtail_bulk_action", args=["catalogue", "solutionpage", "archiver"])
    query = f"?id=all&vendor={sheet.listing.vendor.pk}&next=/gestion/fiches/"
    assert "1 fiche archivée." in text(moderator.post(there + query, follow=True))


def test_more_than_a_request_can_do_is_refused(moderator, sheet, site, monkeypatch):
    monkeypatch.setattr("catalogue.admin.enforcement_bulk.MOST", 1)
    other = live_sheet(VendorFactory(), site, "Autre")
    assert "1 fiches au plus" in text(bulk(moderator, "archiver", sheet, other))
    assert not read(sheet).listing.archived_at


def test_confirmation_screens_name_what_was_chosen(moderator, sheet):
    for action in ("retirer", "remettre", "archiver", "retablir", "confirmer"):
        there = reverse("wagtail_bulk_action", args=["catalogue", "solutionpage", action])
        assert "Ardoise Courrier" in text(moderator.get(f"{there}?id={sheet.pk}&id=x"))


# Merging


def test_two_sheets_are_seen_side_by_side_then_merged(moderator, sheet, site):
    other = live_sheet(VendorFactory(name="Ardoise SARL"), site, "Ardoise bis", version="2.0")
    there = reverse("sheet_merge", args=[other.pk])
    assert there in text(moderator.get(reverse("wagtailadmin_pages:edit", args=[other.pk])))
    assert "Choisissez laquelle" in text(moderator.get(there))
    there += f"?avec={sheet.listing.pk}"
    page = text(moderator.get(there))
    for words in ("Ardoise SARL", "Ardoise Logiciels", "2.0", "ne suivent pas", "diffère"):
        assert words in page
    assert f"{reverse('sheet_merge', args=[sheet.pk])}?avec={other.listing.pk}" in page
    moderator.post(there, {"take": ["offers"], "comment": "Même produit."})
    assert read(other).listing.merged_into == sheet.listing
    page = text(moderator.post(there, {}))
    assert "déjà regroupée" in page


def test_a_sheet_is_not_merged_with_itself(moderator, sheet):
    there = f"{reverse('sheet_merge', args=[sheet.pk])}?avec={sheet.listing.pk}"
    assert moderator.get(there).status_code == 200
    assert "elle-même" in text(moderator.post(there, {}))


@pytest.mark.parametrize("avec", ["x", "999999999999999999999", "0"])
def test_a_choice_that_leads_nowhere_is_no_error(moderator, sheet, avec):
    there = f"{reverse('sheet_merge', args=[sheet.pk])}?avec={avec}"
    assert moderator.get(there).status_code in (200, 404)
    assert moderator.post(there, {}).status_code in (302, 404)


def test_restoring_from_the_listing_screen_undoes_a_merge(moderator, sheet, site):
    other = live_sheet(VendorFactory(), site, "Ardoise bis")
    moderator.post(f"{reverse('sheet_merge', args=[other.pk])}?avec={sheet.listing.pk}", {})
    moderator.post(
        reverse("listing", args=[other.pk]), {"vendor": other.listing.vendor.pk, "archived": ""}
    )
    listing = read(other).listing
    assert (listing.merged_into, listing.archived_at) == (None, None)


def test_the_listing_screen_neither_restores_nor_gives_to_a_suspended_vendor(
    moderator, sheet, suspension, vendor, site
):
    other = live_sheet(VendorFactory(), site, "Autre")
    there = reverse("listing", args=[other.pk])
    assert "a suspendu l&#x27;offreur" in text(moderator.post(there, {"vendor": vendor.pk}))
    assert read(other).listing.vendor != vendor


# Who enters


def routes(sheet, hidden_row, suspension_row, kept):
    merge = reverse("sheet_merge", args=[sheet.pk])
    bulk_url = reverse("wagtail_bulk_action", args=["catalogue", "solutionpage", "archiver"])
    return {
        "take down": reverse("sheet_take_down", args=[sheet.pk]),
        "suspend": reverse("vendor_suspend", args=[sheet.listing.vendor.pk]),
        "merge": f"{merge}?avec={kept.listing.pk}",
        "takedowns": reverse("retraits:index"),
        "takedown": reverse("retraits:inspect", args=[hidden_row.pk]),
        "suspensions": reverse("suspensions:index"),
        "suspension": reverse("suspensions:inspect", args=[suspension_row.pk]),
        "bulk": f"{bulk_url}?id={sheet.pk}&next=/gestion/fiches/",
    }


@pytest.fixture
def places(site, vendor):
    """Every screen of this part, about a sheet of `vendor`, and rows of it in force."""
    sheet, kept = live_sheet(vendor, site), live_sheet(VendorFactory(), site, "Gardée")
    gone = live_sheet(vendor, site, "Retirée")
    row = enforcement.take_down(
        listing=gone.listing, reason=reason(), comment=WHY, by=a_moderator()
    )
    suspended = VendorFactory()
    vendor_row = enforcement.suspend(
        vendor=suspended, reason=reason(), comment=WHY, by=a_moderator()
    )
    return sheet, routes(sheet, row, vendor_row, kept)


def nothing_happened(sheet):
    return (
        read(sheet).live
        and read(sheet).listing.archived_at is None
        and Takedown.objects.open().count() == 1
        and Suspension.objects.open().count() == 1
    )


@pytest.mark.parametrize(
    "role", ["anonymous", "other", "editor", "owner", "agent", "reviewer", "redaction"]
)
def test_others_neither_see_nor_do(client, places, vendor, why, role):
    sheet, addresses = places
    if role in ("reviewer", "redaction"):
        sign_in_staff(client, reviewer() if role == "reviewer" else staff(EDITORS))
    elif role != "anonymous":
        client.force_login(
            {
                "other": lambda: member(VendorFactory()),
                "editor": lambda: member(vendor, "editor"),
                "owner": lambda: member(vendor),
                "agent": lambda: person(agent=True),
            }[role]()
        )
    for address in addresses.values():
        assert client.get(address).status_code in (302, 403)
        assert client.post(address, why).status_code in (302, 403)
    assert nothing_happened(sheet)


def test_a_moderator_sees_all(moderator, places):
    for address in places[1].values():
        assert moderator.get(address).status_code == 200


def test_a_moderator_who_acts_for_the_company_reads_and_does_nothing(client, places, vendor, why):
    sheet, addresses = places
    insider = staff(MODERATORS)
    vendor.memberships.create(user=insider, role="editor")
    for row in Suspension.objects.all():
        row.vendor.memberships.create(user=insider, role="editor")
    sign_in_staff(client, insider)
    for name in ("take down", "suspend", "merge"):
        assert client.get(addresses[name]).status_code == 302
    assert "vous agissez pour" in text(client.get(addresses["takedown"]))
    for address in addresses.values():
        client.post(address, why)
    assert nothing_happened(sheet)
    page = text(client.get(reverse("wagtailadmin_pages:edit", args=[sheet.pk])))
    assert addresses["take down"] not in page
    form = reverse("listing", args=[sheet.pk])
    answer = client.post(form, {"vendor": vendor.pk, "archived": "on"})
    assert "une autre personne en décide" in text(answer)
    assert nothing_happened(sheet)


def test_the_lists_cost_the_same_however_long(
    moderator, vendor, site, django_assert_max_num_queries
):
    def one(number):
        sheet = live_sheet(vendor, site, f"Fiche {number}")
        enforcement.take_down(listing=sheet.listing, reason=reason(), comment=WHY, by=a_moderator())

    one(0)
    moderator.get(reverse("retraits:index"))
    for number in range(1, 6):
        one(number)
    with django_assert_max_num_queries(30):
        moderator.get(reverse("retraits:index"))
