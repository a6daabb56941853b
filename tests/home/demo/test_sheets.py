"""The demo catalogue as records, without a database."""

import datetime as dt
from collections import Counter
from itertools import chain

import pytest
from stdnum.fr import siren

from catalogue import choices
from catalogue.cloud import (
    CloudLevel,
    CloudSynthesis,
    Deployment,
    OfferFacts,
    SecNumCloud,
    Trust,
    assess,
)
from catalogue.countries import country_names
from catalogue.licences import OpennessVerdict, openness
from catalogue.pricing import (
    Metric,
    Need,
    Period,
    PriceKind,
    Tariff,
    Tier,
    price_band,
    price_bands,
    reference_configuration,
    total_cost,
)
from catalogue.trust import trust
from home.demo.archetypes import archetypes
from home.demo.contracts import contracts, purchasing_bodies
from home.demo.documents import _data
from home.demo.sheets import DEFAULT_SOLUTIONS, generate_sheets

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def sheets():
    return list(generate_sheets(DEFAULT_SOLUTIONS, today=TODAY))


@pytest.fixture(scope="module")
def vendors(sheets):
    return list({sheet.vendor.uid: sheet.vendor for sheet in sheets}.values())


@pytest.fixture(scope="module")
def offers(sheets):
    return [(sheet, offer) for sheet in sheets for offer in sheet.offers]


def facts(sheet, offer) -> OfferFacts:
    control = {"fr": False, "ue": False, "hors-ue": True, "non-renseignee": None}
    return OfferFacts(
        deployment=Deployment(offer.deployment),
        secnumcloud=SecNumCloud(offer.secnumcloud),
        hosting_countries=offer.hosting_countries,
        host_outside_eu_control=offer.host_outside_eu_control,
        vendor_outside_eu_control=control[sheet.vendor.origin],
        reversibility_documented=offer.reversibility_documented,
        multi_zone=offer.multi_zone,
        gdpr_contract=offer.gdpr_contract,
        state_cloud=offer.state_cloud,
    )


def trust_of(claim) -> Trust:
    return trust(
        on=TODAY,
        verified_on=claim.verified_on,
        expires_on=claim.expires_on,
        contested_on=claim.contested_on,
        has_evidence=bool(claim.evidence),
    )


def assessments(offers) -> list:
    claims = {
        claim.subject: trust_of(claim)
        for sheet, _ in offers
        for claim in sheet.claims
        if claim.kind == "cloud"
    }
    return [
        assess(facts(sheet, offer), claims.get(offer.uid, Trust.DECLARED), TODAY)
        for sheet, offer in offers
    ]


def band(offer, need: Need) -> str:
    kind, total = PriceKind(offer.pricing), None
    if kind is PriceKind.FREE:
        total = 0 * Tariff(Metric.FLAT).setup
    if kind is PriceKind.PRICED:
        tariff = Tariff(
            Metric(offer.metric),
            setup=offer.setup_price or 0 * Tariff(Metric.FLAT).setup,
            recurring=offer.unit_price or 0 * Tariff(Metric.FLAT).setup,
            period=Period(offer.period),
            flat=offer.flat_price or 0 * Tariff(Metric.FLAT).setup,
            tiers=tuple(Tier(quantity, price) for quantity, price in offer.tiers),
        )
        configuration = reference_configuration(tariff.metric, need, TODAY)
        total = total_cost(tariff, configuration.quantity, configuration.months)
        if offer.price_valid_until and offer.price_valid_until < TODAY:
            kind = PriceKind.UNPRICED
    return price_band(total, price_bands(TODAY), kind=kind)


def test_the_same_seed_gives_the_same_sheets_on_every_day_of_a_month():
    assert list(generate_sheets(60, seed=5, today=dt.date(2026, 11, 2))) == list(
        generate_sheets(60, seed=5, today=dt.date(2026, 11, 30))
    )


