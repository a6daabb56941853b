"""Both sides of a transfer on screen, who opens what, and what a member who lost the sheet reads."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue import transfers
from catalogue.models import Listing, Transfer
from catalogue.vendor_space.urls_transfers import transfers_urls
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import attach, member, moderator, person, reviewer
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db

SIREN = "732829320"
OK, NO, GONE, DONE = 200, 403, 404, 302
STRANGERS = {"other": GONE, "agent": GONE, "moderator": GONE, "reviewer": GONE}
NOBODY = {"owner": GONE, "editor": GONE, "receiver": GONE, "its editor": GONE, **STRANGERS}
GIVING = {**NOBODY, "owner": OK, "editor": NO}
TAKING = {**NOBODY, "receiver": OK, "its editor": NO}
READING = {
    "sheet_transfer": GIVING,
    "transfer": TAKING,
    "transfer_preview": TAKING,
    "company_statistics": {**NOBODY, "owner": OK, "editor": OK},
}
WRITING = {
    "sheet_transfer": GIVING,  # an empty form: its errors
    "transfer": {**TAKING, "receiver": DONE},  # no decision: back to the page
}
ROLES = tuple(NOBODY)


@pytest.fixture
def target(site):
    vendor = VendorFactory(name="Maison preneuse", siren=SIREN)
    attach(vendor)
    return vendor


@pytest.fixture
def live(vendor, owner):
    return make_sheet("Ardoise publique", vendor=vendor, slug="ardoise-publique").listing


@pytest.fixture
def transfer(live, owner, target):
    return transfers.propose(listing=live, by=owner, to=SIREN, message="Prenez <soin> d'elle")


@pytest.fixture
def people(vendor, owner, target):
    return {
        "owner": owner,
        "editor": member(vendor, "editor"),
        "receiver": member(target),
        "its editor": member(target, "editor"),
        "other": member(VendorFactory()),
        "agent": person(agent=True),
        "moderator": moderator(),
        "reviewer": reviewer(),
    }


@pytest.fixture
def address(vendor, live, transfer):
    arguments = {"sheet_transfer": live.uid, "company_statistics": vendor.slug}
    return lambda name: reverse(name, args=[arguments.get(name, transfer.uid)])


def sign_in(client, user):
    if user.is_staff:
        sign_in_staff(client, user)
    else:
        client.force_login(user)


def test_every_route_is_in_this_matrix():
    assert {route.name for route in transfers_urls} == set(READING)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", READING)
def test_reading(client, people, address, name, role):
    sign_in(client, people[role])
    assert client.get(address(name)).status_code == READING[name][role]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", WRITING)
def test_writing(client, people, address, name, role):
    sign_in(client, people[role])
    assert client.post(address(name)).status_code == WRITING[name][role]


@pytest.mark.parametrize("name", READING)
def test_nobody_enters_without_signing_in(client, address, name):
    assert client.get(address(name)).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", sorted(READING.keys() - WRITING.keys()))
def test_what_is_only_read_takes_no_form(client, people, address, name):
    client.force_login(people["owner"])
    assert client.post(address(name)).status_code == 405


class TestGiving:
    def test_a_sheet_is_proposed_by_siren(self, as_owner, live, target):
        answer = as_owner.post(
            reverse("sheet_transfer", args=[live.uid]), {"entreprise": "732 829 320"}, follow=True
        )
        assert "Maison preneuse est prévenue" in answer.text
        assert "Proposée à Maison preneuse" in answer.text
        assert Transfer.objects.get().target == target

    @pytest.mark.parametrize(
        ("typed", "told"),
        [("", "Nommez l&#x27;entreprise"), ("Inconnue", "elle doit d&#x27;abord s&#x27;inscrire")],
    )
    def test_what_cannot_be_is_told_beside_the_field_and_nothing_is_lost(
        self, as_owner, live, typed, told
    ):
        there = reverse("sheet_transfer", args=[live.uid])
        page = as_owner.post(there, {"entreprise": typed, "message": "Un mot"}).text
        assert told in page
        assert "Un mot" in page
        assert not Transfer.objects.exists()

    def test_it_is_taken_back(self, as_owner, live, transfer):
        there = reverse("sheet_transfer", args=[live.uid])
        assert "Annuler la proposition" in as_owner.get(there).text
        page = as_owner.post(there, {"action": "annuler"}, follow=True).text
        assert "annulée : la fiche reste à vous" in page
        assert "déjà close" in as_owner.post(there, {"action": "annuler"}, follow=True).text

    def test_a_sheet_under_review_says_why_not(self, as_owner, listing, owner):
        sheets.submit(listing, owner)
        page = as_owner.get(reverse("sheet_transfer", args=[listing.uid])).text
        assert "ne se cède pas en l'état" in page
        assert 'name="entreprise"' not in page

    def test_editors_are_not_offered_it(self, client, people, live):
        there = reverse("sheet", args=[live.uid])
        for role, shown in (("owner", True), ("editor", False)):
            client.force_login(people[role])
            assert (reverse("sheet_transfer", args=[live.uid]) in client.get(there).text) is shown


class TestTaking:
    def test_the_preview_then_the_agreement(self, client, people, transfer, live, target):
        client.force_login(people["receiver"])
        page = client.get(reverse("transfer", args=[transfer.uid])).text
        assert "Prenez &lt;soin&gt; d&#x27;elle" in page
        preview = client.get(reverse("transfer_preview", args=[transfer.uid]))
        assert "Ardoise publique" in preview.text
        assert preview["X-Robots-Tag"] == "noindex"
        there = reverse("transfer", args=[transfer.uid])
        done = client.post(there, {"decision": "accept"}, follow=True)
        assert done.redirect_chain[-1][0] == reverse("sheet", args=[live.uid])
        assert Listing.objects.get(pk=live.pk).vendor == target
        assert "acceptée" in client.get(there).text
        assert client.get(reverse("transfer_preview", args=[transfer.uid])).status_code == 404
        assert "Maison preneuse" in client.get("/solutions/ardoise-publique/").text

    def test_a_refusal_with_its_words(self, client, people, transfer, live):
        client.force_login(people["receiver"])
        words = {"decision": "refuse", "reponse": "Pas notre métier"}
        client.post(reverse("transfer", args=[transfer.uid]), words)
        client.force_login(people["owner"])
        page = client.get(reverse("sheet_transfer", args=[live.uid])).text
        assert "Pas notre métier" in page
        assert 'name="entreprise"' in page

    def test_too_late_is_told(self, client, people, transfer, owner):
        transfers.cancel(transfer=transfer, by=owner)
        client.force_login(people["receiver"])
        there = reverse("transfer", args=[transfer.uid])
        assert "close" in client.post(there, {"decision": "accept"}, follow=True).text


class TestDashboards:
    def test_both_companies_see_what_waits_and_only_owners_may_act(
        self, client, people, transfer, live
    ):
        answer, taking_back = (
            reverse("transfer", args=[transfer.uid]),
            reverse("sheet_transfer", args=[live.uid]),
        )
        links = {"receiver": answer, "owner": taking_back, "editor": None, "its editor": None}
        for role, link in links.items():
            client.force_login(people[role])
            page = client.get(reverse("vendor_space")).text
            assert "Ardoise publique" in page
            shown = {there for there in (answer, taking_back) if there in page}
            assert shown == ({link} if link else set())
        client.force_login(people["other"])
        assert "Cessions" not in client.get(reverse("vendor_space")).text

    def test_it_costs_the_same_for_many(self, client, people, transfer, vendor, owner):
        client.force_login(people["receiver"])
        costs = []
        for _times in range(2):
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("vendor_space"))
            costs.append(len(queries))
            for number in range(5):
                listing = make_sheet(f"Autre {number}", vendor=vendor).listing
                transfers.propose(listing=listing, by=owner, to=SIREN)
        assert costs[1] <= costs[0]


class TestWhoeverHadIt:
    def test_an_editor_with_an_open_form_reads_why_and_what_was_typed(
        self, client, people, vendor, owner, target
    ):
        listing = sheets.draft(vendor, owner)
        row = transfers.propose(listing=listing, by=owner, to=SIREN)
        transfers.accept(transfer=row, by=people["receiver"])
        client.force_login(people["editor"])
        answer = sheets.post_step(
            client, listing, "description", description="Deux heures <de> travail"
        )
        assert answer.status_code == 403
        assert "passée à une autre entreprise" in answer.text
        assert "Deux heures &lt;de&gt; travail" in answer.text
        assert sheets.draft_of(listing).description == "Suit le courrier."
        for name in ("sheet", "sheet_preview", "sheet_transfer"):
            assert client.get(reverse(name, args=[listing.uid])).status_code == 403

    def test_strangers_learn_nothing_of_it(self, client, people, transfer):
        transfers.accept(transfer=transfer, by=people["receiver"])
        client.force_login(people["other"])
        there = reverse("sheet", args=[transfer.listing.uid])
        assert client.get(there).status_code == 404
