"""What members read of the decisions of mission LABEL, and what they can no longer do."""

import pytest
from django.urls import reverse

from catalogue import enforcement, merging, terms
from catalogue.models import Listing
from tests.catalogue.decisions import WHY, live_sheet, read, reason
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import moderator
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(vendor, site):
    """A sheet of the company that the public sees."""
    return live_sheet(vendor, site)


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def suspend(vendor):
    return enforcement.suspend(vendor=vendor, reason=reason(), comment=WHY, by=moderator())


def test_a_hidden_sheet_says_why_and_is_handed_in_again(as_owner, owner, shown):
    enforcement.take_down(listing=shown.listing, reason=reason(), comment=WHY, by=moderator())
    sheets.write(shown.listing, owner, description="Suit le courrier.")
    page = text(as_owner.get(reverse("sheet", args=[shown.listing.uid])))
    assert "Retirée par la mission LABEL" in page
    assert "Contenu repris sans droit" in page
    assert "Le logo est celui" in page
    assert reverse("sheet_submit", args=[shown.listing.uid]) in page
    assert "Retirée par la mission LABEL" in text(as_owner.get(reverse("vendor_space")))
    posted = {
        "vu": sheets.seen(shown.listing),
        "version": terms.current().version,
        "conditions": "on",
        "exactitude": "on",
        "licence": "on",
    }
    as_owner.post(reverse("sheet_submit", args=[shown.listing.uid]), posted)
    assert "En cours d&#x27;examen" in text(
        as_owner.get(reverse("sheet", args=[shown.listing.uid]))
    )


def test_the_banner_of_a_suspension_is_on_every_page_of_the_company(
    as_owner, vendor, shown, listing
):
    before = suspend(vendor)
    pages = [
        reverse("vendor_space"),
        reverse("company", args=[vendor.slug]),
        reverse("company_members", args=[vendor.slug]),
        reverse("sheet_create", args=[vendor.slug]),
        reverse("sheet", args=[shown.listing.uid]),
        reverse("sheet_step", args=[listing.uid, "essentiel"]),
        reverse("sheet_submit", args=[listing.uid]),
    ]
    for address in pages:
        page = text(as_owner.get(address))
        assert f"{vendor.name} est suspendue du catalogue" in page
        assert "Le logo est celui" in page
    enforcement.lift_suspension(suspension=before, by=moderator())
    for address in pages:
        assert "est suspendue" not in text(as_owner.get(address))


def test_pages_of_another_company_say_nothing_of_it(as_owner, vendor, shown):
    suspend(VendorFactory())
    assert "est suspendue" not in text(as_owner.get(reverse("company", args=[vendor.slug])))


def test_a_member_of_a_suspended_company_is_told_why_nothing_is_handed_in(
    as_owner, vendor, listing
):
    suspend(vendor)
    posted = {
        "vu": sheets.seen(listing),
        "version": terms.current().version,
        "conditions": "on",
        "exactitude": "on",
        "licence": "on",
    }
    page = text(as_owner.post(reverse("sheet_submit", args=[listing.uid]), posted))
    assert "a suspendu l&#x27;offreur" in page
    assert not listing.submissions.exists()


def test_a_member_of_a_suspended_company_brings_nothing_back(as_owner, vendor, shown):
    as_owner.post(reverse("sheet_archive", args=[shown.listing.uid]))
    suspend(vendor)
    there = reverse("sheet_restore", args=[shown.listing.uid])
    assert "a suspendu l&#x27;offreur" in text(as_owner.post(there, follow=True))
    assert read(shown).listing.archived_at


@pytest.mark.parametrize("merged", [False, True])
def test_a_member_does_not_bring_back_what_staff_archived(as_owner, shown, site, merged):
    if merged:
        kept = live_sheet(VendorFactory(), site, "Gardée")
        merging.merge(duplicate=shown.listing, kept=kept.listing, by=moderator())
    else:
        enforcement.archive(listing=shown.listing, by=moderator())
    there = reverse("sheet", args=[shown.listing.uid])
    page = text(as_owner.get(there))
    assert "Archivée par la mission LABEL" in page
    assert reverse("sheet_restore", args=[shown.listing.uid]) not in page
    assert ("/solutions/gardee/" in page) is merged
    answer = as_owner.post(reverse("sheet_restore", args=[shown.listing.uid]), follow=True)
    assert "Ce n&#x27;est pas possible" in text(answer)
    assert not Listing.objects.public().filter(pk=shown.listing.pk).exists()