def test_another_seed_gives_other_ids_and_other_vendors():
    one, other = generate_sheets(40, seed=1, today=TODAY), generate_sheets(40, seed=2, today=TODAY)
    one, other = list(one), list(other)
    assert not {sheet.uid for sheet in one} & {sheet.uid for sheet in other}
    assert [sheet.vendor.name for sheet in one] != [sheet.vendor.name for sheet in other]


def test_asking_for_more_sheets_gives_the_same_ones_first(sheets):
    assert list(generate_sheets(50, today=TODAY)) == sheets[:50]


@pytest.mark.parametrize("count", [DEFAULT_SOLUTIONS, 4_000])
def test_no_two_sheets_share_a_description_a_name_an_address_or_an_id(count):
    sheets = list(generate_sheets(count, today=TODAY))
    for column in ("description", "name", "slug", "uid"):
        assert len({getattr(sheet, column) for sheet in sheets}) == count, column
    children = chain.from_iterable((*s.offers, *s.claims, *s.references) for s in sheets)
    uids = [child.uid for child in children]
    assert len(set(uids)) == len(uids)


def test_summaries_of_an_archetype_are_shared_as_little_as_possible(sheets):
    assert max(Counter(sheet.summary for sheet in sheets).values()) <= 2


def test_every_vocabulary_is_covered(sheets, vendors, offers):
    def codes(enum) -> set[str]:
        return {code for code, _ in enum.choices}

    assert {v.size for v in vendors} == codes(choices.Size)
    assert {v.origin for v in vendors} == codes(choices.Origin)
    assert {v.region for v in vendors} - {""} == codes(choices.Region)
    assert {s.distribution for s in sheets} == codes(choices.Distribution)
    assert {s.rgaa for s in sheets} == codes(choices.Rgaa)
    assert {s.delay for s in sheets} - {""} == codes(choices.Delay)
    assert {p for s in sheets for p in s.populations} == codes(choices.Population)
    assert {p for s in sheets for p in s.languages} == codes(choices.Language)
    assert {i[1] for s in sheets for i in s.integrations} == codes(choices.IntegrationState)
    assert {r.consent for s in sheets for r in s.references} == codes(choices.Consent)
    assert {o.deployment for _, o in offers} == codes(choices.Deployment)
    assert {o.secnumcloud for _, o in offers} == codes(choices.SecNumCloud)
    assert {o.state_cloud for _, o in offers} - {""} == codes(choices.StateCloud)
    assert {o.kind for _, o in offers} == codes(choices.OfferKind)
    assert {o.pricing for _, o in offers} == codes(choices.Pricing)
    assert {o.metric for _, o in offers} - {""} == codes(choices.Metric)
    assert {o.period for _, o in offers} - {""} == codes(choices.Period)
    assert {s.state for s in sheets} == {"live", "draft", "unpublished", "archived"}


def test_every_category_buyer_service_and_contract_is_covered(sheets, offers):
    leaves = {c["slug"] for row in _data("categories", "category") for c in row["children"]}
    assert {archetype.subcategory for archetype in archetypes()} == leaves
    assert {slug for s in sheets if s.state == "live" for slug in s.categories} == leaves
    buyers = {row["slug"] for row in _data("buyer_categories", "buyer_category")}
    assert {slug for s in sheets for slug in s.buyer_categories} == buyers
    assert {r.buyer_category for s in sheets for r in s.references} == buyers
    services = {row["slug"] for row in _data("integrations", "integration")}
    done = {code for s in sheets for code, state, _ in s.integrations if state == "integre"}
    assert done == services
    numbers = {contract.number for contract in contracts(TODAY)}
    assert {number for _, o in offers for number in o.contracts} == numbers
    assert {contract.body for contract in contracts(TODAY)} == set(purchasing_bodies())


