"""What the pages of a company say, and keep, when something is wrong."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalogue.models import Proof, Request, Vendor
from catalogue.vendor_space import views_registration
from tests.catalogue.company_api import CEASED, NOBODY, SARL, SOLE_TRADER
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import attach, member, person

pytestmark = pytest.mark.django_db

VALUES = {"name": "Fictilog", "size": "pe", "origin": "non-renseignee"}


@pytest.fixture
def somebody(site, client):
    user = person()
    client.force_login(user)
    return user


@pytest.fixture
def vendor(site):
    return VendorFactory(siren=SARL, slug="fictilog", name="Fictilog")


@pytest.fixture
def owner(vendor, client):
    user = member(vendor)
    client.force_login(user)
    return user


def check(siren):
    return f"{reverse('company_check')}?siren={siren}"


def text(response):
    return response.content.decode()


class TestRegistering:
    def test_a_mistyped_siren_says_so_and_stays(self, somebody, client):
        page = client.post(reverse("company_register"), {"siren": "123 456 789"})
        assert "Ce SIREN n&#x27;existe pas" in text(page)
        assert 'value="123456789"' in text(page) or 'value="123 456 789"' in text(page)

    def test_a_company_is_found_by_its_name(self, somebody, client, company_api):
        page = client.get(reverse("company_register"), {"nom": "logiciels"})
        assert check(SARL) in text(page)
        nothing = client.get(reverse("company_register"), {"nom": "zzzz"})
        assert "Aucune entreprise en activité de ce nom" in text(nothing)

    def test_an_employee_finds_the_siren_filled_in(self, site, client):
        client.force_login(person(siret=f"{SARL}00012"))
        assert f'value="{SARL}"' in text(client.get(reverse("company_register")))

    def test_a_ceased_company_leads_back_with_the_reason(self, somebody, client, company_api):
        assert "a cessé son activité" in text(client.get(check(CEASED)))

    def test_a_sole_trader_types_their_own_name(self, somebody, client, company_api):
        page = client.get(check(SOLE_TRADER))
        assert page.context["form"]["name"].value() is None
        assert "nous ne reprenons pas votre nom" in text(page)

    def test_an_unknown_siren_goes_on_by_hand(self, somebody, client, company_api):
        assert "ne montre pas ce SIREN" in text(client.get(check(NOBODY)))

    def test_the_register_down_goes_on_by_hand(self, somebody, client, company_api):
        company_api.script = ["broken"] * 6
        assert "ne répond pas" in text(client.get(check(SARL)))
        done = client.post(check(SARL), VALUES)
        assert done.url == reverse("company_proofs", args=["fictilog"])
        assert "ne répond pas" in text(client.get(reverse("company_register"), {"nom": "abcdef"}))

    def test_nobody_uses_up_the_rate_of_the_register(
        self, somebody, client, company_api, monkeypatch
    ):
        monkeypatch.setattr(views_registration, "LOOKUPS_PER_HOUR", 1)
        assert client.get(check(SARL)).context["lookup"].company
        assert not client.get(check(SARL)).context["lookup"].company
        page = client.get(reverse("company_register"), {"nom": "logiciels"})
        assert "Trop de demandes" in text(page)

    def test_what_was_typed_stays_beside_the_errors(self, somebody, client, company_api):
        values = {**VALUES, "name": "", "origin": "hors-ue", "website": "pas une adresse"}
        page = client.post(check(SARL), {**values, "contact_email": "ana@fictilog.example"})
        assert set(page.context["form"].errors) == {
            "name",
            "origin_proof",
            "group_size",
            "website",
        }
        assert "data-error-summary" in text(page)
        assert "ana@fictilog.example" in text(page)
        assert "pas une adresse" in text(page)

    def test_what_the_model_refuses_is_said_beside_its_field(self, somebody, client, company_api):
        long = f"https://exemple.example/{'a' * 300}"
        page = client.post(check(SARL), {**VALUES, "website": long})
        assert list(page.context["form"].errors) == ["website"]
        assert not Vendor.objects.exists()

    def test_who_types_a_registered_siren_is_led_to_ask(self, vendor, somebody, client):
        assert client.get(check(SARL)).url == reverse("company_ask", args=["fictilog"])
        client.force_login(member(vendor))
        assert client.get(check(SARL)).url == reverse("company", args=["fictilog"])

    def test_a_stranger_who_types_a_siren_publishes_nothing(self, somebody, client, company_api):
        client.post(check(SARL), VALUES)
        vendor = Vendor.objects.get()
        assert client.get(vendor.get_absolute_url()).status_code == 404
        assert "Non rattachée" in text(client.get(reverse("vendor_space")))

    def test_a_company_from_abroad(self, somebody, client):
        values = {**VALUES, "country": "DE", "national_id": " hrb 12 ", "name": "Beispiel"}
        client.post(reverse("company_abroad"), values)
        vendor = Vendor.objects.get()
        assert (vendor.country, vendor.national_id) == ("DE", "HRB12")
        client.force_login(person())
        again = client.post(reverse("company_abroad"), {**values, "national_id": "HRB12"})
        assert again.url == reverse("company_ask", args=[vendor.slug])
        france = client.post(reverse("company_abroad"), {**values, "country": "FR"})
        assert "country" in france.context["form"].errors

    @pytest.mark.parametrize("value", ["\0", "A" * 5000, "<script>", "é\nb"])
    def test_odd_text_is_never_an_error_page(self, somebody, client, company_api, value):
        for name in ("name", "website", "origin", "size", "contact_email"):
            assert client.post(check(SARL), {**VALUES, name: value}).status_code in (200, 302)
        assert client.get(reverse("company_register"), {"nom": value}).status_code == 200
        assert client.get(reverse("company_check"), {"siren": value}).status_code == 200


class TestPresenting:
    def values(self, client, **changes):
        form = client.get(reverse("company", args=["fictilog"])).context["form"]
        values = {name: form[name].value() or "" for name in form.fields}
        return {name: value for name, value in {**values, **changes}.items() if value is not False}

    def test_it_is_saved(self, vendor, owner, client):
        client.post(
            reverse("company", args=["fictilog"]), self.values(client, description="Nous voici.")
        )
        vendor.refresh_from_db()
        assert vendor.description == "Nous voici."
        assert (vendor.size, vendor.size_source) == ("pe", "sirene")

    def test_the_second_of_two_is_told_and_loses_nothing(self, vendor, owner, client):
        there = reverse("company", args=["fictilog"])
        first, second = self.values(client), self.values(client)
        client.post(there, {**first, "description": "Texte de la première personne."})
        page = client.post(there, {**second, "description": "Le mien."})
        assert page.status_code == 409
        assert "Texte de la première personne." in text(page)
        assert page.context["form"]["description"].value() == "Le mien."
        vendor.refresh_from_db()
        assert vendor.description == "Texte de la première personne."

        again = {**second, "description": "Les deux.", "seen": page.context["form"]["seen"].value()}
        assert client.post(there, again).status_code == 302
        vendor.refresh_from_db()
        assert vendor.description == "Les deux."

    def test_values_of_the_register_are_proposed_with_their_source(
        self, vendor, owner, client, company_api
    ):
        there = reverse("company_compare", args=["fictilog"])
        assert "SIRENE (Insee)" in text(client.get(there))
        client.post(there, {"champ": ["legal_name", "inconnu"]})
        vendor.refresh_from_db()
        assert vendor.legal_name == "LOGICIELS FICTIFS"

    def test_the_register_down_says_so(self, vendor, owner, client, company_api):
        company_api.script = ["broken"] * 2
        assert "ne répond pas" in text(client.get(reverse("company_compare", args=["fictilog"])))

    def test_the_contact_address_is_never_shown_to_the_public(self, site, client):
        vendor = VendorFactory(contact_email="ana@fictilog.example")
        make_sheet(vendor=vendor)
        assert "ana@fictilog.example" not in text(client.get(vendor.get_absolute_url()))


class TestProving:
    def test_a_file_that_is_no_mandate_is_refused_with_a_reason(self, vendor, owner, client):
        there = reverse("company_mandate", args=["fictilog"])
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
        page = client.post(there, {"mandate": SimpleUploadedFile("m.pdf", svg)})
        assert "Ce fichier est de type SVG" in text(page)
        assert "Choisissez le fichier" in text(client.post(there))
        assert not Proof.objects.exists()

    def test_a_pdf_waits_for_a_moderator(self, vendor, owner, client):
        file = SimpleUploadedFile("../../m.pdf", b"%PDF-1.7\n%%EOF")
        client.post(reverse("company_mandate", args=["fictilog"]), {"mandate": file})
        proof = Proof.objects.get()
        assert proof.state == "waiting"
        assert proof.mandate.name.startswith("mandats/")
        assert "à examiner" in text(client.get(reverse("company_proofs", args=["fictilog"])))

    def test_an_address_open_to_all_is_refused_beside_its_field(self, vendor, owner, client):
        there = reverse("company_address", args=["fictilog"])
        page = client.post(there, {"email": "ana@gmail.com"})
        assert "ouvert à tous" in text(page)
        assert 'value="ana@gmail.com"' in text(page)

    def test_a_wrong_code_is_said(self, vendor, owner, client):
        proof = Proof.objects.create(
            vendor=vendor, by=owner, kind="email", state="code", email="a@b.example"
        )
        page = client.post(
            reverse("company_code", args=["fictilog", proof.uid]), {"code": "AAAA-AAAA"}
        )
        assert "demandez-en un nouveau" in text(page)

    def test_the_mandate_to_sign_names_the_company(self, vendor, owner, client):
        answer = client.get(reverse("company_model", args=["fictilog"]))
        assert answer["Content-Disposition"].startswith("attachment")
        assert SARL in text(answer)

    def test_an_attached_company_says_so(self, vendor, owner, client):
        attach(vendor)
        page = client.get(reverse("company_proofs", args=["fictilog"]))
        assert "peut soumettre ses fiches" in text(page)


class TestAsking:
    def test_asking_deciding_and_withdrawing(self, vendor, client):
        asker, owner = person(), member(vendor)
        client.force_login(asker)
        there = reverse("company_ask", args=["fictilog"])
        short = client.post(there, {"kind": "join", "message": "Moi"})
        assert "Dites-en un peu plus" in text(short)
        client.post(there, {"kind": "join", "message": "Je travaille au support."})
        again = client.post(there, {"kind": "join", "message": "Je travaille au support."})
        assert "déjà en cours" in text(again)
        assert "Je travaille au support." in text(again)
        asked = Request.objects.get()
        client.force_login(owner)
        assert "Je travaille au support." in text(
            client.get(reverse("company_requests", args=["fictilog"]))
        )
        assert "demande à rejoindre" in text(client.get(reverse("vendor_space")))
        client.post(
            reverse("company_decide", args=["fictilog", asked.uid]),
            {"decision": "refuse", "answer": "Non merci"},
        )
        client.force_login(asker)
        assert "Non merci" in text(client.get(reverse("vendor_space")))

    def test_without_an_owner_one_writes_to_mission_label(self, vendor, somebody, client):
        there = reverse("company_ask", args=["fictilog"])
        page = client.post(there, {"kind": "join", "message": "Je dirige l'entreprise."})
        assert "kind" in page.context["form"].errors

    def test_a_dispute_may_carry_a_piece_and_a_join_may_not(self, vendor, client):
        member(vendor)
        client.force_login(person())
        there = reverse("company_ask", args=["fictilog"])

        def send(kind):
            piece = SimpleUploadedFile("kbis.pdf", b"%PDF-1.7\n%%EOF")
            data = {"kind": kind, "message": "Je dirige l'entreprise.", "evidence": piece}
            return client.post(there, data)

        assert "Une pièce n&#x27;accompagne qu&#x27;une contestation" in text(send("join"))
        assert send("dispute").status_code == 302
        assert Request.objects.get().evidence.name.startswith("contestations/")

    def test_an_employee_takes_over_what_nobody_proved(self, vendor, client):
        member(vendor)
        client.force_login(person(siret=f"{SARL}00012"))
        assert "Devenir propriétaire" in text(client.get(reverse("company_ask", args=["fictilog"])))
        done = client.post(reverse("company_claim", args=["fictilog"]))
        assert done.url == reverse("company", args=["fictilog"])


class TestMembers:
    def test_the_last_owner_is_told_why_not(self, vendor, owner, client):
        member(vendor, "editor")
        page = client.post(reverse("company_leave", args=["fictilog"]))
        assert "nommez-en un" in text(page)

    def test_leaving_alone_erases_the_company_and_says_so_first(self, vendor, owner, client):
        there = reverse("company_leave", args=["fictilog"])
        assert "effacée avec votre départ" in text(client.get(there))
        assert client.post(there).url == reverse("vendor_space")
        assert not Vendor.objects.exists()

    def test_a_link_for_somebody_else_does_not_say_who_invites(self, vendor, owner, client):
        clef = hashlib.sha256(b"clef").hexdigest()
        vendor.invitations.create(email="zoe@b.example", token_hash=clef)
        page = client.get(reverse("company_invitation", args=["clef"]))
        assert page.status_code == 403
        assert "Fictilog" not in text(page)
        assert client.post(reverse("company_invitation", args=["clef"])).status_code == 403

    def test_pages_are_kept_by_no_proxy(self, vendor, owner, client):
        page = client.get(reverse("company_members", args=["fictilog"]))
        assert "no-store" in page["Cache-Control"]
