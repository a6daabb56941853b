"""« Motifs et textes types »: loaded once, then the moderators' own."""

import pytest
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Reason, Takedown
from catalogue.services import load_vocabularies
from home.services import MODERATORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.factories import make_sheet
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, site):
    return sign_in_staff(client, staff(MODERATORS))


@pytest.fixture
def reason(site):
    return Reason.objects.get(purpose=Reason.Purpose.RETURN, code="prix")


def test_every_purpose_has_its_reasons_and_their_texts(site):
    for purpose, least in (("return", 8), ("takedown", 6), ("report", 5), ("recommendation", 3)):
        rows = Reason.objects.offered(purpose)
        assert len(rows) >= least
        assert all(len(row.text) > 40 and "\n" not in row.text for row in rows)


def test_a_text_that_a_moderator_wrote_stays(desk, reason):
    address = reverse("motifs:edit", args=[reason.pk])
    desk.post(
        address,
        {"label": "Prix à dire", "text": "Dites vos prix.", "position": 3, "is_active": "on"},
    )
    load_vocabularies()
    reason.refresh_from_db()
    assert (reason.label, reason.text) == ("Prix à dire", "Dites vos prix.")


def test_a_code_that_decisions_hold_does_not_change(desk, reason):
    desk.post(
        reverse("motifs:edit", args=[reason.pk]),
        {
            "label": "Prix",
            "text": "Texte.",
            "position": 0,
            "code": "autre-code",
            "purpose": "report",
        },
    )
    reason.refresh_from_db()
    assert (reason.label, reason.code, reason.purpose) == ("Prix", "prix", "return")
    assert not reason.is_active


def test_a_new_reason_is_offered(desk):
    values = {
        "purpose": "return",
        "code": "accessibilite",
        "label": "Accessibilité",
        "text": "Dites-en plus.",
    }
    desk.post(reverse("motifs:add"), {**values, "position": 9, "is_active": "on"})
    assert Reason.objects.offered("return").filter(code="accessibilite").exists()


def test_a_reason_given_to_a_vendor_is_not_deleted(desk, reason, site):
    vendor = sheets.attached_vendor()
    owner = sheets.member(vendor)
    row = sheets.submit(sheets.draft(vendor, owner), owner)
    row.outcome, row.reason, row.comment = "returned", "prix", "Un prix."
    row.decided_at = timezone.now()
    row.save()
    taken = Reason.objects.filter(purpose=Reason.Purpose.TAKEDOWN).first()
    Takedown.objects.create(
        listing=make_sheet().listing, reason=taken, comment="Contenu repris sans droit."
    )
    for kept in (reason, taken):
        desk.post(reverse("motifs:delete", args=[kept.pk]))
        assert Reason.objects.filter(pk=kept.pk).exists()


def test_a_reason_that_nobody_gave_is_deleted(desk, reason):
    desk.post(reverse("motifs:delete", args=[reason.pk]))
    assert not Reason.objects.filter(pk=reason.pk).exists()
