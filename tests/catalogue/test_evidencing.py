"""Pieces of evidence: by whom, of what, how many; what counts, and what stays between four walls."""

import datetime as dt
import hashlib

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.models import PageLogEntry

from accounts.services import Refused
from catalogue import evidencing
from catalogue.cloud import Trust
from catalogue.models import Claim, Evidence, Listing, SolutionPage
from catalogue.presentation import proof_of
from catalogue.scanning import Scan
from catalogue.signals import document_changed
from catalogue.uploads import SafeEvidence
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, moderator, person, reviewer

pytestmark = pytest.mark.django_db

PAGE = "https://certificats.example/hds"
SECRET = {"is_public": False, "restriction_reason": "Plan d'architecture"}


@pytest.fixture
def vendor(site):
    return VendorFactory()


@pytest.fixture
def owner(vendor):
    return member(vendor)


@pytest.fixture
def listing(vendor) -> Listing:
    return make_sheet(vendor=vendor, rgaa="totalement").listing


@pytest.fixture
def claim(listing) -> Claim:
    return Claim.objects.create(listing=listing, kind=Claim.Kind.RGAA)


def pdf(content: bytes = b"%PDF-1.7 audit %%EOF") -> SafeEvidence:
    return SafeEvidence(ContentFile(content, name="a1b2.pdf"), Scan.CLEAN)


def add(claim, by, **what) -> Evidence:
    words = {"title": "Audit", "is_public": True, "draft": False}
    if "file" not in what:
        words["url"] = PAGE
    return evidencing.add_evidence(claim=claim, by=by, **{**words, **what})


def stored(piece: Evidence) -> bytes:
    with piece.file.open("rb") as file:
        return file.read()


def today(days: int = 0) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def trust(claim: Claim) -> Trust:
    return proof_of([Claim.objects.get(pk=claim.pk)], claim.kind, claim.subject, today()).state


class TestAdding:
    def test_a_file_is_kept_with_its_fingerprint_and_counts_at_once(self, claim, owner):
        piece = add(claim, owner, file=pdf())
        assert piece.sha256 == hashlib.sha256(stored(piece)).hexdigest()
        assert trust(claim) is Trust.JUSTIFIED

    def test_a_draft_counts_for_nothing_until_it_is_handed_over(self, claim, owner):
        add(claim, owner, draft=True)
        assert trust(claim) is Trust.DECLARED
        told = []

        def hear(uids, **kwargs):
            told.extend(uids)

        document_changed.connect(hear)
        evidencing.hand_over_evidence(claims=[claim])
        evidencing.hand_over_evidence(claims=[claim])  # nothing waits any more
        document_changed.disconnect(hear)
        assert told == [claim.listing.uid]
        assert trust(claim) is Trust.JUSTIFIED

    def test_an_unsaved_claim_is_entered_with_its_first_piece_only(self, listing, owner):
        blank = Claim(listing=listing, kind=Claim.Kind.FREE)
        with pytest.raises(ValidationError):
            add(blank, owner, title=" ")
        assert not listing.claims.exists()
        first = add(blank, owner)
        second = add(Claim(listing=listing, kind=Claim.Kind.FREE), owner, url=f"{PAGE}2")
        assert first.claim == second.claim == listing.claims.get()

    @pytest.mark.parametrize(
        ("what", "where"),
        [
            ({"url": "http://certificats.example/"}, "url"),
            ({"url": "ftp://certificats.example/"}, "url"),
            ({"url": "javascript:alert(1)"}, "url"),
            ({"url": "https://moi:secret@certificats.example/"}, "url"),
            ({"url": f"https://certificats.example/{'a' * 200}"}, "url"),
            ({"url": "https://catalogue.example/solutions/orvalis/"}, "url"),
            ({"title": "a" * 201}, "title"),
            ({"title": ""}, "title"),
            ({"title": "\u202e\ufeff\u200b"}, "title"),
            ({"expires_on": today(-1)}, "expires_on"),
            ({"is_public": False}, "restriction_reason"),
            ({"is_public": False, "restriction_reason": "a" * 301}, "restriction_reason"),
            ({"url": ""}, "__all__"),
            ({"url": PAGE, "file": pdf()}, "__all__"),
        ],
    )
    def test_what_is_not_right_is_named(self, settings, claim, owner, what, where):
        settings.SITE_URL = "https://catalogue.example"
        with pytest.raises(ValidationError) as refused:
            add(claim, owner, **what)
        assert where in getattr(refused.value, "error_dict", {"__all__": 1})
        assert not Evidence.objects.exists()

    def test_the_last_day_is_a_day(self, claim, owner):
        assert add(claim, owner, expires_on=today()).expires_on == today()

    def test_a_public_piece_keeps_no_reason(self, claim, owner):
        assert add(claim, owner, restriction_reason="Oubliée").restriction_reason == ""

    @pytest.mark.parametrize("given", [lambda: {"url": PAGE}, lambda: {"file": pdf()}])
    def test_the_same_piece_twice_is_refused(self, claim, owner, given):
        add(claim, owner, **given())
        with pytest.raises(Refused, match="déjà jointe"):
            add(claim, owner, title="Autre nom", **given())

    def test_a_claim_takes_ten_pieces(self, monkeypatch, claim, owner):
        monkeypatch.setattr(evidencing, "MOST_PIECES", 1)
        add(claim, owner)
        with pytest.raises(Refused, match="au plus"):
            add(claim, owner, url=f"{PAGE}2")

    def test_a_company_adds_so_many_a_day(self, monkeypatch, vendor, claim, owner):
        monkeypatch.setattr(evidencing, "PIECES_PER_DAY", 1)
        add(claim, owner)
        with pytest.raises(Refused, match="demain"):
            add(claim, member(vendor), url=f"{PAGE}2")

    def test_the_log_names_neither_piece_nor_file(self, claim, owner):
        piece = add(claim, owner, title="Audit de Mme Essai", file=pdf())
        evidencing.change_restriction(piece=piece, by=owner, is_public=False, reason="Secret")
        evidencing.remove_evidence(piece=piece, by=owner)
        rows = PageLogEntry.objects.filter(action__startswith="catalogue.evidence.")
        assert rows.count() == 3
        for row in rows:
            assert set(row.data) == {"claim", "kind", "piece", "public"}


