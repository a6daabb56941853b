"""A piece that is reserved, or not handed in yet, is read by whom it may and found nowhere else."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, reverse
from django.urls.converters import UUIDConverter
from django.utils import timezone

from catalogue.models import Claim, Evidence, Listing
from labelling import assessing
from search import documents, indexing
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.agents import agent
from tests.catalogue.everything import addresses
from tests.catalogue.factories import VendorFactory, make_offer, make_sheet
from tests.catalogue.people import member, moderator
from tests.catalogue.test_uploads import PDF
from tests.labelling.factories import make_version
from tests.labelling.referentials import criterion

pytestmark = pytest.mark.django_db

TITLE, SENT_AS, CONTENT = "Plan du coffre", "plan-de-mme-essai.pdf", b"contenu du coffre"
ADDRESS = "https://coffre.example/plan"


@pytest.fixture
def live(vendor) -> Listing:
    page = make_sheet("Ardoise", vendor=vendor, slug="ardoise", rgaa="totalement")
    make_offer(page, hds=True)
    return page.listing


@pytest.fixture
def pieces(as_owner, owner, live) -> dict[str, Evidence]:
    """One reserved, two public that wait for the handover, each a file and an address.

    One of the two proves an answer that decides of the sheet, whose claim is the sheet's own.
    """
    feeds = {"sheet": "rgaa", "values": {"oui": "totalement"}}
    version = make_version(criterion("SE-01"), criterion("SE-02", feeds=feeds))
    assessing.start(listing=live, version=version, by=owner)
    (offer,) = live.page.offers.all()
    reserved = Claim.objects.create(listing=live, kind=Claim.Kind.HDS, subject=offer.uid)
    question = [live.uid, "essai", "1"]
    addresses = {
        "reserved": reverse("sheet_evidence_add", args=[live.uid, reserved.uid]),
        "draft": reverse("assessment_piece", args=[*question, "SE-01"]),
        "shared": reverse("assessment_piece", args=[*question, "SE-02"]),
    }
    secret = {"restricted": "on", "restriction_reason": "Architecture"}
    for which, there in addresses.items():
        typed = {"title": TITLE, **(secret if which == "reserved" else {})}
        content = PDF.replace(b"%%EOF", CONTENT + b"\n%%EOF")
        file = SimpleUploadedFile(SENT_AS, content, "application/pdf")
        assert as_owner.post(there, {**typed, "file": file}).status_code == 302
        assert as_owner.post(there, {**typed, "url": ADDRESS}).status_code == 302
    kinds = {"reserved": Claim.Kind.HDS, "draft": Claim.Kind.ANSWER, "shared": Claim.Kind.RGAA}
    files = Evidence.objects.exclude(file="")
    return {which: files.get(claim__kind=kind) for which, kind in kinds.items()}


def secrets(pieces) -> list[bytes]:
    names = [Path(piece.file.name).name.encode() for piece in pieces.values()]
    return [TITLE.encode(), SENT_AS.encode(), CONTENT, ADDRESS.encode(), *names]


def body(answer) -> bytes:
    """All that a browser receives."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content + repr(answer.headers).encode()


def with_uuids() -> Iterator[tuple[str, URLPattern]]:
    for name, _route, pattern in addresses():
        converters = getattr(pattern.pattern, "converters", {})
        if any(isinstance(converter, UUIDConverter) for converter in converters.values()):
            yield name, pattern


def guesses(name: str, pattern: URLPattern, piece: Evidence) -> set[str]:
    """An address with the piece's id at every place, and with the right ids where they belong."""
    claim = piece.claim
    found = set()
    for known in ({}, {"uid": claim.listing.uid, "claim": claim.uid}):
        values = {
            part: known.get(part, piece.uid)
            if isinstance(converter, UUIDConverter)
            else {"slug": claim.listing.page.slug, "kind": claim.kind}.get(part, 1)
            for part, converter in pattern.pattern.converters.items()
        }
        found.add(reverse(name, kwargs=values))
    return found


