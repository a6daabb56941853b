"""What public agents and vendors write to one another: who may, how often, who is told, what stays."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.utils import timezone

from accounts.export import export_account
from accounts.services import Refused, close_account
from catalogue import exchanges
from catalogue.models import Inquiry, InquiryMessage, Listing, Membership, Role
from tests.catalogue.agents import COMMUNE, SIRET, agent, exchange_of, reached
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import attach, member, moderator, person, reviewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(site):
    return make_sheet("Orvalis").listing


@pytest.fixture
def owner(listing):
    return reached(listing.vendor)


@pytest.fixture
def buyer(owner):
    return agent()


def write(listing, by, **changes):
    given = {"body": "", "subject": "Nos données", "text": "Bonjour", **changes}
    return exchanges.open_exchange(listing=listing, by=by, **given)


class TestOpening:
    def test_the_vendor_reads_a_body_and_never_a_person(self, listing, buyer):
        exchange = write(listing, buyer)
        assert (exchange.body, exchange.siret) == (COMMUNE, SIRET)
        assert exchange.vendor == listing.vendor
        message = exchange.messages.get()
        assert (message.from_vendor, message.text, message.read_at) == (False, "Bonjour", None)

    def test_the_name_typed_counts_only_when_proconnect_gives_none(self, listing, buyer):
        assert write(listing, buyer, body="Présidence").body == COMMUNE
        nameless = agent(organisation="")
        assert write(listing, nameless, body=" Commune de Nulle-Part ").body == (
            "Commune de Nulle-Part"
        )

    def test_every_member_is_told_who_wrote_about_what_and_nothing_else(
        self, listing, owner, buyer, mailoutbox, django_capture_on_commit_callbacks
    ):
        editor = member(listing.vendor, Role.EDITOR)
        with django_capture_on_commit_callbacks(execute=True):
            exchange = write(listing, buyer, text="Un secret des affaires")
        assert [mail.to for mail in mailoutbox] == [[owner.email], [editor.email]]
        for mail in mailoutbox:
            page = mail.alternatives[0].content
            assert COMMUNE in mail.body
            assert "Orvalis" in mail.subject
            assert str(exchange.uid) in mail.body
            whole = f"{mail.subject}{mail.body}{page}{mail.from_email}{mail.reply_to}"
            for hidden in (buyer.email, "Zélie", "Quidam", "Un secret", "Nos données"):
                assert hidden not in whole
            assert mail.reply_to != [buyer.email]

    def test_a_side_is_told_once_until_it_has_read(
        self, listing, owner, buyer, mailoutbox, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            exchange = write(listing, buyer)
            exchanges.answer(exchange=exchange, by=buyer, text="J'oubliais", from_vendor=False)
        assert len(mailoutbox) == 1
        exchanges.mark_read(exchange=exchange, by=owner, from_vendor=True)
        with django_capture_on_commit_callbacks(execute=True):
            exchanges.answer(exchange=exchange, by=buyer, text="Encore", from_vendor=False)
        assert len(mailoutbox) == 2

    def test_a_fourth_open_exchange_with_a_vendor_is_refused_until_one_is_closed(
        self, listing, buyer
    ):
        first, *_rest = (write(listing, buyer) for _ in range(3))
        with pytest.raises(Refused, match="trois échanges ouverts"):
            write(listing, buyer)
        write(listing, agent())
        exchanges.close(exchange=first, by=buyer, from_vendor=False)
        write(listing, buyer)

    def test_ten_exchanges_a_day_and_no_more(self, site, listing, buyer):
        sheets = [make_sheet(f"Autre {rank}").listing for rank in range(3)]
        for sheet in sheets:
            reached(sheet.vendor)
        with time_machine.travel(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False):
            for sheet in (listing, *sheets[:2]):
                for _ in range(3):
                    write(sheet, buyer)
            write(sheets[2], buyer)
            with pytest.raises(Refused, match="Réessayez demain"):
                write(sheets[2], buyer)
        with time_machine.travel(dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC), tick=False):
            write(sheets[2], buyer)

    @pytest.mark.parametrize("hidden", ["draft", "archived", "taken down"])
    def test_a_sheet_that_the_public_does_not_see_takes_no_new_message(
        self, listing, buyer, hidden
    ):
        old = write(listing, buyer)
        if hidden == "archived":
            Listing.objects.update(archived_at=timezone.now())
        else:
            listing.page.live = False
            listing.page.save()
        with pytest.raises(Refused, match="n'est plus en ligne"):
            write(listing, buyer)
        exchanges.answer(exchange=old, by=buyer, text="Et la suite ?", from_vendor=False)
        assert old.messages.count() == 2

    def test_nothing_is_left_where_nobody_reads(self, site):
        listing = make_sheet("Sans lecteur").listing
        buyer = agent()
        with pytest.raises(Refused, match="Personne ne lit"):
            write(listing, buyer)
        owner = member(listing.vendor)  # whom no proof attaches yet
        with pytest.raises(Refused, match="Personne ne lit"):
            write(listing, buyer)
        attach(listing.vendor)
        assert write(listing, buyer)
        owner.is_active = False
        owner.save()
        with pytest.raises(Refused, match="Personne ne lit"):
            write(listing, buyer)

    def test_community_software_has_nobody_to_write_to(self, site, buyer):
        page = make_sheet("Commun")
        Listing.objects.filter(page=page).update(
            vendor=None, source="sill", external_id="1", source_licence="x", source_url="https://x"
        )
        with pytest.raises(Refused, match="Aucun offreur"):
            write(page.listing, buyer)


class TestAnswering:
    def test_the_buyer_is_told_that_the_company_answered_and_sees_no_member(
        self, listing, owner, buyer, mailoutbox, django_capture_on_commit_callbacks
    ):
        exchange = write(listing, buyer)
        with django_capture_on_commit_callbacks(execute=True):
            exchanges.answer(exchange=exchange, by=owner, text="Oui, en CSV", from_vendor=True)
        mail = next(mail for mail in mailoutbox if mail.to == [buyer.email])
        assert listing.vendor.name in mail.subject
        whole = f"{mail.body}{mail.alternatives[0].content}{mail.from_email}{mail.reply_to}"
        assert owner.email not in whole
        assert "en CSV" not in whole

    def test_a_closed_exchange_takes_no_message_until_the_vendor_reopens_it(
        self, listing, owner, buyer
    ):
        exchange = write(listing, buyer)
        exchanges.close(exchange=exchange, by=owner, from_vendor=True)
        for by, from_vendor in ((owner, True), (buyer, False)):
            with pytest.raises(Refused, match="clos"):
                exchanges.answer(exchange=exchange, by=by, text="Bis", from_vendor=from_vendor)
        with pytest.raises(PermissionDenied):
            exchanges.reopen(exchange=exchange, by=buyer)
        exchanges.reopen(exchange=exchange, by=owner)
        exchanges.answer(exchange=exchange, by=buyer, text="Merci", from_vendor=False)

    def test_a_sheet_that_went_to_another_company_leaves_the_exchange_behind(
        self, listing, owner, buyer
    ):
        exchange = write(listing, buyer)
        other = VendorFactory()
        newcomer = reached(other)
        Listing.objects.update(vendor=other)
        with pytest.raises(PermissionDenied):
            exchanges.answer(exchange=exchange, by=newcomer, text="Bonjour", from_vendor=True)
        exchanges.answer(exchange=exchange, by=owner, text="Voyez avec eux", from_vendor=True)

    def test_a_company_that_everybody_left_gets_no_dead_letter(self, listing, owner, buyer):
        exchange = write(listing, buyer)
        Membership.objects.all().delete()
        with pytest.raises(Refused, match="Plus personne ne lit"):
            exchanges.answer(exchange=exchange, by=buyer, text="Allô ?", from_vendor=False)

    def test_unread_counts_the_exchanges_that_wait_for_a_side(self, listing, owner, buyer):
        exchange = write(listing, buyer)
        write(listing, buyer)
        exchanges.answer(exchange=exchange, by=buyer, text="Bis", from_vendor=False)
        assert exchanges.unread_by(listing.vendor) == 2
        exchanges.mark_read(exchange=exchange, by=owner, from_vendor=True)
        assert exchanges.unread_by(listing.vendor) == 1
        first = exchanges.with_unread(Inquiry.objects.all(), for_vendor=True).get(pk=exchange.pk)
        assert first.unread == 0


class TestRights:
    """Every role × every write; `buyer` is who wrote, `owner` and `editor` those who read."""

    ROLES = ("other owner", "editor", "owner", "buyer", "other agent", "moderator", "reviewer")

    @pytest.fixture
    def people(self, listing, owner, buyer):
        return {
            "other owner": reached(VendorFactory()),
            "editor": member(listing.vendor, Role.EDITOR),
            "owner": owner,
            "buyer": buyer,
            "other agent": agent(),
            "moderator": moderator(),
            "reviewer": reviewer(),
        }

    @pytest.mark.parametrize("role", ROLES)
    def test_opening(self, listing, people, role):
        if role in ("buyer", "other agent"):
            assert write(listing, people[role])
            return
        with pytest.raises(PermissionDenied):
            write(listing, people[role])

    @pytest.mark.parametrize("from_vendor", [True, False])
    @pytest.mark.parametrize("action", ["answer", "mark_read", "close"])
    @pytest.mark.parametrize("role", ROLES)
    def test_taking_part(self, listing, buyer, people, role, action, from_vendor):
        exchange = write(listing, buyer)
        given = {"exchange": exchange, "by": people[role], "from_vendor": from_vendor}
        if action == "answer":
            given["text"] = "Bonjour"
        allowed = ("editor", "owner") if from_vendor else ("buyer",)
        if role in allowed:
            getattr(exchanges, action)(**given)
            return
        with pytest.raises(PermissionDenied):
            getattr(exchanges, action)(**given)

    @pytest.mark.parametrize("role", ROLES)
    def test_reopening(self, listing, buyer, people, role):
        exchange = write(listing, buyer)
        exchanges.close(exchange=exchange, by=buyer, from_vendor=False)
        if role in ("editor", "owner"):
            exchanges.reopen(exchange=exchange, by=people[role])
            exchange.refresh_from_db()
            assert exchange.closed_at is None
            return
        with pytest.raises(PermissionDenied):
            exchanges.reopen(exchange=exchange, by=people[role])

    def test_an_agent_who_acts_for_the_vendor_does_not_write_to_it(self, listing, buyer):
        Membership.objects.create(vendor=listing.vendor, user=buyer, role=Role.EDITOR)
        with pytest.raises(PermissionDenied):
            write(listing, buyer)

    def test_an_employee_whom_proconnect_names_is_no_agent(self, listing, owner):
        with pytest.raises(PermissionDenied):
            write(listing, agent(roles=""))
        with pytest.raises(PermissionDenied):
            write(listing, person())


class TestWhatStays:
    def test_a_closed_account_leaves_its_messages_without_an_author(self, listing, owner, buyer):
        exchange = exchange_of(buyer, listing, "Bonjour à tous")
        exchanges.answer(exchange=exchange, by=owner, text="Bonjour", from_vendor=True)
        close_account(user=buyer)
        exchange.refresh_from_db()
        assert exchange.buyer is None
        assert exchange.closed_at is not None
        assert [(m.text, m.author_id) for m in exchange.messages.all()] == [
            ("Bonjour à tous", None),
            ("Bonjour", owner.pk),
        ]
        with pytest.raises(Refused, match="a fermé son compte"):
            exchanges.reopen(exchange=exchange, by=owner)

    def test_the_copy_of_ones_data_holds_ones_own_messages(self, listing, owner, buyer):
        exchange = exchange_of(buyer, listing, "De ma main")
        exchanges.answer(exchange=exchange, by=owner, text="De la sienne", from_vendor=True)
        (row,) = export_account(buyer)["messages"]
        assert row["text"] == "De ma main"
        assert row["inquiry__vendor__name"] == listing.vendor.name
        (row,) = export_account(owner)["messages"]
        assert row["text"] == "De la sienne"

    def test_exchanges_closed_for_a_year_are_erased_and_silent_ones_are_closed(
        self, listing, buyer, capsys
    ):
        now = timezone.now()
        old, recent, silent = (write(listing, buyer) for _ in range(3))
        Inquiry.objects.filter(pk=old.pk).update(closed_at=now - dt.timedelta(days=366))
        Inquiry.objects.filter(pk=recent.pk).update(closed_at=now - dt.timedelta(days=364))
        InquiryMessage.objects.filter(inquiry=silent).update(sent_at=now - dt.timedelta(days=366))
        call_command("expire", "--dry-run")
        assert "1 échanges" in capsys.readouterr().out
        assert Inquiry.objects.count() == 3
        call_command("expire")
        assert "1 échanges effacés" in capsys.readouterr().out
        assert set(Inquiry.objects.all()) == {recent, silent}
        silent.refresh_from_db()
        assert silent.closed_at is not None
