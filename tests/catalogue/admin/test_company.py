"""Moderators decide on proofs and disputes, and see who acts for a company."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from catalogue.models import Proof, Request, Vendor
from home.services import EDITORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.people import member, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(vendor):
    return member(vendor)


@pytest.fixture
def mandate(vendor, owner):
    proof = Proof.objects.create(vendor=vendor, by=owner, kind="mandate", state="waiting")
    proof.mandate.save("m.pdf", ContentFile(b"%PDF-1.7 mandat"))
    return proof


@pytest.fixture
def dispute(vendor, owner):
    return Request.objects.create(
        vendor=vendor, user=person(), kind="dispute", message="Je dirige l'entreprise."
    )


def text(response):
    return response.content.decode()


def test_a_mandate_is_read_then_accepted(moderator, vendor, mandate):
    there = reverse("preuves:inspect", args=[mandate.pk])
    file = reverse("proof_mandate", args=[mandate.uid])
    assert file in text(moderator.get(there))
    answer = moderator.get(file)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 mandat"
    assert answer["Content-Disposition"].startswith("attachment")
    moderator.post(there, {"decision": "approve"})
    assert vendor.is_attached


def test_a_refusal_needs_a_reason(moderator, vendor, mandate):
    there = reverse("preuves:inspect", args=[mandate.pk])
    assert "Donnez le motif" in text(moderator.post(there, {"decision": "refuse"}, follow=True))
    moderator.post(there, {"decision": "refuse", "reason": "Illisible"})
    mandate.refresh_from_db()
    assert (mandate.state, mandate.reason) == ("refused", "Illisible")


@pytest.mark.parametrize(
    ("website", "email", "same"),
    [
        ("https://www.fictilog.example/a", "ana@fictilog.example", True),
        ("https://fictilog.example:8443", "ana@fictilog.example", True),
        ("https://notfictilog.example", "ana@fictilog.example", False),
        ("https://fictilog.example.evil.example", "ana@fictilog.example", False),
        ("", "ana@fictilog.example", False),
    ],
)
def test_the_address_is_compared_with_the_declared_site(
    moderator, vendor, owner, website, email, same
):
    vendor.website = website
    vendor.save()
    proof = Proof.objects.create(
        vendor=vendor, by=owner, kind="email", state="waiting", email=email
    )
    page = text(moderator.get(reverse("preuves:inspect", args=[proof.pk])))
    assert ("vérifiez ailleurs" not in page) is same


def test_a_dispute_is_settled_with_a_reason(moderator, vendor, owner, dispute):
    there = reverse("contestations:inspect", args=[dispute.pk])
    assert "Je dirige l&#x27;entreprise." in text(moderator.get(there))
    moderator.post(there, {"decision": "approve"})
    assert vendor.memberships.get().user == owner
    moderator.post(there, {"decision": "approve", "reason": "Kbis lu"})
    assert vendor.memberships.get().user == dispute.user


def test_lists_show_what_waits_and_disputes_only(moderator, vendor, mandate, dispute):
    Request.objects.create(vendor=vendor, user=person(), kind="join", message="Bonjour à tous")
    proofs = moderator.get(reverse("preuves:index"), {"state": "waiting"})
    assert [row.pk for row in proofs.context["object_list"]] == [mandate.pk]
    disputes = moderator.get(reverse("contestations:index"))
    assert [row.pk for row in disputes.context["object_list"]] == [dispute.pk]


def test_nobody_writes_proofs_by_hand(moderator, mandate):
    for name in ("add", "edit", "delete"):
        there = reverse(f"preuves:{name}", args=[] if name == "add" else [mandate.pk])
        assert moderator.get(there).status_code == 302


def test_a_moderator_who_acts_for_the_company_only_reads(client, site, vendor, mandate):
    insider = staff("Modération")
    vendor.memberships.create(user=insider, role="editor")
    sign_in_staff(client, insider)
    there = reverse("preuves:inspect", args=[mandate.pk])
    assert "Vous ne pouvez pas décider" in text(client.get(there))
    client.post(there, {"decision": "approve"})
    assert not vendor.is_attached
    assert client.get(reverse("proof_mandate", args=[mandate.uid])).status_code != 200


def test_others_neither_read_nor_decide(client, site, owner, vendor, mandate, dispute):
    sign_in_staff(client, staff(EDITORS))
    addresses = [
        reverse("preuves:index"),
        reverse("preuves:inspect", args=[mandate.pk]),
        reverse("proof_mandate", args=[mandate.uid]),
        reverse("contestations:inspect", args=[dispute.pk]),
        reverse("dispute_file", args=[dispute.uid]),
    ]
    for address in addresses:
        assert client.get(address).status_code == 302
    client.post(addresses[1], {"decision": "approve"})
    client.force_login(owner)
    for address in addresses:
        assert client.get(address).status_code in (302, 403)
    client.post(addresses[1], {"decision": "approve"})
    assert not vendor.is_attached


def test_a_vendor_shows_its_members_proofs_and_where_values_come_from(
    moderator, vendor, owner, mandate
):
    there = reverse("offreurs:edit", args=[vendor.pk])
    vendor.recorded_values.create(field="region", value="53", source="register")
    page = text(moderator.get(there))
    assert str(owner) in page
    assert "répertoire public des entreprises" in page
    assert reverse("preuves:inspect", args=[mandate.pk]) in page


def test_what_a_moderator_corrects_is_recorded_as_theirs(moderator, vendor):
    there = reverse("offreurs:edit", args=[vendor.pk])
    form = moderator.get(there).context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    values |= {"ess": "", "mission_company": "", "region": "53"}
    moderator.post(there, {name: value for name, value in values.items() if value != ""})
    recorded = vendor.recorded_values.get()
    assert (recorded.field, recorded.value, recorded.source) == ("region", "53", "moderator")
    moderator.post(reverse("offreurs:delete", args=[vendor.pk]))
    assert not Vendor.objects.filter(pk=vendor.pk).exists()


def test_the_dashboard_counts_what_waits(moderator, client, vendor, mandate, dispute):
    page = text(moderator.get(reverse("wagtailadmin_home")))
    assert "1 preuve à examiner" in page
    assert "1 contestation à examiner" in page
    sign_in_staff(client, staff(EDITORS))
    assert "à examiner" not in text(client.get(reverse("wagtailadmin_home")))
