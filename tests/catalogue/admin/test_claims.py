"""Claims and their evidence in the admin."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalogue.models import (
    BodyUse,
    Claim,
    Evidence,
    Offer,
)
from home.services import EDITORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import (
    edit,
    offer,
    sheet_of,
    staff,
)

pytestmark = pytest.mark.django_db


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

    sign_in_staff(client, staff(EDITORS))
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


def test_an_address_takes_the_place_of_a_file(
    moderator, listing, django_capture_on_commit_callbacks
):
    proof = SimpleUploadedFile("audit.pdf", b"%PDF-1.7 preuve")
    moderator.post(reverse("allegations:add"), claim_form(listing, **{"evidence-0-file": proof}))
    piece = Evidence.objects.get()
    stored = {
        "evidence-INITIAL_FORMS": "1",
        "evidence-0-id": piece.pk,
        "evidence-0-claim": piece.claim_id,
        "evidence-0-url": "https://exemple.fr/audit",
    }
    with django_capture_on_commit_callbacks(execute=True):
        moderator.post(
            reverse("allegations:edit", args=[piece.claim_id]), claim_form(listing, **stored)
        )
    changed = Evidence.objects.get()
    assert (changed.url, changed.file.name, changed.sha256) == ("https://exemple.fr/audit", "", "")
    assert not piece.file.storage.exists(piece.file.name)


def test_a_claim_needs_no_evidence(moderator, listing):
    page = moderator.get(reverse("allegations:add"))
    blank = page.context["form"].evidence.forms[0]
    row = {
        f"evidence-0-{name}": blank[name].value() or ""
        for name in ("title", "url", "restriction_reason", "expires_on")
    }
    today = f"{blank['added_on'].value():%d/%m/%Y}"
    data = claim_form(listing, **{**row, "evidence-0-added_on": today})
    moderator.post(reverse("allegations:add"), data)
    claim = listing.claims.get()
    assert claim.evidence.count() == 0


def test_the_bodies_that_say_to_be_a_reference_are_read_beside_its_claim(moderator, listing):
    subject = uuid.uuid4()
    claim = Claim.objects.create(listing=listing, kind="reference", subject=subject)
    BodyUse.objects.create(
        listing=listing, siret="00000001800010", body="Commune de Valfictif", reference=subject
    )
    BodyUse.objects.create(listing=listing, siret="00000002600013", body="Commune ailleurs")
    text = moderator.get(reverse("allegations:edit", args=[claim.pk])).content.decode()
    assert "Commune de Valfictif" in text
    assert "00000001800010" in text
    assert "Commune ailleurs" not in text
    other = Claim.objects.create(listing=listing, kind="rgaa")
    text = moderator.get(reverse("allegations:edit", args=[other.pk])).content.decode()
    assert "Commune" not in text
