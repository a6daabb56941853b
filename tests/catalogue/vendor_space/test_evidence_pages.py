"""The pieces of a sheet on screen: what it says, what is refused with which words, who comes in."""

import re
from hashlib import sha256

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalogue import uploads
from catalogue.models import Claim, Evidence, Listing, Offer
from catalogue.vendor_space.urls_evidence import evidence_urls
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.factories import VendorFactory, make_offer, make_sheet
from tests.catalogue.people import member, moderator, person, reviewer
from tests.catalogue.test_scanning import VIRUS, clamd  # noqa: F401
from tests.catalogue.test_uploads import PDF, picture, png_that_says, zipped
from tests.catalogue.vendor_space import sheets
from tests.catalogue.vendor_space.test_queries import cost

pytestmark = pytest.mark.django_db

OK, NO, GONE, DONE = 200, 403, 404, 302
TYPED = {
    "title": "Audit RGAA de 2026",
    "restricted": "on",
    "restriction_reason": "Détail de l'architecture",
    "expires_on": "2099-03-01",
}


@pytest.fixture
def live(vendor) -> Listing:
    page = make_sheet("Ardoise", vendor=vendor, slug="ardoise", rgaa="totalement")
    make_offer(page, "Abonnement", hds=True, iso27001_holder="Hébergeur d'essai")
    make_offer(page, "Chez vous", deployment="sur-site", hds=True)
    return page.listing


@pytest.fixture
def claim(live) -> Claim:
    return Claim.objects.create(listing=live, kind=Claim.Kind.RGAA)


@pytest.fixture
def piece(claim) -> Evidence:
    file = ContentFile(PDF, name="a1b2.pdf")
    return Evidence.objects.create(
        claim=claim, title="Audit", file=file, sha256=sha256(PDF).hexdigest()
    )


def there(name, live, *rest) -> str:
    return reverse(name, args=[live.uid, *rest])


