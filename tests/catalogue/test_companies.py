"""The public register of companies: what it gives, what it must not, and what if it is down."""

import logging
import pickle
import time

import pytest
from django.core.cache import cache

from catalogue.companies import CompanyServiceUnavailable, find, merge, search
from catalogue.proposals import accepted
from catalogue.size import SizeCategory
from tests.catalogue.company_api import (
    CEASED,
    COOPERATIVE,
    NOBODY,
    SARL,
    SOLE_TRADER,
    WITHHELD,
    company,
)


def test_a_company_is_found_by_its_siren(company_api):
    found = find(SARL)
    assert (found.siren, found.legal_name, found.trade_name) == (
        SARL,
        "LOGICIELS FICTIFS",
        "FICTILOG",
    )
    assert (found.size.category, found.size_year) == (SizeCategory.PE, 2023)
    assert (found.region, found.commune) == ("53", "RENNES")
    assert (found.ess, found.mission_company, found.active) == (False, False, True)


def test_ess_and_mission_come_as_given(company_api):
    found = find(COOPERATIVE)
    assert (found.ess, found.mission_company) == (True, True)
    assert found.size.category is SizeCategory.ETI


def test_a_company_that_the_register_does_not_show_is_none(company_api):
    assert find(NOBODY) is None


def test_a_ceased_company_says_so(company_api):
    assert find(CEASED).active is False


def test_what_a_company_withholds_is_empty(company_api):
    found = find(WITHHELD)
    assert found.partly_withheld
    assert (found.legal_name, found.commune, found.region) == ("", "", "")


def test_the_register_is_told_who_asks(company_api):
    find(SARL)
    assert company_api.agents[0].startswith("Catalogue-GouvTech")


class TestPersonalData:
    def test_managers_are_not_asked_for(self, company_api):
        find(SARL)
        assert company_api.queries[0]["minimal"] == "true"
        assert company_api.queries[0]["include"] == "siege,complements"

    def test_nothing_of_a_sole_trader_that_names_the_person_is_read(self, company_api):
        found = find(SOLE_TRADER)
        assert found.sole_trader
        assert (found.legal_name, found.trade_name, found.commune) == ("", "", "")

    def test_a_sole_trader_is_known_by_the_legal_form_alone(self, company_api):
        company_api.companies = [company(SARL, "Inventée Personne", nature_juridique="1000")]
        del company_api.companies[0]["complements"]
        assert find(SARL).legal_name == ""

    def test_no_person_is_kept_even_when_the_register_sends_all(self, company_api, monkeypatch):
        kept = []
        monkeypatch.setattr(cache, "set", lambda key, value, *rest: kept.append(value))
        for row in company_api.companies:  # a register that ignores `minimal`
            row["siege"]["adresse"] = "CHEZ PERSONNE"
        monkeypatch.setattr("tests.catalogue.company_api.SECONDARY", ())
        find(SOLE_TRADER)
        find(SARL)
        assert len(kept) == 2
        assert b"PERSONNE" not in pickle.dumps(kept).upper()

    def test_sole_traders_are_not_offered_to_a_search(self, company_api):
        assert search("personne") == []

    def test_what_is_searched_is_not_logged(self, company_api, caplog):
        caplog.set_level(logging.DEBUG)
        company_api.script = ["broken", "malformed"]
        with pytest.raises(CompanyServiceUnavailable):
            search("inventée personne")
        assert "company register" in caplog.text
        assert "personne" not in caplog.text


class TestSearch:
    def test_a_name_finds_active_companies(self, company_api):
        assert [row.siren for row in search("  fictif ")] == [SARL]
        assert search("fictif")[0].name == "LOGICIELS FICTIFS"
        assert search("passees") == []

    def test_a_word_too_short_is_not_even_asked(self, company_api):
        assert search("fi ") == []
        assert company_api.queries == []

    def test_what_the_service_refuses_finds_nothing_and_blocks_nobody(self, company_api):
        company_api.script = ["refused"]
        assert search("???") == []
        assert find(SARL) is not None


