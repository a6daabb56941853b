"""From nothing to an attached company with two members, by the pages alone."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from catalogue.models import Membership, Proof, Vendor
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.company_api import SARL
from tests.catalogue.people import moderator, person

pytestmark = pytest.mark.django_db


def test_a_company_is_registered_proved_and_shared(
    site, client, company_api, django_capture_on_commit_callbacks
):
    def post(address, **data):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(address, data)

    owner = person("ana@fictilog.example")
    client.force_login(owner)
    there = post(reverse("company_register"), siren="000 000 018")
    page = client.get(there.url)
    form = page.context["form"]
    assert form["name"].value() == "FICTILOG"
    assert "PERSONNE" not in page.content.decode()

    values = {name: form[name].value() or "" for name in form.fields}
    values |= {"website": "https://www.fictilog.example", "ess": ""}
    registered = post(there.url, **values)
    vendor = Vendor.objects.get(siren=SARL)
    assert registered.url == reverse("company_proofs", args=[vendor.slug])
    assert (vendor.size, vendor.size_source, vendor.region) == ("pe", "sirene", "53")
    assert not vendor.is_attached

    post(reverse("company_address", args=[vendor.slug]), email="direction@fictilog.example")
    proof = Proof.objects.get()
    sign_in_staff(client, moderator())
    post(reverse("preuves:inspect", args=[proof.pk]), decision="approve")
    sent = next(message for message in mail.outbox if message.to == ["direction@fictilog.example"])
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", sent.body)[0]

    client.force_login(owner)
    post(reverse("company_code", args=[vendor.slug, proof.uid]), code=code.lower())
    assert vendor.is_attached

    post(
        reverse("company_members", args=[vendor.slug]),
        email="bob@fictilog.example",
        role="editor",
    )
    link = re.search(r"/espace-editeur/invitation/\S+", mail.outbox[-1].body)[0]
    colleague = person("bob@fictilog.example")
    client.force_login(colleague)
    assert "FICTILOG" in client.get(link).content.decode()
    post(link)
    roles = Membership.objects.filter(vendor=vendor).values_list("user", "role")
    assert set(roles) == {(owner.pk, "owner"), (colleague.pk, "editor")}