def test_no_address_that_takes_an_id_gives_it_to_anybody_else(
    monkeypatch, as_owner, vendor, pieces
):
    # Most of a thousand pages say that there is nothing: they need not be drawn.
    nothing = lambda request, exception: HttpResponse(status=404)  # noqa: E731
    monkeypatch.setattr("config.urls.handler404", nothing, raising=False)
    browsers = {
        "anonymous": Client(),
        "member": as_owner,
        "moderator": sign_in_staff(Client(), moderator()),
    }
    for role, user in {"other": member(VendorFactory()), "buyer": agent()}.items():
        browsers[role] = Client()
        browsers[role].force_login(user)
    shown, tried = set(), set()
    for name, pattern in with_uuids():
        for which, piece in pieces.items():
            for address in guesses(name, pattern, piece):
                tried.add(name)
                for role, browser in browsers.items():
                    text = body(browser.get(address))
                    if any(secret in text for secret in secrets(pieces)):
                        shown.add((role, name, which))
    assert {"evidence", "evidence_file", "sheet", "claim_history", "report_follow"} <= tried
    assert shown == {
        ("moderator", "evidence_file", "reserved"),
        ("member", "sheet_claims", "reserved"),
        ("member", "sheet_claims", "draft"),  # the page lists what is reserved
        ("member", "sheet_evidence_file", "reserved"),
        ("member", "sheet_evidence_file", "draft"),
        ("member", "sheet_evidence_restrict", "reserved"),
        ("member", "sheet_evidence_restrict", "draft"),
        # The same of the one whose claim is the sheet's own.
        ("member", "sheet_claims", "shared"),
        ("member", "sheet_evidence_file", "shared"),
        ("member", "sheet_evidence_restrict", "shared"),
    }


def test_it_lies_in_no_folder_that_is_served(client, pieces):
    kept = Path(settings.EVIDENCE_ROOT).resolve()
    for served in (settings.MEDIA_ROOT, settings.STATIC_ROOT, *settings.STATICFILES_DIRS):
        assert not kept.is_relative_to(Path(served).resolve())
        assert not Path(served).resolve().is_relative_to(kept)
    for piece in pieces.values():
        assert client.get(piece.file.url).status_code == 404
        for folder in (settings.MEDIA_URL, settings.STATIC_URL, "/documents/", "/evidence/"):
            for name in (piece.file.name, Path(piece.file.name).name):
                assert client.get(f"{folder}{name}").status_code == 404


def test_it_is_in_no_index_page_or_export(client, engine, pieces):
    indexing.rebuild()
    (made,) = documents.build(Listing.objects.all(), seed="x", on=timezone.localdate())
    texts = {"document": repr(made).encode()}
    claim = pieces["reserved"].claim
    for address in (
        *(f"/solutions/?format={kind}" for kind in ("json", "csv", "atom")),
        *("/", "/solutions/", "/solutions/ardoise/", "/solutions/ardoise/historique/"),
        *("/comparer/?s=ardoise", "/comparer/?s=ardoise&format=csv", "/sitemap.xml"),
        reverse("claim_history", args=["ardoise", claim.uid]),
        reverse("claim_history", args=["ardoise", pieces["shared"].claim.uid]),
        claim.listing.vendor.get_absolute_url(),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        texts[address] = body(answer)
    assert b"application/ld+json" in texts["/solutions/ardoise/"]
    assert "Architecture" in texts["/solutions/ardoise/"].decode()  # that there is one, and why
    told = [where for where, text in texts.items() for s in secrets(pieces) if s in text]
    assert told == []


def test_no_log_names_it(caplog, request, live, pieces):
    """What was logged while both were sent, refused once, read and removed."""
    with caplog.at_level(logging.DEBUG):
        browser, piece = request.getfixturevalue("as_owner"), pieces["reserved"]
        claim = piece.claim
        rest = [live.uid, claim.uid]
        refused = SimpleUploadedFile(SENT_AS, b"<svg/>" + CONTENT, "application/pdf")
        there = reverse("sheet_evidence_add", args=rest)
        assert browser.post(there, {"title": TITLE, "file": refused}).status_code == 200
        body(browser.get(reverse("sheet_evidence_file", args=[live.uid, piece.uid])))
        body(browser.get(reverse("evidence", args=[piece.uid])))
        browser.post(reverse("sheet_evidence_remove", args=[*rest, piece.uid]))
    logged = "\n".join(
        str(vars(row)) for phase in ("setup", "call") for row in caplog.get_records(phase)
    )
    assert "Not Found" in logged  # logs are heard here
    assert [secret for secret in secrets(pieces) if secret.decode() in logged] == []
