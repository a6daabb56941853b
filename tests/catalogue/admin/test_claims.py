"""Claims and their evidence in the admin."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalogue.admin.claims import ClaimViewSet
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


def test_nothing_typed_in_the_form_verifies_contests_or_moves_a_claim(moderator, listing):
    forged = {
        "verified_on": "03/02/2026", "verified_by": "moi", "expires_on": "03/02/2027",
        "contested_on": "03/02/2026", "contest_reason": "Non",
    }  # fmt: skip
    url = {"evidence-0-url": "https://exemple.fr/a"}
    moderator.post(reverse("allegations:add"), claim_form(listing, **forged, **url))
    claim = Claim.objects.get()
    there = reverse("allegations:edit", args=[claim.pk])
    moved = claim_form(listing, kind="libre", declared_on="04/02/2026", **forged, **url)
    moderator.post(there, moved)
    claim.refresh_from_db()
    assert (claim.verified_on, claim.contested_on, claim.expires_on) == (None, None, None)
    assert (claim.kind, claim.declared_on) == ("rgaa", dt.date(2026, 2, 4))


def test_an_answer_comes_with_the_questionnaire_alone(moderator, listing):
    page = moderator.get(reverse("allegations:add"))
    assert "answer" not in dict(page.context["form"].fields["kind"].choices)
    answer = Claim.objects.create(listing=listing, kind="answer", key="essai/SE-01")
    assert moderator.get(reverse("allegations:edit", args=[answer.pk])).status_code == 200
    moderator.post(reverse("allegations:delete", args=[answer.pk]))
    assert Claim.objects.filter(pk=answer.pk).exists()


def test_a_piece_that_is_not_handed_in_is_nobodys_business(moderator, listing):
    claim = Claim.objects.create(listing=listing, kind="rgaa")
    piece = Evidence.objects.create(
        claim=claim, title="Brouillon d'audit", is_draft=True,
        file=SimpleUploadedFile("a.pdf", b"%PDF-1.7"),
    )  # fmt: skip
    for view in ("edit", "inspect"):
        page = moderator.get(reverse(f"allegations:{view}", args=[claim.pk])).content.decode()
        assert "Brouillon" not in page
    assert moderator.get(reverse("evidence_file", args=[piece.uid])).status_code == 404


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


def test_answers_are_listed_when_asked_for_or_when_something_waits(moderator, listing):
    own = Claim.objects.create(listing=listing, kind="libre")
    quiet, doubted, waiting = (
        Claim.objects.create(listing=listing, kind="answer", key=f"essai/SE-0{n}") for n in range(3)
    )
    doubted.contests.create(reason="Non.", said="Oui", public_from=dt.date.today())
    today = dt.date.today()
    waiting.verifications.create(ground="people", finding="Lu.", expires_on=today)
    index = reverse("allegations:index")

    def listed(**query):
        return set(moderator.get(index, query).context["object_list"])

    assert listed() == listed(state="unverified") == {own, doubted, waiting}
    assert listed(kind="answer") == {quiet, doubted, waiting}
    assert listed(state="changed") == {doubted}
    page = moderator.get(reverse("allegations:inspect", args=[doubted.pk])).content.decode()
    assert "a changé ce qu" in page
    Claim.objects.filter(pk=quiet.pk).update(verified_on=today, verified_by="LABEL")
    assert listed(state="verified") == {quiet}
    assert (
        "Vérifié par LABEL"
        in moderator.get(reverse("allegations:inspect", args=[quiet.pk])).content.decode()
    )


def test_pieces_that_are_given_are_counted_and_those_that_hold_make_it_justified(
    moderator, listing
):
    claim = Claim.objects.create(listing=listing, kind="rgaa")
    for title, more in (("a", {}), ("b", {"expires_on": "2020-01-01"}), ("c", {"is_draft": True})):
        claim.evidence.create(title=title, url="https://exemple.fr/a", **more)
    address = {"ordering": "-evidence_count"}
    (row,) = moderator.get(reverse("allegations:index"), address).context["object_list"]
    assert (row.evidence_count, row.holding_evidence) == (2, 1)


def test_what_was_verified_while_the_form_was_open_is_not_written_back(listing):
    claim = Claim.objects.create(listing=listing, kind="rgaa")
    data = claim_form(listing, declared_on="04/02/2026", **{"evidence-0-url": "https://ex.fr/a"})
    form_class = ClaimViewSet().edit_handler.bind_to_model(Claim).get_form_class()
    form = form_class(data, instance=Claim.objects.get())
    Claim.objects.update(verified_on=dt.date(2026, 3, 1), verified_by="Mission LABEL")
    assert form.is_valid()
    form.save()
    claim.refresh_from_db()
    assert (claim.declared_on, claim.verified_by) == (dt.date(2026, 2, 4), "Mission LABEL")
    assert claim.evidence.count() == 1


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
    text = moderator.get(reverse("allegations:inspect", args=[claim.pk])).content.decode()
    assert "Commune de Valfictif" in text
    assert "00000001800010" in text
    assert "Commune ailleurs" not in text
    other = Claim.objects.create(listing=listing, kind="rgaa")
    text = moderator.get(reverse("allegations:inspect", args=[other.pk])).content.decode()
    assert "Commune" not in text
