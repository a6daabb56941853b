"""« Notre organisme l'utilise »: who may say it, what it verifies, and how it is taken back."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.export import export_account
from accounts.services import Refused, close_account
from catalogue import uses
from catalogue.choices import Consent
from catalogue.cloud import Trust
from catalogue.models import BodyUse, BuyerCategory, Claim, Listing, Membership, Reference, Role
from catalogue.presentation import claim_trust
from catalogue.signals import document_changed
from search.documents import build
from tests.catalogue.agents import COMMUNE, OTHER_SIRET, SIRET, agent, reached
from tests.catalogue.claims import contested, officially
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, moderator, person, reviewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(site):
    return make_sheet("Orvalis").listing


@pytest.fixture
def reference(listing):
    return Reference.objects.create(
        page=listing.page,
        client=COMMUNE,
        year=2024,
        buyer_category=BuyerCategory.objects.get(slug="commune"),
        consent=Consent.FILE,
        consented_on=dt.date(2025, 1, 1),
    )


def claim_of(reference) -> Claim:
    return Claim.objects.get(subject=reference.uid, kind=Claim.Kind.REFERENCE)


def worth(reference) -> Trust:
    return claim_trust(claim_of(reference), timezone.localdate())


class TestSaying:
    def test_the_sheet_names_the_body_once_with_its_date(self, listing):
        use = uses.say_use(listing=listing, by=agent())
        assert (use.body, use.siret) == (COMMUNE, SIRET)
        assert use.said_on == timezone.localdate()
        with pytest.raises(Refused, match="déjà dit"):
            uses.say_use(listing=listing, by=agent())
        uses.say_use(listing=listing, by=agent(siret=OTHER_SIRET))
        assert [row.total for row in uses.uses_shown(listing)] == [2, 2]

    def test_a_body_without_a_name_gives_it(self, listing):
        nameless = agent(organisation="")
        with pytest.raises(ValidationError):
            uses.say_use(listing=listing, by=nameless, typed="  ")
        assert uses.say_use(listing=listing, by=nameless, typed="Syndicat X").body == "Syndicat X"

    def test_the_vendor_is_told(self, listing, mailoutbox, django_capture_on_commit_callbacks):
        owner = reached(listing.vendor)
        by = agent()
        with django_capture_on_commit_callbacks(execute=True):
            uses.say_use(listing=listing, by=by)
        (mail,) = mailoutbox
        assert mail.to == [owner.email]
        assert COMMUNE in mail.subject
        assert by.email not in f"{mail.body}{mail.alternatives[0].content}{mail.reply_to}"

    def test_a_sheet_that_the_public_does_not_see_takes_no_use(self, listing):
        Listing.objects.update(archived_at=timezone.now())
        with pytest.raises(Refused, match="n'est plus en ligne"):
            uses.say_use(listing=listing, by=agent())


class TestConfirming:
    def test_a_reference_is_verified_by_the_body_and_found_so(self, listing, reference):
        heard = []

        def listen(uids, **kwargs):
            heard.extend(uids or ())

        document_changed.connect(listen)
        uses.say_use(listing=listing, by=agent(), reference=reference.uid)
        document_changed.disconnect(listen)
        assert claim_of(reference).verified_by == f"un agent de {COMMUNE}, par ProConnect"
        assert worth(reference) is Trust.VERIFIED
        assert listing.uid in heard
        (document,) = build(Listing.objects.all(), seed="x")
        assert document.facets["reference-confirmee"] == ("commune",)

    def test_taken_back_it_is_declared_again_and_may_be_said_again(self, listing, reference):
        by = agent()
        use = uses.say_use(listing=listing, by=by, reference=reference.uid)
        uses.withdraw_use(use=use, by=by)
        assert worth(reference) is Trust.DECLARED
        assert uses.uses_shown(listing) == []
        with pytest.raises(Refused, match="déjà retiré"):
            uses.withdraw_use(use=use, by=by)
        uses.say_use(listing=listing, by=by, reference=reference.uid)
        assert worth(reference) is Trust.VERIFIED

    def test_another_body_that_said_the_same_takes_the_verification_over(self, listing, reference):
        first, second = agent(), agent(siret=OTHER_SIRET, organisation="Ville de Valfictif")
        use = uses.say_use(listing=listing, by=first, reference=reference.uid)
        uses.say_use(listing=listing, by=second, reference=reference.uid)
        assert COMMUNE in claim_of(reference).verified_by
        uses.withdraw_use(use=use, by=first)
        assert "Ville de Valfictif" in claim_of(reference).verified_by

    def test_the_verification_of_mission_label_is_neither_replaced_nor_dropped(
        self, listing, reference
    ):
        day = dt.date(2026, 1, 5)
        Claim.objects.create(
            listing=listing,
            subject=reference.uid,
            kind=Claim.Kind.REFERENCE,
            verified_on=day,
            verified_by="Mission LABEL",
        )
        by = agent()
        use = uses.say_use(listing=listing, by=by, reference=reference.uid)
        assert use.reference == reference.uid
        uses.withdraw_use(use=use, by=by)
        kept = claim_of(reference)
        assert (kept.verified_by, kept.verified_on) == ("Mission LABEL", day)

    def test_a_verification_that_lapsed_is_given_anew(self, listing, reference):
        Claim.objects.create(
            listing=listing,
            subject=reference.uid,
            kind=Claim.Kind.REFERENCE,
            verified_on=dt.date(2020, 1, 5),
            verified_by="Mission LABEL",
            expires_on=dt.date(2021, 1, 5),
        )
        uses.say_use(listing=listing, by=agent(), reference=reference.uid)
        assert worth(reference) is Trust.VERIFIED

    def test_a_contested_reference_waits_for_mission_label(self, listing, reference):
        Claim.objects.create(
            listing=listing,
            subject=reference.uid,
            kind=Claim.Kind.REFERENCE,
            contested_on=dt.date(2026, 1, 5),
            contest_reason="La commune dément.",
        )
        assert not uses.candidates(listing)[0].can_be_confirmed
        with pytest.raises(Refused, match="contestée"):
            uses.say_use(listing=listing, by=agent(), reference=reference.uid)
        assert not BodyUse.objects.exists()

    def test_a_contest_that_is_not_public_yet_holds_it_back_without_a_word(
        self, listing, reference, mailoutbox, settings, django_capture_on_commit_callbacks
    ):
        claim = Claim.objects.create(
            listing=listing, subject=reference.uid, kind=Claim.Kind.REFERENCE
        )
        contested(claim, reason="La commune dément.")
        with django_capture_on_commit_callbacks(execute=True):
            use = uses.say_use(listing=listing, by=agent(), reference=reference.uid)
        assert use.reference == reference.uid
        assert worth(reference) is Trust.DECLARED
        assert claim_of(reference).contest_reason == "La commune dément."
        assert [row.to for row in mailoutbox if row.to == [settings.CONTACT_EMAIL]]

    def test_a_check_that_lapsed_leaves_no_source_behind(self, listing, reference):
        claim = Claim.objects.create(
            listing=listing, subject=reference.uid, kind=Claim.Kind.REFERENCE
        )
        made = officially(claim)
        late = made.expires_on + dt.timedelta(days=9)
        with time_machine.travel(dt.datetime.combine(late, dt.time(9), dt.UTC)):
            uses.say_use(listing=listing, by=agent(), reference=reference.uid)
            assert worth(reference) is Trust.VERIFIED
        row = claim_of(reference)
        assert (row.source_url, row.official, row.expires_on) == ("", None, None)
        ended = made.expires_on + dt.timedelta(days=1)
        made.refresh_from_db()
        assert (made.state, made.ended_on) == ("ended", ended)

    def test_it_ends_with_the_name_that_the_body_vouched_for(self, listing, reference):
        page = listing.page
        page.save_revision().publish()
        uses.say_use(listing=listing, by=agent(), reference=reference.uid)
        for client, expected in (
            (f"Mairie {COMMUNE.partition(' ')[2]}", Trust.VERIFIED),
            ("Ministère fictif des Marées", Trust.DECLARED),
            (COMMUNE, Trust.DECLARED),
        ):
            page = page.specific_class.objects.get(pk=page.pk)
            row = page.references.get()
            row.client = client
            page.references = [row]
            page.save_revision().publish()
            assert worth(reference) is expected

    @pytest.mark.parametrize("which", ["unknown", "without consent", "of another sheet"])
    def test_only_a_reference_that_the_sheet_shows_is_confirmed(self, listing, reference, which):
        uid = reference.uid
        if which == "unknown":
            uid = uuid.uuid4()
        elif which == "without consent":
            Reference.objects.update(consent=Consent.NONE, consented_on=None)
        else:
            listing = make_sheet("Autre").listing
        with pytest.raises(Refused, match="n'est plus sur la fiche"):
            uses.say_use(listing=listing, by=agent(), reference=uid)
        assert not Claim.objects.exists()


class TestAnotherName:
    """An agent of one body does not verify the reference of another."""

    OTHER = "Ministère fictif des Marées"

    @pytest.fixture
    def theirs(self, reference):
        Reference.objects.update(client=self.OTHER)
        reference.refresh_from_db()
        return reference

    def test_it_waits_for_mission_label_which_is_told(
        self, listing, theirs, mailoutbox, settings, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            use = uses.say_use(listing=listing, by=agent(), reference=theirs.uid)
        assert use.reference == theirs.uid
        assert worth(theirs) is Trust.DECLARED
        (mail,) = [row for row in mailoutbox if row.to == [settings.CONTACT_EMAIL]]
        assert COMMUNE in mail.body
        assert self.OTHER in mail.body
        assert reverse("allegations:inspect", args=[claim_of(theirs).pk]) in mail.body

    def test_what_a_moderator_then_verifies_stays(self, listing, theirs):
        by = agent()
        use = uses.say_use(listing=listing, by=by, reference=theirs.uid)
        Claim.objects.update(verified_on=timezone.localdate(), verified_by="Mission LABEL")
        uses.withdraw_use(use=use, by=by)
        assert worth(theirs) is Trust.VERIFIED

    def test_it_does_not_take_over_from_the_body_itself(self, listing, theirs):
        itself = agent(siret=OTHER_SIRET, organisation=self.OTHER.upper())
        use = uses.say_use(listing=listing, by=itself, reference=theirs.uid)
        uses.say_use(listing=listing, by=agent(), reference=theirs.uid)
        assert worth(theirs) is Trust.VERIFIED
        uses.withdraw_use(use=use, by=itself)
        assert worth(theirs) is Trust.DECLARED

    def test_a_name_that_the_agent_types_confirms_nothing(self, listing, theirs):
        with pytest.raises(Refused, match="sans confirmer de référence"):
            uses.say_use(
                listing=listing,
                by=agent(organisation=""),
                typed=self.OTHER,
                reference=theirs.uid,
            )
        assert not BodyUse.objects.exists()


class TestRights:
    ROLES = ("other owner", "editor", "owner", "agent", "colleague", "moderator", "reviewer")

    @pytest.fixture
    def people(self, listing):
        return {
            "other owner": reached(VendorFactory()),
            "editor": member(listing.vendor, Role.EDITOR),
            "owner": reached(listing.vendor),
            "agent": agent(),
            "colleague": agent(),
            "moderator": moderator(),
            "reviewer": reviewer(),
        }

    @pytest.mark.parametrize("role", ROLES)
    def test_saying(self, listing, people, role):
        if role in ("agent", "colleague"):
            assert uses.say_use(listing=listing, by=people[role])
            return
        with pytest.raises(PermissionDenied):
            uses.say_use(listing=listing, by=people[role])

    @pytest.mark.parametrize("role", ROLES)
    def test_taking_back(self, listing, people, role):
        use = uses.say_use(listing=listing, by=people["agent"])
        if role in ("agent", "colleague"):
            uses.withdraw_use(use=use, by=people[role])
            return
        with pytest.raises(PermissionDenied):
            uses.withdraw_use(use=use, by=people[role])

    def test_an_agent_of_another_body_takes_nothing_back(self, listing, people):
        use = uses.say_use(listing=listing, by=people["agent"])
        with pytest.raises(PermissionDenied):
            uses.withdraw_use(use=use, by=agent(siret=OTHER_SIRET))

    def test_nobody_confirms_the_references_of_their_own_company(self, listing):
        both = agent()
        Membership.objects.create(vendor=listing.vendor, user=both, role=Role.EDITOR)
        with pytest.raises(PermissionDenied):
            uses.say_use(listing=listing, by=both)

    def test_a_vendor_is_not_its_own_client(self, site):
        vendor = VendorFactory(siren=SIRET[:9])
        with pytest.raises(PermissionDenied):
            uses.say_use(listing=make_sheet("Régie", vendor=vendor).listing, by=agent())

    def test_without_a_siret_nobody_speaks_for_a_body(self, listing):
        for stranger in (agent(siret=""), agent(roles=""), person()):
            with pytest.raises(PermissionDenied):
                uses.say_use(listing=listing, by=stranger)


class TestWhatStays:
    def test_what_a_body_said_outlives_the_account_of_its_agent(self, listing, reference):
        by = agent()
        uses.say_use(listing=listing, by=by, reference=reference.uid)
        (row,) = export_account(by)["solutions_utilisees"]
        assert (row["body"], row["siret"]) == (COMMUNE, SIRET)
        close_account(user=by)
        use = BodyUse.objects.in_force().get()
        assert use.agent is None
        assert worth(reference) is Trust.VERIFIED
        uses.withdraw_use(use=use, by=agent())
        assert worth(reference) is Trust.DECLARED

    def test_uses_taken_back_a_year_ago_are_erased(self, listing, capsys):
        by = agent()
        for days in (366, 364):
            use = uses.say_use(listing=listing, by=by)
            uses.withdraw_use(use=use, by=by)
            then = timezone.now() - dt.timedelta(days=days)
            BodyUse.objects.filter(pk=use.pk).update(withdrawn_at=then)
        uses.say_use(listing=listing, by=by)
        call_command("expire", "--dry-run")
        assert BodyUse.objects.count() == 3
        call_command("expire")
        assert BodyUse.objects.count() == 2
