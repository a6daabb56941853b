"""A reported anomaly: what page it is about, who hears of it, who decides, what is erased."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.services import Refused
from catalogue import reporting
from catalogue.models import AnomalyReport
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, moderator, person, reviewer

pytestmark = pytest.mark.django_db

AUTHOR = "visiteur@exemple.invalid"


@pytest.fixture
def vendor(site):
    return VendorFactory(name="Fictilog", slug="fictilog")


@pytest.fixture
def sheet(vendor):
    return make_sheet("GED sobre", vendor=vendor, slug="ged-sobre")


def write(path="/solutions/ged-sobre/", email=AUTHOR, **columns):
    row = reporting.report(path=path, reason="faux", message="Le prix est faux.", email=email)
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
    return row


class TestPage:
    @pytest.mark.parametrize(
        ("address", "path"),
        [
            ("/solutions/ged-sobre/", "/solutions/ged-sobre/"),
            (" /classement/?page=2#bas ", "/classement/"),
            ("http://catalogue.test/cgu/", "/cgu/"),
            ("https://ailleurs.example/cgu/", "/"),
            ("http://catalogue.test.ailleurs.example/", "/"),
            ("//ailleurs.example/", "/"),
            ("/\\ailleurs.example/", "/"),
            ("javascript:alert(1)", "/"),
            ("/a b/<script>", "/"),
            ("/cgu/\x00", "/"),
            ("/cgu/\u202e", "/"),
            ("/" + "a" * 400 + "/", "/"),
            ("http://[", "/"),
            ("/[", "/"),
            ("", "/"),
        ],
    )
    def test_only_our_own_pages_are_named(self, settings, address, path):
        settings.SITE_URL = "http://catalogue.test"
        assert reporting.own_path(address) == path

    @pytest.mark.parametrize(
        ("address", "area"),
        [
            ("/espace-editeur/invitation/secret/", "/espace-editeur/"),
            ("/compte/mot-de-passe/cle/secret/", "/compte/"),
            ("/messages/0b9b0b1e-0000-4000-8000-000000000000/", "/messages/"),
            ("/signaler/0b9b0b1e-0000-4000-8000-000000000000/", "/signaler/"),
        ],
    )
    def test_an_address_that_holds_a_secret_is_named_by_its_area(self, address, area):
        assert reporting.own_path(address) == area

    def test_a_sheet_is_found_by_its_address_when_the_public_sees_it(self, sheet):
        make_sheet("Cachée", slug="cachee", live=False)
        assert reporting.find_listing("/solutions/ged-sobre/") == sheet.listing
        assert reporting.find_listing("ged-sobre") == sheet.listing
        assert reporting.find_listing("/solutions/ged-sobre/historique/") == sheet.listing
        for address in ("/solutions/cachee/", "/editeurs/ged-sobre/", "/solutions/", "/", ""):
            assert reporting.find_listing(address) is None


class TestReceiving:
    def test_mission_label_and_the_author_are_told(self, sheet, outbox, settings):
        sent = outbox(
            reporting.report,
            path="/solutions/ged-sobre/",
            reason="faux",
            message="Le prix est faux.",
            email=AUTHOR,
        )
        row = AnomalyReport.objects.get()
        assert (row.listing, row.state) == (sheet.listing, "received")
        assert set(sent) == {settings.CONTACT_EMAIL, AUTHOR}
        assert f"/signaler/{row.uid}/" in sent[AUTHOR].body
        assert f"/gestion/signalements/inspect/{row.pk}/" in sent[settings.CONTACT_EMAIL].body
        # The author's address may be anybody's: nothing that was typed goes there.
        assert "prix est faux" not in sent[AUTHOR].body
        assert AUTHOR not in sent[settings.CONTACT_EMAIL].body

    def test_without_an_address_only_mission_label_is_told(self, site, outbox, settings):
        sent = outbox(reporting.report, path="/cgu/", reason="page", message="Elle déborde.")
        assert set(sent) == {settings.CONTACT_EMAIL}
        assert AnomalyReport.objects.get().listing is None


class TestDeciding:
    def test_taken_up_it_is_told_to_every_member_without_its_author(self, vendor, sheet, outbox):
        members = {member(vendor).email, member(vendor, "editor").email}
        gone = member(vendor, "editor")
        gone.is_active = False
        gone.save()
        row = write()
        sent = outbox(reporting.acknowledge, report=row, by=moderator())
        assert set(sent) == members
        for message in sent.values():
            assert f"/espace-editeur/fictilog/signalements/{row.uid}/" in message.body
            assert AUTHOR not in message.body
        row.refresh_from_db()
        assert (row.state, row.acknowledged_at is None) == ("acknowledged", False)

    @pytest.mark.parametrize(
        ("decide", "state", "words"),
        [
            (reporting.handle, "handled", "traité"),
            (reporting.dismiss, "dismissed", "classé sans suite"),
        ],
    )
    def test_closed_it_is_told_to_the_author_and_to_the_members(
        self, vendor, sheet, outbox, decide, state, words
    ):
        owner, judge, row = member(vendor), moderator(), write()
        reporting.acknowledge(report=row, by=judge)
        sent = outbox(decide, report=row, by=judge, answer="Le prix est corrigé.")
        assert set(sent) == {AUTHOR, owner.email}
        for message in sent.values():
            assert words in message.body
            assert "Le prix est corrigé." in message.body
        assert AUTHOR not in sent[owner.email].body
        row.refresh_from_db()
        assert (row.state, row.decided_by) == (state, judge)

    def test_closed_without_being_taken_up_it_is_never_told_to_the_vendor(
        self, vendor, sheet, outbox
    ):
        member(vendor)
        sent = outbox(reporting.dismiss, report=write(), by=moderator(), answer="Sans objet.")
        assert set(sent) == {AUTHOR}

    @pytest.mark.parametrize("decide", [reporting.handle, reporting.dismiss])
    def test_an_answer_is_needed(self, sheet, decide):
        with pytest.raises(Refused, match="Écrivez une réponse"):
            decide(report=write(), by=moderator(), answer=" \n")

    def test_nothing_is_decided_twice(self, sheet):
        judge, row = moderator(), write()
        reporting.acknowledge(report=row, by=judge)
        with pytest.raises(Refused, match="déjà pris en charge"):
            reporting.acknowledge(report=row, by=judge)
        reporting.handle(report=row, by=judge, answer="Corrigé.")
        for again in (
            lambda: reporting.acknowledge(report=row, by=judge),
            lambda: reporting.dismiss(report=row, by=judge, answer="Non."),
        ):
            with pytest.raises(Refused, match="déjà clos"):
                again()


class TestReply:
    def test_the_vendor_replies_then_corrects_until_it_is_closed(
        self, vendor, sheet, outbox, settings
    ):
        editor, judge, row = member(vendor, "editor"), moderator(), write()
        reporting.acknowledge(report=row, by=judge)
        sent = outbox(reporting.reply, report=row, by=editor, text="C'est corrigé.")
        assert set(sent) == {settings.CONTACT_EMAIL}
        reporting.reply(report=row, by=editor, text="C'est corrigé depuis hier.")
        row.refresh_from_db()
        assert (row.vendor_reply, row.vendor_replied_by) == ("C'est corrigé depuis hier.", editor)
        reporting.handle(report=row, by=judge, answer="Corrigé.")
        with pytest.raises(Refused, match="ne change plus"):
            reporting.reply(report=row, by=editor, text="Trop tard")

    def test_no_reply_before_it_is_taken_up(self, vendor, sheet):
        with pytest.raises(Refused):
            reporting.reply(report=write(), by=member(vendor), text="Déjà ?")

    def test_an_empty_reply_is_refused(self, vendor, sheet):
        row = write(state="acknowledged", acknowledged_at=timezone.now())
        with pytest.raises(Refused, match="Écrivez une réponse"):
            reporting.reply(report=row, by=member(vendor), text="  ")

    def test_a_report_on_a_page_is_nobodys_to_reply_to(self, vendor, site):
        row = write("/cgu/", state="acknowledged", acknowledged_at=timezone.now())
        with pytest.raises(PermissionDenied):
            reporting.reply(report=row, by=member(vendor), text="Bonjour")


class TestRights:
    ROLES = ("owner", "editor", "other", "agent", "reviewer", "moderator", "moderator and member")
    DECIDERS = ("moderator",)
    REPLIERS = ("owner", "editor", "moderator and member")

    @pytest.fixture
    def people(self, vendor):
        both = moderator()
        vendor.memberships.create(user=both, role="editor")
        return {
            "owner": member(vendor),
            "editor": member(vendor, "editor"),
            "other": member(VendorFactory()),
            "agent": person(agent=True),
            "reviewer": reviewer(),
            "moderator": moderator(),
            "moderator and member": both,
        }

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("service", ["acknowledge", "handle", "dismiss"])
    def test_deciding_is_for_moderators_who_are_not_in_their_own_cause(
        self, sheet, people, service, role
    ):
        row = write()
        words = {} if service == "acknowledge" else {"answer": "Corrigé."}
        call = getattr(reporting, service)
        if role in self.DECIDERS:
            assert call(report=row, by=people[role], **words).state != "received"
            return
        with pytest.raises(PermissionDenied):
            call(report=row, by=people[role], **words)

    @pytest.mark.parametrize("role", ROLES)
    def test_replying_is_for_members(self, sheet, people, role):
        row = write(state="acknowledged", acknowledged_at=timezone.now())
        if role in self.REPLIERS:
            assert reporting.reply(report=row, by=people[role], text="Oui.").vendor_reply == "Oui."
            return
        with pytest.raises(PermissionDenied):
            reporting.reply(report=row, by=people[role], text="Oui.")

    def test_a_member_who_moderates_may_decide_on_pages_of_the_site(self, people):
        row = write("/cgu/")
        by = people["moderator and member"]
        assert reporting.handle(report=row, by=by, answer="Fait.").state == "handled"


class TestErasing:
    @pytest.fixture
    def closed(self, sheet):
        def make(days):
            row = write(vendor_reply="Oui.", vendor_replied_at=timezone.now())
            row = reporting.dismiss(report=row, by=moderator(), answer="Sans objet.")
            row.decided_at = timezone.now() - dt.timedelta(days=days)
            row.save()
            return row

        return make

    def test_words_and_address_of_old_reports_are_erased_and_no_others(self, closed):
        old, recent, waiting = closed(366), closed(300), write()
        AnomalyReport.objects.filter(pk=waiting.pk).update(
            received_at=timezone.now() - dt.timedelta(days=900)
        )
        assert reporting.erase_old_reports(now=timezone.now(), dry_run=True) == 1
        old.refresh_from_db()
        assert old.message
        assert reporting.erase_old_reports(now=timezone.now()) == 1
        assert reporting.erase_old_reports(now=timezone.now()) == 0
        for row in (old, recent, waiting):
            row.refresh_from_db()
        assert (old.email, old.message, old.vendor_reply, old.vendor_replied_by) == (
            "",
            "",
            "",
            None,
        )
        assert (old.path, old.reason, old.state) == ("/solutions/ged-sobre/", "faux", "dismissed")
        assert "Sans objet" not in old.answer
        assert recent.message
        assert recent.email == AUTHOR
        assert waiting.message