class TestTrouble:
    @pytest.mark.parametrize("trouble", ["broken", "throttled", "hangup", "slow", "huge"])
    def test_a_passing_trouble_is_tried_again(self, company_api, trouble):
        company_api.script = [trouble]
        assert find(SARL).siren == SARL
        assert len(company_api.queries) == 2

    @pytest.mark.parametrize("trouble", ["broken", "throttled", "hangup", "slow", "huge"])
    def test_a_lasting_trouble_is_told_soon(self, company_api, trouble):
        company_api.script = [trouble] * 9
        start = time.monotonic()
        with pytest.raises(CompanyServiceUnavailable, match="Saisissez les informations"):
            find(SARL)
        assert time.monotonic() - start < 4
        assert len(company_api.queries) == 2

    @pytest.mark.parametrize("answer", ["malformed", "html"])
    def test_an_answer_of_another_shape_is_no_answer(self, company_api, answer):
        company_api.script = [answer]
        with pytest.raises(CompanyServiceUnavailable):
            find(SARL)
        assert find(SARL).siren == SARL  # one bad record stops nobody

    @pytest.mark.parametrize(
        "change",
        [
            {"siege": []},
            {"nom_raison_sociale": {"x": 1}},
            {"complements": {"est_ess": "oui"}},
            {"categorie_entreprise": 3},
        ],
    )
    def test_a_wanted_key_of_another_type_is_no_answer(self, company_api, monkeypatch, change):
        monkeypatch.setattr("tests.catalogue.company_api.jsonschema.validate", lambda *a: None)
        company_api.companies = [company(SARL, "LOGICIELS FICTIFS") | change]
        with pytest.raises(CompanyServiceUnavailable):
            find(SARL)

    @pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://127.0.0.1:x", "", "https://["])
    def test_nobody_listening_is_no_answer(self, company_api, settings, url):
        settings.COMPANY_API_URL = url
        with pytest.raises(CompanyServiceUnavailable):
            find(SARL)

    def test_after_a_failure_the_next_is_told_at_once(self, company_api):
        company_api.script = ["broken", "broken"]
        for _ in range(3):
            with pytest.raises(CompanyServiceUnavailable):
                find(SARL)
        assert len(company_api.queries) == 2

    def test_a_long_retry_after_is_obeyed_by_giving_up(self, company_api):
        company_api.script, company_api.retry_after = ["throttled"], "3600"
        start = time.monotonic()
        with pytest.raises(CompanyServiceUnavailable):
            find(SARL)
        assert time.monotonic() - start < 1.5
        assert len(company_api.queries) == 1

    def test_a_short_retry_after_is_waited_for(self, company_api, monkeypatch):
        waits = []
        monkeypatch.setattr("catalogue.companies.client.BUDGET", 3.0)
        monkeypatch.setattr("catalogue.companies.client.time.sleep", waits.append)
        company_api.script, company_api.retry_after = ["throttled"], "1"
        assert find(SARL) is not None
        assert waits == [1.0]

    @pytest.mark.parametrize("header", ["demain", "-5", "", "Wed, 21 Oct 2015 07:28:00 GMT", "½"])
    def test_an_odd_retry_after_breaks_nothing(self, company_api, monkeypatch, header):
        monkeypatch.setattr("catalogue.companies.client.time.sleep", lambda seconds: None)
        monkeypatch.setattr("catalogue.companies.client.BUDGET", 3.0)
        company_api.script, company_api.retry_after = ["throttled"], header
        assert find(SARL) is not None


def test_an_answer_is_remembered(company_api):
    assert find(SARL) == find(SARL)
    find(NOBODY)
    find(NOBODY)
    assert len(company_api.queries) == 2


class TestMerging:
    def test_a_new_vendor_is_offered_everything_with_its_source(self, company_api):
        proposals = merge({}, find(COOPERATIVE))
        values = accepted(proposals, [p.field for p in proposals])
        assert values == {
            "name": "COOPERATIVE FICTIVE",
            "legal_name": "COOPERATIVE FICTIVE",
            "region": "53",
            "ess": True,
            "mission_company": True,
            "size": "eti",
            "size_source": "sirene",
            "size_year": 2023,
        }
        assert all("SIRENE" in p.source for p in proposals)
        assert not any(p.differs for p in proposals)

    def test_only_what_a_person_takes_is_given(self, company_api):
        assert accepted(merge({}, find(SARL)), ["region"]) == {"region": "53"}

    def test_another_value_is_told_apart_from_none(self, company_api):
        by_field = {p.field: p for p in merge({"name": "Fictilog SARL"}, find(SARL))}
        assert by_field["name"].differs
        assert not by_field["region"].differs

    @pytest.mark.parametrize("source", ["declare", "justifie"])
    def test_a_declared_size_is_never_overwritten(self, company_api, source):
        current = {"size": "ge", "size_source": source, "size_year": 2025}
        proposals = merge(current, find(SARL))
        taken = accepted(proposals, [p.field for p in proposals])
        assert not {"size", "size_source", "size_year"} & taken.keys()
        shown = next(p for p in proposals if p.field == "size")
        assert (shown.value, shown.differs) == ("pe", True)
        assert "reste affichée" in shown.note

    @pytest.mark.parametrize("origin", ["hors-ue", "ue"])
    def test_a_company_controlled_from_abroad_declares_its_group(self, company_api, origin):
        proposals = merge({"origin": origin, "size": "non-renseignee"}, find(SARL))
        assert "size" not in accepted(proposals, [p.field for p in proposals])
        assert any("groupe" in p.note for p in proposals)

    @pytest.mark.parametrize("origin", ["non-renseignee", "hors-ue", "fr"])
    def test_the_register_says_nothing_of_control(self, company_api, origin):
        fields = {p.field for p in merge({"origin": origin}, find(SARL))}
        assert not {"origin", "origin_proof"} & fields

    def test_a_size_of_the_register_is_refreshed(self, company_api):
        current = {"size": "tpe", "size_source": "sirene", "origin": "fr"}
        assert accepted(merge(current, find(SARL)), ["size"]) == {"size": "pe"}

    def test_an_unmarked_company_keeps_what_it_says_of_its_statutes(self, company_api):
        assert "ess" not in {p.field for p in merge({"ess": True}, find(SARL))}

    def test_an_unknown_size_is_not_proposed(self, company_api):
        assert "size" not in {p.field for p in merge({}, find(SOLE_TRADER))}