def test_every_cloud_level_synthesis_and_trust_is_covered(sheets, offers):
    found = assessments(offers)
    assert {assessment.level for assessment in found} == set(CloudLevel)
    assert {assessment.synthesis for assessment in found} == set(CloudSynthesis)
    assert {trust_of(c) for s in sheets for c in s.claims if c.kind == "cloud"} == set(Trust)
    assert {c.kind for s in sheets for c in s.claims} == {
        "cloud", "hds", "iso27001", "libre", "rgaa", "reference",
    }  # fmt: skip


def claims_on_offers(offers):
    for sheet, offer in offers:
        for claim in sheet.claims:
            if claim.subject == offer.uid and claim.kind == "cloud":
                yield offer, claim


def test_proofs_of_hosting_fit_what_is_claimed(offers):
    control = "Attestation du lieu d'hébergement et du contrôle de l'hébergeur et de l'éditeur"
    checked = Counter()
    levels = {o.uid: a.level for (_, o), a in zip(offers, assessments(offers), strict=True)}
    for offer, claim in claims_on_offers(offers):
        qualified = offer.secnumcloud in ("hosting", "service")
        official = "ANSSI" in claim.verified_by
        assert official == (qualified and claim.verified_on is not None)
        for title, _ in claim.evidence:
            checked[levels[offer.uid]] += 1
            assert ("qualification" in title) == qualified
            if offer.state_cloud:
                assert "déploiement sur " + offer.state_cloud.capitalize() in title
            if levels[offer.uid] is CloudLevel.C4:
                assert title == control
    assert {CloudLevel.C1, CloudLevel.C2, CloudLevel.C3, CloudLevel.C4} <= set(checked)


def test_official_lists_are_consulted_only_where_there_is_one(sheets):
    claims = [claim for sheet in sheets for claim in sheet.claims]
    listed = {claim.kind for claim in claims if "liste" in claim.verified_by}
    assert listed == {"cloud", "hds"}
    audits = [c.verified_by for c in claims if c.kind == "rgaa" and c.verified_on]
    assert audits
    assert all("déclaration d'accessibilité et rapport d'audit relus" in who for who in audits)


def test_words_of_claims_go_into_the_sentences_of_the_sheet(sheets):
    claims = [claim for sheet in sheets for claim in sheet.claims]
    assert all(c.verified_by.startswith("la mission LABEL (") for c in claims if c.verified_on)
    reasons = [claim.contest_reason for claim in claims if claim.contested_on]
    assert reasons
    assert not any(reason.endswith(".") for reason in reasons)


def test_what_runs_on_a_cloud_of_the_state_is_for_the_state(sheets):
    state = [sheet for sheet in sheets if any(offer.state_cloud for offer in sheet.offers)]
    assert state
    assert all({"etat", "operateur"} <= set(sheet.buyer_categories) for sheet in state)


def test_hosts_stand_in_countries_and_not_in_french_regions_overseas(offers):
    codes = {code for _, offer in offers for code in offer.hosting_countries}
    assert codes <= set(country_names())
    assert not codes & {"GF", "GP", "MQ", "RE", "YT"}


def test_free_hosting_is_rare_and_comes_from_those_who_may_afford_it(offers):
    free = [(s, o) for s, o in offers if (o.kind, o.pricing) == ("production", "free")]
    assert 5 <= len(free) <= 15
    for sheet, offer in free:
        assert sheet.vendor.ess or sheet.distribution == "libre"
        assert sheet.vendor.size in ("tpe", "pe")
        assert sheet.vendor.origin == "fr"
        assert offer.host


@pytest.mark.parametrize("need", Need)
def test_every_price_band_is_covered_for_every_need(offers, need):
    bands = {row.code for row in price_bands(TODAY)}
    assert {band(offer, need) for _, offer in offers} == bands


