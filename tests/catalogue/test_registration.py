"""Entering a company: what the register proposes, what people declare, and nothing twice."""

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.services import Refused
from catalogue import registration
from catalogue.models import RecordedValue, Role, Vendor
from catalogue.registration import (
    AlreadyRegistered,
    Outdated,
    accept_register_values,
    change_company,
    check_registrations,
    register_company,
    version,
)
from tests.catalogue.company_api import CEASED, COOPERATIVE, NOBODY, SARL, SOLE_TRADER
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import attach, member, person

pytestmark = pytest.mark.django_db

ACCEPTED = {"name": "FICTILOG", "legal_name": "LOGICIELS FICTIFS", "region": "53", "size": "pe"}
ABROAD = {"origin": "hors-ue", "origin_proof": "Rapport annuel 2025", "group_size": "ge"}


def sources(vendor):
    return {row.field: row.source for row in vendor.recorded_values.all()}


class TestRegistering:
    def test_values_taken_from_the_register_say_so_and_others_are_the_persons(self, company_api):
        by = person()
        values = {**ACCEPTED, "name": "Fictilog", "website": "https://fictilog.example"}
        vendor = register_company(by=by, siren=SARL, values=values)
        assert (vendor.size, vendor.size_source, vendor.size_year) == ("pe", "sirene", 2023)
        found = sources(vendor)
        assert (found["legal_name"], found["region"], found["size"]) == ("register",) * 3
        assert (found["name"], found["website"]) == ("vendor", "vendor")
        assert vendor.memberships.get().role == Role.OWNER
        assert not vendor.is_attached

    def test_no_name_of_a_person_is_kept_of_a_sole_trader(self, company_api):
        vendor = register_company(by=person(), siren=SOLE_TRADER, values={"name": "Studio fictif"})
        kept = str([vars(vendor), list(vendor.recorded_values.values())]).lower()
        assert "personne conseil" not in kept
        assert "inventée" not in kept

    def test_the_register_down_does_not_block(self, company_api):
        company_api.script = ["broken"] * 4
        vendor = register_company(by=person(), siren=SARL, values=ACCEPTED)
        assert (vendor.size, vendor.size_source) == ("pe", "declare")
        assert sources(vendor)["register"] == "vendor"

    def test_a_company_that_ceased_is_refused(self, company_api):
        with pytest.raises(Refused, match="cessé"):
            register_company(by=person(), siren=CEASED, values=ACCEPTED)
        assert not Vendor.objects.exists()

    def test_a_siren_is_registered_once(self, company_api):
        first = register_company(by=person(), siren=SARL, values=ACCEPTED)
        with pytest.raises(AlreadyRegistered) as refusal:
            register_company(by=person(), siren=SARL, values=ACCEPTED)
        assert refusal.value.vendor == first
        assert first.memberships.count() == 1

    def test_a_company_entered_between_the_check_and_the_insertion_is_found_again(
        self, company_api, monkeypatch
    ):
        first = register_company(by=person(), siren=SARL, values=ACCEPTED)
        answers = iter([None, first])
        monkeypatch.setattr(registration, "registered", lambda **asked: next(answers))
        with pytest.raises(AlreadyRegistered):
            register_company(by=person(), siren=SARL, values=ACCEPTED)

    def test_an_address_taken_meanwhile_is_replaced(self, company_api, monkeypatch):
        VendorFactory(slug="fictilog")
        monkeypatch.setattr(registration, "_free_slug", lambda name: "fictilog")
        vendor = register_company(by=person(), siren=SARL, values=ACCEPTED)
        assert vendor.slug.startswith("fictilog-")

    def test_a_company_never_takes_an_address_of_the_vendor_space(self, company_api):
        vendor = register_company(by=person(), siren=SARL, values={"name": "Inscription"})
        assert vendor.slug == "inscription-2"

    def test_a_company_from_abroad_has_a_country_and_a_number(self):
        values = {"name": "Beispiel", **ABROAD, "origin": "ue", "group_size": "me"}
        vendor = register_company(by=person(), country="DE", national_id="HRB1", values=values)
        assert (vendor.size, vendor.size_source, vendor.siren) == ("me", "declare", None)
        with pytest.raises(AlreadyRegistered):
            register_company(by=person(), country="DE", national_id="HRB1", values=values)
        with pytest.raises(ValidationError):
            register_company(by=person(), country="DE", national_id="", values=values)

    def test_an_employee_that_proconnect_names_is_attached_at_once(self, company_api):
        by = person(siret=f"{SARL}00012")
        vendor = register_company(by=by, siren=SARL, values=ACCEPTED)
        assert vendor.is_attached
        assert vendor.proofs.get().siret == f"{SARL}00012"

    def test_an_employee_of_another_company_is_not(self, company_api):
        by = person(siret=f"{COOPERATIVE}00012")
        assert not register_company(by=by, siren=SARL, values=ACCEPTED).is_attached

    def test_nobody_registers_companies_by_the_dozen(self, company_api):
        by = person()
        for number in range(registration.REGISTRATIONS_PER_DAY):
            register_company(
                by=by, country="BE", national_id=f"BE{number}", values={"name": "Exemple"}
            )
        with pytest.raises(Refused, match="Réessayez plus tard"):
            register_company(by=by, country="BE", national_id="BE99", values={"name": "Exemple"})