class TestCopying:
    def test_the_copy_has_a_file_of_its_own(
        self, listing, claim, owner, django_capture_on_commit_callbacks
    ):
        piece = add(claim, owner, file=pdf(), expires_on=today(9), **SECRET)
        free = evidencing.ensure_claim(listing=listing, kind=Claim.Kind.FREE)
        copy = evidencing.copy_evidence(piece=piece, claim=free, by=owner, draft=True)
        assert (copy.sha256, copy.expires_on, copy.is_public) == (piece.sha256, today(9), False)
        assert (copy.is_draft, piece.is_draft) == (True, False)
        with django_capture_on_commit_callbacks(execute=True):
            evidencing.remove_evidence(piece=piece, by=owner)
        assert stored(Evidence.objects.get()) == b"%PDF-1.7 audit %%EOF"

    def test_another_company_cannot(self, claim, owner):
        piece = add(claim, owner)
        other = VendorFactory()
        theirs = Claim.objects.create(listing=make_sheet(vendor=other).listing, kind="rgaa")
        with pytest.raises(PermissionDenied):
            evidencing.copy_evidence(piece=piece, claim=theirs, by=member(other), draft=False)

    @pytest.mark.parametrize("what", ["over", "lost"])
    def test_what_proves_nothing_any_more_is_not_copied(self, listing, claim, owner, what):
        piece = add(claim, owner, file=pdf())
        if what == "over":
            piece.expires_on = today(-1)
        else:
            piece.file.storage.delete(piece.file.name)
        free = Claim(listing=listing, kind=Claim.Kind.FREE)
        with pytest.raises(Refused):
            evidencing.copy_evidence(piece=piece, claim=free, by=owner, draft=False)


class TestRemoving:
    def test_what_a_verification_rests_on_stays_while_it_holds(self, claim, owner):
        piece = add(claim, owner)
        verified = {"verified_on": today(), "verified_by": "Mission LABEL"}
        Claim.objects.update(**verified, expires_on=today(1))
        piece.refresh_from_db()
        with pytest.raises(Refused, match="s'appuie"):
            evidencing.remove_evidence(piece=piece, by=owner)
        Claim.objects.update(verified_on=today(-9), expires_on=today(-1))
        piece.refresh_from_db()
        evidencing.remove_evidence(piece=piece, by=owner)
        assert not Evidence.objects.exists()

    def test_what_was_removed_meanwhile_is_told(self, claim, owner):
        piece = add(claim, owner)
        Evidence.objects.all().delete()
        with pytest.raises(Refused, match="plus là"):
            evidencing.remove_evidence(piece=piece, by=owner)
        with pytest.raises(Refused, match="plus là"):
            evidencing.change_restriction(piece=piece, by=owner, is_public=True)


class TestTheRightToDoIt:
    ROLES = {
        "owner": True,
        "editor": True,
        "other": False,
        "agent": False,
        "moderator": False,
        "reviewer": False,
        "anonymous": False,
        "closed": False,
    }

    def somebody(self, role, vendor):
        match role:
            case "owner" | "editor":
                return member(vendor, role)
            case "other":
                return member(VendorFactory())
            case "closed":
                user = member(vendor)
                user.is_active = False
                return user
            case "anonymous":
                return AnonymousUser()
            case "agent":
                return person(agent=True)
        return moderator() if role == "moderator" else reviewer()

    @pytest.mark.parametrize("role", ROLES)
    def test_is_every_members_and_nobody_elses(self, role, vendor, listing, claim, owner):
        by = self.somebody(role, vendor)
        given = add(claim, owner, url=f"{PAGE}0")
        free = Claim(listing=listing, kind=Claim.Kind.FREE)
        for what in (
            lambda: add(claim, by),
            lambda: evidencing.copy_evidence(piece=given, claim=free, by=by, draft=False),
            lambda: evidencing.change_restriction(piece=given, by=by, is_public=True),
            lambda: evidencing.remove_evidence(piece=given, by=by),
        ):
            if self.ROLES[role]:
                what()
                continue
            with pytest.raises(PermissionDenied):
                what()

    @pytest.mark.parametrize("state", ["archived", "merged", "reference"])
    def test_ends_with_the_sheet_and_stops_at_a_clients_word(self, state, claim, owner):
        piece = add(claim, owner)
        if state == "reference":
            Claim.objects.update(kind=Claim.Kind.REFERENCE)
        else:
            Listing.objects.update(archived_at="2026-01-01T00:00Z")
        if state == "merged":
            target = make_sheet().listing
            Listing.objects.filter(pk=claim.listing_id).update(merged_into=target)
        claim.refresh_from_db()
        piece.refresh_from_db()
        for what in (
            lambda: add(claim, owner, url=f"{PAGE}2"),
            lambda: evidencing.change_restriction(piece=piece, by=owner, is_public=True),
            lambda: evidencing.remove_evidence(piece=piece, by=owner),
        ):
            with pytest.raises(Refused):
                what()
        assert SolutionPage.objects.filter(listing__claims__evidence=piece).exists()