def test_free_software_is_free_declared_free_or_only_readable(sheets):
    def verdict(sheet):
        reached = sheet.repository_reachable_on is not None
        return openness(sheet.distribution, sheet.licence, sheet.repository_url, reached).verdict

    free = [sheet for sheet in sheets if sheet.distribution == "libre"]
    assert 0.15 < len(free) / len(sheets) < 0.25
    assert {verdict(s) for s in free} == {OpennessVerdict.FREE, OpennessVerdict.DECLARED_FREE}
    licences = {sheet.licence for sheet in sheets}
    assert {"MIT OR Apache-2.0", "EUPL-1.2", "AGPL-3.0-or-later", "BUSL-1.1"} <= licences
    readable = [s for s in sheets if s.licence in ("BUSL-1.1", "SSPL-1.0", "Elastic-2.0")]
    assert {s.distribution for s in readable} == {"code-accessible"}


def test_proportions_are_those_of_a_catalogue(sheets, vendors, offers):
    small = ("tpe", "pe", "me", "pme", "eti")
    french = [s for s in sheets if s.vendor.origin == "fr" and s.vendor.size in small]
    assert 0.76 < len(french) / len(sheets) < 0.85
    production = [offer for _, offer in offers if offer.kind == "production"]
    share = {k: n / len(production) for k, n in Counter(o.pricing for o in production).items()}
    assert share == pytest.approx(
        {"priced": 0.64, "quote": 0.26, "free": 0.015, "unpriced": 0.09}, abs=0.03
    )
    assert 1.7 < len(sheets) / len(vendors) < 2.4
    assert 0.02 < sum(s.state != "live" for s in sheets) / len(sheets) < 0.06


def test_some_sheets_are_of_large_groups_outside_the_union_and_bear_their_brand(sheets):
    giants = [
        sheet
        for sheet in sheets
        if (sheet.vendor.size, sheet.vendor.origin) == ("ge", "hors-ue")
        and sheet.vendor.country != "FR"
    ]
    assert 8 <= len(giants) <= 20
    assert all(sheet.name.startswith(sheet.vendor.name.split()[0]) for sheet in giants)
    hosted = [(sheet, offer) for sheet in giants for offer in sheet.offers if offer.host]
    reasons = [a.reasons[0] for a in assessments(hosted) if a.level is CloudLevel.C5]
    assert any(reason.startswith("À justifier, parce que") for reason in reasons)


def test_vendors_are_plainly_fictitious(vendors):
    french = [vendor for vendor in vendors if vendor.country == "FR"]
    assert all(v.siren.startswith("00") and siren.is_valid(v.siren) for v in french)
    assert all("DEMO" in v.national_id for v in vendors if v.country != "FR")
    assert all(vendor.website.endswith(".example") for vendor in vendors)
    assert all("fictive" in v.description or "imaginaire" in v.description for v in vendors)


def test_names_and_numbers_of_vendors_stay_apart_in_a_large_catalogue():
    sheets = generate_sheets(4_000, seed=3, today=TODAY)
    vendors = list({sheet.vendor.uid: sheet.vendor for sheet in sheets}.values())
    for column in ("name", "slug", "legal_name"):
        assert len({getattr(vendor, column) for vendor in vendors}) == len(vendors), column
    french = [vendor.siren for vendor in vendors if vendor.siren]
    assert len(set(french)) == len(french)


def test_texts_are_whole_and_fit_their_fields(sheets):
    for sheet in sheets:
        texts = (sheet.description, sheet.summary, sheet.vendor.description)
        assert not any("{" in text or "}" in text for text in texts)
        assert len(sheet.summary) <= 150
        assert sheet.description.count("\n\n") == 4
        assert 6 <= len(sheet.features) <= 10
        assert 3 <= len(sheet.benefits) <= 5


def test_no_fictitious_fact_lies_in_the_future(sheets):
    for sheet in sheets:
        dates = [sheet.created_on, sheet.updated_on, sheet.version_date, sheet.confirmed_on]
        dates += [claim.verified_on for claim in sheet.claims]
        dates += [reference.consented_on for reference in sheet.references]
        assert max(day for day in dates if day) <= TODAY