class TestOriginAndSize:
    def test_a_french_company_led_from_abroad_shows_that_origin_and_its_groups_size(
        self, company_api
    ):
        vendor = register_company(by=person(), siren=SARL, values={**ACCEPTED, **ABROAD})
        assert (vendor.country, vendor.origin) == ("FR", "hors-ue")
        assert (vendor.size, vendor.size_source) == ("ge", "declare")

    def test_its_size_is_unknown_until_the_groups_is_declared(self, company_api):
        values = {**ACCEPTED, **ABROAD, "group_size": ""}
        vendor = register_company(by=person(), siren=SARL, values=values)
        assert (vendor.size, vendor.size_source, vendor.size_year) == ("non-renseignee", "", None)

    @pytest.mark.parametrize(
        ("group_size", "expected"), [("", ("non-renseignee", "")), ("pe", ("pe", "declare"))]
    )
    def test_an_origin_declared_later_drops_the_size_that_sirene_gave(
        self, company_api, group_size, expected
    ):
        by = person()
        vendor = register_company(by=by, siren=SARL, values=ACCEPTED)
        changed = change_company(
            vendor=vendor,
            by=by,
            seen=version(vendor),
            values={**ACCEPTED, **ABROAD, "group_size": group_size},
        )
        assert (changed.size, changed.size_source) == expected

    def test_the_register_never_takes_that_size_back(self, company_api):
        by = person()
        vendor = register_company(by=by, siren=SARL, values={**ACCEPTED, **ABROAD})
        fields = ["size", "size_source", "size_year", "origin"]
        assert accept_register_values(vendor=vendor, by=by, fields=fields) == []
        vendor.refresh_from_db()
        assert (vendor.size, vendor.origin) == ("ge", "hors-ue")

    def test_a_size_left_as_it_was_keeps_its_source(self, company_api):
        by = person()
        vendor = register_company(by=by, siren=SARL, values=ACCEPTED)
        changed = change_company(
            vendor=vendor,
            by=by,
            seen=version(vendor),
            values={**ACCEPTED, "description": "Bonjour"},
        )
        assert (changed.size_source, changed.size_year) == ("sirene", 2023)
        again = change_company(
            vendor=changed, by=by, seen=version(changed), values={**ACCEPTED, "size": "me"}
        )
        assert again.size_source == "declare"


class TestChanging:
    def test_whoever_saves_second_is_told(self):
        vendor = VendorFactory()
        seen, by = version(vendor), member(vendor, "editor")
        change_company(vendor=vendor, by=by, seen=seen, values={"description": "Un"})
        with pytest.raises(Outdated) as refusal:
            change_company(vendor=vendor, by=by, seen=seen, values={"description": "Deux"})
        assert refusal.value.vendor.description == "Un"

    def test_a_public_company_that_nobody_proved_is_not_rewritten(self, site):
        vendor = VendorFactory()
        make_sheet(vendor=vendor)
        by = member(vendor)
        with pytest.raises(Refused, match="prouvez"):
            change_company(vendor=vendor, by=by, seen=version(vendor), values={"name": "Autre"})
        attach(vendor)
        change_company(vendor=vendor, by=by, seen=version(vendor), values={"name": "Autre"})

    def test_a_stranger_changes_nothing(self):
        vendor = VendorFactory()
        stranger = member(VendorFactory())
        with pytest.raises(PermissionDenied):
            change_company(vendor=vendor, by=stranger, seen=version(vendor), values={})
        with pytest.raises(PermissionDenied):
            accept_register_values(vendor=vendor, by=stranger, fields=["name"])

    def test_values_of_the_register_are_taken_one_by_one(self, company_api):
        vendor = VendorFactory(siren=COOPERATIVE, size="non-renseignee", size_source="")
        by = member(vendor)
        changed = accept_register_values(vendor=vendor, by=by, fields=["size", "ess"])
        assert set(changed) == {"size", "size_source", "size_year", "ess"}
        vendor.refresh_from_db()
        assert (vendor.size, vendor.ess, vendor.legal_name) == ("eti", True, "")
        assert sources(vendor)["ess"] == "register"

    def test_the_register_down_takes_nothing(self, company_api):
        company_api.script = ["broken"] * 4
        vendor = VendorFactory(siren=COOPERATIVE)
        with pytest.raises(Refused, match="ne répond pas"):
            accept_register_values(vendor=vendor, by=member(vendor), fields=["name"])


class TestCheckingLater:
    def by_hand(self, company_api, siren=SARL):
        company_api.script = ["broken"] * 2
        return register_company(by=person(), siren=siren, values=ACCEPTED)

    def test_what_was_typed_by_hand_is_confirmed_once(self, company_api, settings):
        vendor = self.by_hand(company_api)
        registration.companies.client.cache.clear()
        assert check_registrations(dry_run=True) == 1
        assert check_registrations() == 1
        assert check_registrations() == 0
        vendor.refresh_from_db()
        assert vendor.size_source == "declare"  # nothing that people see is altered
        assert vendor.recorded_values.filter(field="active", value=True).exists()

    def test_a_company_that_proves_to_have_ceased_is_told_to_moderators(
        self, company_api, django_capture_on_commit_callbacks
    ):
        self.by_hand(company_api, CEASED)
        registration.companies.client.cache.clear()
        with django_capture_on_commit_callbacks(execute=True):
            check_registrations()
        assert "a cessé" in mail.outbox[-1].body

    def test_it_waits_while_the_register_is_down_or_knows_nothing(self, company_api):
        self.by_hand(company_api)
        company_api.script = ["broken"] * 2
        registration.companies.client.cache.clear()
        assert check_registrations() == 0
        registration.companies.client.cache.clear()
        register_company(by=person(), siren=NOBODY, values=ACCEPTED)
        assert check_registrations() == 1
        assert RecordedValue.objects.filter(field="register", source="register").count() == 1