def pdf(content: bytes = PDF, name: str = "audit de Mme Essai.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def words(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode()).replace("&#x27;", "'")


class TestThePageOfASheet:
    def test_lists_what_the_public_version_says_and_what_it_is_worth(self, as_owner, live, piece):
        rows = as_owner.get(there("sheet_claims", live)).context["rows"]
        assert [(row.claim.kind, str(row.proof.state)) for row in rows] == [
            ("cloud", "declare"),
            ("hds", "declare"),
            ("iso27001", "declare"),
            ("rgaa", "justifie"),
        ]
        assert "« Abonnement »" in rows[0].about.title
        assert [len(row.pieces) for row in rows] == [0, 0, 0, 1]

    def test_of_a_draft_lists_what_the_draft_says(self, as_owner, owner, listing):
        offer = Offer(name="À venir", kind="production", deployment="saas", hds=True)
        sheets.write(listing, owner, offers=[offer], distribution="libre")
        rows = as_owner.get(there("sheet_claims", listing)).context["rows"]
        assert [row.claim.kind for row in rows] == ["cloud", "hds", "libre"]
        assert "« À venir »" in rows[0].about.title

    def test_keeps_pieces_of_what_it_says_no_more_to_be_removed(self, as_owner, live, piece):
        live.page.rgaa = "inconnu"
        live.page.save()
        (past,) = as_owner.get(there("sheet_claims", live)).context["past"]
        assert list(past.pieces) == [piece]

    def test_offers_nothing_to_do_on_an_archived_sheet(self, as_owner, live, piece):
        Listing.objects.update(archived_at="2026-01-01T00:00Z")
        page = words(as_owner.get(there("sheet_claims", live)))
        assert "Audit" in page
        assert "Ajouter une pièce" not in page
        assert "Retirer" not in page

    def test_costs_the_same_whatever_it_says_and_proves(self, as_owner, live, piece):
        address = there("sheet_claims", live)
        as_owner.get(address)
        few = cost(as_owner, address)
        for rank in range(8):
            offer = make_offer(live.page, f"Offre {rank}", hds=True)
            proven = Claim.objects.create(listing=live, kind="hds", subject=offer.uid)
            Evidence.objects.create(claim=proven, title="Certificat", url="https://a.example/")
        assert cost(as_owner, address) <= few
        assert few < 30


class TestAdding:
    def test_a_first_piece_is_public_at_once_and_stands_on_the_sheet(self, as_owner, client, live):
        offer = live.page.offers.get(name="Abonnement")
        address = there("sheet_evidence_offer", live, "hds", offer.uid)
        assert "Certifié HDS" in words(as_owner.get(address))
        done = as_owner.post(address, {"title": "Certificat HDS", "file": pdf()}, follow=True)
        assert "La pièce est jointe." in words(done)
        sheet = words(client.get("/solutions/ardoise/"))
        assert f'href="/pieces/{Evidence.objects.get().uid}/"' in sheet

    def test_a_piece_given_for_an_answer_waits_for_the_handover(self, as_owner, live):
        key = {"kind": Claim.Kind.ANSWER, "key": "essai/c1"}
        answer = Claim.objects.create(listing=live, **key)
        address = there("sheet_evidence_add", live, answer.uid)
        suite = f"/espace-editeur/fiches/{live.uid}/#c1"
        done = as_owner.post(
            f"{address}?suite={suite.replace('#', '%23')}",
            {"title": "Attestation", "url": "https://source.example/a"},
        )
        assert done.url == suite
        assert Evidence.objects.get().is_draft

    def test_a_piece_of_another_claim_is_taken_again(self, as_owner, live, piece):
        offer = live.page.offers.get(name="Abonnement")
        address = there("sheet_evidence_offer", live, "cloud", offer.uid)
        assert as_owner.post(address, {"piece": str(piece.uid)}).status_code == DONE
        copy = Evidence.objects.exclude(pk=piece.pk).get()
        assert (copy.title, copy.claim.kind) == ("Audit", "cloud")
        assert copy.file.name != piece.file.name
        assert "piece" not in as_owner.get(address).context["form"].fields  # there already

    def test_a_reserved_piece_is_told_without_being_shown(self, as_owner, client, live, claim):
        as_owner.post(there("sheet_evidence_add", live, claim.uid), {**TYPED, "file": pdf()})
        sheet = words(client.get("/solutions/ardoise/"))
        assert "Une pièce réservée (secret des affaires : Détail de l'architecture)." in sheet
        assert TYPED["title"] not in sheet

    @pytest.mark.parametrize(
        "suite", ["https://ailleurs.example/", "//ailleurs.example/", "/gestion/", "javascript:1"]
    )
    def test_leads_to_own_pages_only(self, as_owner, live, claim, suite):
        address = f"{there('sheet_evidence_add', live, claim.uid)}?suite={suite}"
        given = {"title": "A", "url": "https://a.example/"}
        assert as_owner.post(address, given).url == there("sheet_claims", live)

    @pytest.mark.parametrize(
        ("content", "name", "told"),
        [
            (b"<svg onload='alert(1)'/>", "logo.svg", "de type SVG"),
            (b"<svg onload='alert(1)'/>", "logo.png", "de type SVG"),
            (PDF[:-6] + zipped() + b"%%EOF", "a.pdf", "en cache un autre"),
            (picture() + b"<script>alert(1)</script>", "a.png", "en cache un autre"),
            (png_that_says(60_000, 60_000), "a.png", "trop de pixels"),
            (PDF, "a.png", "se nomme « .png »"),
            (b"MZ\x90\x00", "a.pdf", "Formats admis"),
            (b"", "a.pdf", "vide"),
        ],
    )
    def test_a_refused_file_leaves_what_was_typed(self, as_owner, live, claim, content, name, told):
        address = there("sheet_evidence_add", live, claim.uid)
        page = words(as_owner.post(address, {**TYPED, "file": pdf(content, name)}))
        assert told in page
        for value in (TYPED["title"], TYPED["restriction_reason"], TYPED["expires_on"]):
            assert f'value="{value}"' in page
        assert "checked" in page
        assert not Evidence.objects.exists()

    def test_a_heavy_file_is_refused(self, monkeypatch, as_owner, live, claim):
        monkeypatch.setattr(uploads.safe_evidence, "__kwdefaults__", {"max_bytes": 20})
        address = there("sheet_evidence_add", live, claim.uid)
        assert "trop lourd" in words(as_owner.post(address, {**TYPED, "file": pdf()}))

    def test_an_infected_file_is_refused(self, clamd, as_owner, live, claim):  # noqa: F811
        address = there("sheet_evidence_add", live, claim.uid)
        sent = {**TYPED, "file": pdf(PDF.replace(b"%%EOF", VIRUS + b"\n%%EOF"))}
        assert "a reconnu un virus" in words(as_owner.post(address, sent))
        assert not Evidence.objects.exists()

    @pytest.mark.parametrize(
        ("what", "told"),
        [
            ({"title": ""}, "Donnez un intitulé"),
            ({"restriction_reason": ""}, "Dites pourquoi"),
            ({"restricted": ""}, "Cochez cette case"),
            ({"expires_on": "2020-01-01"}, "plus valable"),
            ({"url": "https://a.example/"}, "un seul à la fois"),
        ],
    )
    def test_a_good_file_with_a_bad_field_is_to_be_chosen_again(
        self, as_owner, live, claim, what, told
    ):
        address = there("sheet_evidence_add", live, claim.uid)
        page = words(as_owner.post(address, {**TYPED, "file": pdf(), **what}))
        assert told in page
        assert "Choisissez de nouveau le fichier" in page

    @pytest.mark.parametrize("url", ["http://a.example/", "a b", "https://"])
    def test_an_address_that_leads_nowhere_is_refused(self, as_owner, live, claim, url):
        address = there("sheet_evidence_add", live, claim.uid)
        assert "commence par https://" in words(as_owner.post(address, {"title": "A", "url": url}))
        assert not Evidence.objects.exists()

    def test_nothing_at_all_says_what_to_give(self, as_owner, live, claim):
        page = words(as_owner.post(there("sheet_evidence_add", live, claim.uid)))
        assert "Choisissez un fichier, ou donnez une adresse." in page


class TestChanging:
    def test_access_goes_back_and_forth(self, as_owner, live, claim, piece):
        address = there("sheet_evidence_restrict", live, claim.uid, piece.uid)
        as_owner.post(address, {"restricted": "on", "restriction_reason": "Architecture"})
        piece.refresh_from_db()
        assert (piece.is_public, piece.restriction_reason) == (False, "Architecture")
        as_owner.post(address, {"restriction_reason": "Architecture"})
        piece.refresh_from_db()
        assert (piece.is_public, piece.restriction_reason) == (True, "")

    def test_a_piece_is_removed(self, as_owner, live, claim, piece):
        address = there("sheet_evidence_remove", live, claim.uid, piece.uid)
        assert "La pièce est retirée." in words(as_owner.post(address, follow=True))
        assert not Evidence.objects.exists()

    def test_what_was_verified_stays_and_says_why(self, as_owner, live, claim, piece):
        Claim.objects.update(verified_on=piece.added_on, verified_by="Mission LABEL")
        address = there("sheet_evidence_remove", live, claim.uid, piece.uid)
        assert "s'appuie sur cette pièce" in words(as_owner.post(address, follow=True))
        assert Evidence.objects.exists()


MEMBERS = {"owner": OK, "editor": OK, "other": GONE, "agent": GONE, "moderator": GONE}
READING = {**MEMBERS, "reviewer": GONE}
ROWS = {
    "sheet_claims": READING,
    "sheet_evidence_file": READING,
    "sheet_evidence_first": READING,
    "sheet_evidence_offer": READING,
    "sheet_evidence_add": READING,
    "sheet_evidence_remove": dict.fromkeys(READING, 405),
    "sheet_evidence_restrict": READING,
}


def test_every_route_is_in_this_matrix():
    assert {route.name for route in evidence_urls} == set(ROWS)


@pytest.mark.parametrize("role", READING)
def test_who_reads_and_writes(client, vendor, live, claim, piece, role):
    offer = live.page.offers.get(name="Abonnement")
    arguments = {
        "sheet_evidence_file": [piece.uid],
        "sheet_evidence_first": ["rgaa"],
        "sheet_evidence_offer": ["hds", offer.uid],
        "sheet_evidence_add": [claim.uid],
        "sheet_evidence_remove": [claim.uid, piece.uid],
        "sheet_evidence_restrict": [claim.uid, piece.uid],
    }
    staff = {"moderator": moderator, "reviewer": reviewer}
    if role in staff:
        sign_in_staff(client, staff[role]())
    else:
        strangers = {"other": lambda: member(VendorFactory()), "agent": lambda: person(agent=True)}
        client.force_login(strangers.get(role, lambda: member(vendor, role))())
    written = {OK: DONE, GONE: GONE}
    given = {"title": "A", "restricted": "on", "restriction_reason": "Architecture"}
    for name, row in ROWS.items():
        address = there(name, live, *arguments.get(name, []))
        answer = client.get(address)
        b"".join(answer.streaming_content) if answer.streaming else None
        assert answer.status_code == row[role], name
        if name in ("sheet_claims", "sheet_evidence_file", "sheet_evidence_remove"):
            continue
        given["url"] = f"https://a.example/{name}"
        assert client.post(address, given).status_code == written[row[role]], name
    removed = client.post(there("sheet_evidence_remove", live, claim.uid, piece.uid))
    assert removed.status_code == written[READING[role]]


def test_what_the_sheet_does_not_say_takes_no_piece(as_owner, live, claim, piece):
    offer = live.page.offers.get(name="Abonnement")
    elsewhere = make_sheet(rgaa="totalement").listing
    other = Claim.objects.create(listing=elsewhere, kind=Claim.Kind.RGAA)
    consent = Claim.objects.create(listing=live, kind="reference", subject=offer.uid)
    for address in (
        there("sheet_evidence_first", live, "libre"),
        there("sheet_evidence_first", live, "cloud"),
        there("sheet_evidence_first", live, "inconnu"),
        there("sheet_evidence_offer", live, "rgaa", offer.uid),
        there("sheet_evidence_add", live, other.uid),
        there("sheet_evidence_add", live, consent.uid),
        there("sheet_evidence_restrict", live, other.uid, piece.uid),
    ):
        assert as_owner.get(address).status_code == GONE, address
