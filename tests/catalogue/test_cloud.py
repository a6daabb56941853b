"""Cloud au centre: one test named after each rule of the table, and what must never be said."""

import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.cloud import (
    BINDS,
    LEVEL_TEXTS,
    SYNTHESIS_TEXTS,
    CloudLevel,
    CloudSynthesis,
    Deployment,
    OfferFacts,
    SecNumCloud,
    Trust,
    adequacy_scopes,
    assess,
    eu_eea_countries,
)
from catalogue.countries import country_names

TODAY = date(2026, 11, 22)
UNVERIFIED = [trust for trust in Trust if trust is not Trust.VERIFIED]

EUROPEAN = OfferFacts(
    deployment=Deployment.SAAS,
    hosting_countries=("FR",),
    host_outside_eu_control=False,
    vendor_outside_eu_control=False,
    reversibility_documented=True,
    multi_zone=True,
    gdpr_contract=True,
)
BY_LEVEL = {
    CloudLevel.C0: OfferFacts(Deployment.SAAS),
    CloudLevel.C1: replace(EUROPEAN, secnumcloud=SecNumCloud.SERVICE),
    CloudLevel.C2: replace(EUROPEAN, secnumcloud=SecNumCloud.HOSTING),
    CloudLevel.C3: OfferFacts(Deployment.STATE_CLOUD, state_cloud="nubo"),
    CloudLevel.C4: EUROPEAN,
    CloudLevel.C5: replace(EUROPEAN, vendor_outside_eu_control=True),
    CloudLevel.C6A: replace(EUROPEAN, hosting_countries=("CH",)),
    CloudLevel.C6B: replace(EUROPEAN, hosting_countries=("IN",)),
    CloudLevel.C7: OfferFacts(Deployment.ON_SITE),
}

ternary = st.sampled_from([None, True, False])
offers = st.builds(
    OfferFacts,
    deployment=st.sampled_from(Deployment),
    secnumcloud=st.sampled_from(SecNumCloud),
    hosting_countries=st.lists(
        st.sampled_from(["FR", "de", "IS", "RE", "CH", "US", "IN", "ZZ"]), max_size=3
    ).map(tuple),
    host_outside_eu_control=ternary,
    vendor_outside_eu_control=ternary,
    reversibility_documented=ternary,
    multi_zone=ternary,
    gdpr_contract=ternary,
    state_cloud=st.sampled_from(["", "nubo", "Pi", "autre"]),
)
trusts = st.sampled_from(Trust)


def synthesis_of(facts, trust=Trust.VERIFIED, on=TODAY):
    return assess(facts, trust, on).synthesis


def level_of(facts, on=TODAY):
    return assess(facts, Trust.VERIFIED, on).level


def words_of(facts, trust=Trust.VERIFIED, on=TODAY):
    return " ".join(assess(facts, trust, on).reasons)


# The levels, one rule each.


@pytest.mark.parametrize("level", CloudLevel)
def test_each_level_is_reached(level):
    assert level_of(BY_LEVEL[level]) is level


def test_c0_when_the_hosting_country_is_not_stated():
    assert level_of(replace(EUROPEAN, hosting_countries=())) is CloudLevel.C0


@pytest.mark.parametrize("party", ["host_outside_eu_control", "vendor_outside_eu_control"])
def test_c0_when_the_control_of_the_host_or_the_vendor_is_not_stated(party):
    assert level_of(replace(EUROPEAN, **{party: None})) is CloudLevel.C0


def test_c0_when_the_state_cloud_is_not_a_known_one():
    assert level_of(OfferFacts(Deployment.STATE_CLOUD, state_cloud="autre")) is CloudLevel.C0
    assert level_of(OfferFacts(Deployment.STATE_CLOUD)) is CloudLevel.C0


def test_c1_when_the_service_itself_is_qualified_secnumcloud():
    assert level_of(OfferFacts(Deployment.SAAS, SecNumCloud.SERVICE)) is CloudLevel.C1


def test_c2_when_only_the_hosting_is_qualified_secnumcloud():
    found = assess(OfferFacts(Deployment.SAAS, SecNumCloud.HOSTING), Trust.VERIFIED, TODAY)
    assert found.level is CloudLevel.C2
    assert "sans être lui-même qualifié" in " ".join(found.reasons)


@pytest.mark.parametrize("name", ["nubo", "pi", " Pi "])
def test_c3_when_the_solution_runs_on_an_internal_cloud_of_the_state(name):
    assert level_of(OfferFacts(Deployment.STATE_CLOUD, state_cloud=name)) is CloudLevel.C3


@pytest.mark.parametrize("country", ["FR", "DE", "NO", "RE", "fr"])
def test_c4_when_hosted_in_the_union_or_the_eea_out_of_foreign_reach(country):
    assert level_of(replace(EUROPEAN, hosting_countries=(country,))) is CloudLevel.C4


@pytest.mark.parametrize("party", ["host_outside_eu_control", "vendor_outside_eu_control"])
@pytest.mark.parametrize("secnumcloud", SecNumCloud)
def test_c5_when_the_host_or_the_vendor_is_under_foreign_control(party, secnumcloud):
    facts = replace(EUROPEAN, secnumcloud=secnumcloud, **{party: True})
    assert level_of(facts) is CloudLevel.C5


def test_c6a_when_hosted_in_an_adequate_country():
    assert level_of(BY_LEVEL[CloudLevel.C6A]) is CloudLevel.C6A


def test_c6b_when_hosted_elsewhere():
    assert level_of(BY_LEVEL[CloudLevel.C6B]) is CloudLevel.C6B


@pytest.mark.parametrize("secnumcloud", SecNumCloud)
def test_c7_when_installed_by_the_buyer(secnumcloud):
    facts = replace(EUROPEAN, deployment=Deployment.ON_SITE, secnumcloud=secnumcloud)
    assert level_of(facts) is CloudLevel.C7


# The synthesis, one rule each.


@pytest.mark.parametrize("level", [CloudLevel.C1, CloudLevel.C3])
def test_conforme_is_c1_or_c3_verified(level):
    assert synthesis_of(BY_LEVEL[level]) is CloudSynthesis.COMPLIANT


@pytest.mark.parametrize("level", [CloudLevel.C2, CloudLevel.C4])
def test_conforme_hors_sensibles_is_c2_or_c4_verified_with_rgpd_r4_and_r5(level):
    assert synthesis_of(BY_LEVEL[level]) is CloudSynthesis.COMPLIANT_NON_SENSITIVE


@pytest.mark.parametrize("level", [CloudLevel.C1, CloudLevel.C2, CloudLevel.C3, CloudLevel.C4])
@pytest.mark.parametrize("trust", UNVERIFIED)
def test_declare_conforme_is_c1_to_c4_not_verified(level, trust):
    assert synthesis_of(BY_LEVEL[level], trust) is CloudSynthesis.DECLARED_COMPLIANT


@pytest.mark.parametrize("level", [CloudLevel.C5, CloudLevel.C6A])
@pytest.mark.parametrize("trust", Trust)
def test_a_justifier_is_c5_or_c6a_whatever_the_trust(level, trust):
    assert synthesis_of(BY_LEVEL[level], trust) is CloudSynthesis.TO_JUSTIFY


@pytest.mark.parametrize("level", [CloudLevel.C2, CloudLevel.C4])
@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        ("gdpr_contract", None, "RGPD"),
        ("gdpr_contract", False, "RGPD"),
        ("multi_zone", None, "R5"),
        ("multi_zone", False, "R5"),
        ("reversibility_documented", None, "R4"),
    ],
)
def test_a_justifier_is_c2_or_c4_verified_but_lacking_a_fact(level, fact, value, words):
    found = assess(replace(BY_LEVEL[level], **{fact: value}), Trust.VERIFIED, TODAY)
    assert found.synthesis is CloudSynthesis.TO_JUSTIFY
    assert words in found.reasons[0]


def test_a_justifier_is_c2_verified_whose_vendor_may_be_under_foreign_control():
    facts = replace(BY_LEVEL[CloudLevel.C2], vendor_outside_eu_control=None)
    assert synthesis_of(facts) is CloudSynthesis.TO_JUSTIFY


@pytest.mark.parametrize("trust", Trust)
def test_non_conforme_is_c6b_whatever_the_trust(trust):
    assert synthesis_of(BY_LEVEL[CloudLevel.C6B], trust) is CloudSynthesis.NON_COMPLIANT


@pytest.mark.parametrize("level", [level for level in CloudLevel if level is not CloudLevel.C7])
@pytest.mark.parametrize("trust", Trust)
def test_non_conforme_is_reversibility_stated_absent(level, trust):
    facts = replace(BY_LEVEL[level], reversibility_documented=False)
    assert synthesis_of(facts, trust) is CloudSynthesis.NON_COMPLIANT


@pytest.mark.parametrize("trust", Trust)
@pytest.mark.parametrize("reversibility", [None, True, False])
def test_sans_objet_is_c7(trust, reversibility):
    facts = replace(BY_LEVEL[CloudLevel.C7], reversibility_documented=reversibility)
    assert synthesis_of(facts, trust) is CloudSynthesis.NOT_APPLICABLE


@pytest.mark.parametrize("trust", Trust)
def test_indetermine_is_c0(trust):
    assert synthesis_of(BY_LEVEL[CloudLevel.C0], trust) is CloudSynthesis.UNDETERMINED


# What holds beside the table.


def test_a_qualification_in_progress_never_equals_a_qualification():
    facts = replace(EUROPEAN, secnumcloud=SecNumCloud.IN_PROGRESS)
    assert level_of(facts) is level_of(EUROPEAN)
    assert "n'équivaut pas à une qualification" in words_of(facts)


@given(offers, trusts)
def test_a_qualification_in_progress_changes_neither_level_nor_synthesis(facts, trust):
    none = assess(replace(facts, secnumcloud=SecNumCloud.NONE), trust, TODAY)
    progress = assess(replace(facts, secnumcloud=SecNumCloud.IN_PROGRESS), trust, TODAY)
    assert (none.level, none.synthesis) == (progress.level, progress.synthesis)


@pytest.mark.parametrize("secnumcloud", SecNumCloud)
@pytest.mark.parametrize(
    ("countries", "expected"),
    [
        (("FR", "CH"), CloudLevel.C6A),
        (("CH", "FR", "IN"), CloudLevel.C6B),
        (("IN", "CH"), CloudLevel.C6B),
        (("FR", "ZZ"), CloudLevel.C6B),
    ],
)
def test_hosting_in_several_countries_takes_the_worst(countries, expected, secnumcloud):
    facts = replace(EUROPEAN, hosting_countries=countries, secnumcloud=secnumcloud)
    assert level_of(facts) is expected


def test_the_worst_country_is_named():
    assert "Inde" in words_of(replace(EUROPEAN, hosting_countries=("FR", "CH", "IN")))


@given(offers, trusts)
def test_only_a_verified_claim_is_said_conforme(facts, trust):
    found = assess(facts, trust, TODAY)
    said = {CloudSynthesis.COMPLIANT, CloudSynthesis.COMPLIANT_NON_SENSITIVE}
    assert trust is Trust.VERIFIED or found.synthesis not in said


@given(offers, trusts)
def test_nothing_under_foreign_law_is_said_conforme(facts, trust):
    exposed = facts.host_outside_eu_control or facts.vendor_outside_eu_control
    found = assess(facts, trust, TODAY)
    hosted = facts.deployment is Deployment.SAAS
    assert not (hosted and exposed) or found.level not in {
        CloudLevel.C1,
        CloudLevel.C2,
        CloudLevel.C4,
    }


@given(offers, trusts)
def test_every_assessment_explains_itself_and_never_says_certified(facts, trust):
    found = assess(facts, trust, TODAY)
    label = SYNTHESIS_TEXTS[found.synthesis].label
    assert found.reasons[0].startswith(f"{label}, parce que ")
    assert all(reason.endswith(".") for reason in found.reasons)
    assert "certifié " not in f"{' '.join(found.reasons)} "
    assert found.binds == BINDS


def test_a_lapsed_proof_falls_back_to_declared_and_says_so():
    words = words_of(BY_LEVEL[CloudLevel.C1], Trust.EXPIRED)
    assert words.startswith("Déclaré conforme, parce que la preuve a expiré.")


def test_the_unverified_words_are_the_vendors():
    assert "Selon l'éditeur : " in words_of(EUROPEAN, Trust.DECLARED)
    assert "Selon l'éditeur" not in words_of(EUROPEAN)


def test_a_declared_offer_is_told_what_it_lacks():
    assert "il manque : plusieurs zones" in words_of(
        replace(EUROPEAN, multi_zone=False), Trust.DECLARED
    )


def test_a_qualification_that_the_other_facts_contradict_is_pointed_out():
    facts = replace(BY_LEVEL[CloudLevel.C1], host_outside_eu_control=True)
    assert "contredit" in words_of(facts)


def test_a_partial_adequacy_is_said():
    assert "se limite" in words_of(replace(EUROPEAN, hosting_countries=("US",)))
    assert "se limite" not in words_of(BY_LEVEL[CloudLevel.C6A])


def test_adequacy_holds_at_its_dates_only():
    brazil = replace(EUROPEAN, hosting_countries=("BR",))
    assert level_of(brazil, date(2026, 1, 25)) is CloudLevel.C6B
    assert level_of(brazil, date(2026, 1, 26)) is CloudLevel.C6A
    kingdom = replace(EUROPEAN, hosting_countries=("GB",))
    assert level_of(kingdom, date(2031, 12, 27)) is CloudLevel.C6A
    assert level_of(kingdom, date(2031, 12, 28)) is CloudLevel.C6B


def test_lists_of_countries_can_be_given():
    facts = replace(EUROPEAN, hosting_countries=("IN",))
    given_lists = {"adequate_countries": {"IN": "essais"}, "eu_eea": {"FR"}}
    found = assess(facts, Trust.VERIFIED, TODAY, **given_lists)
    assert found.level is CloudLevel.C6A
    assert any("se limite aux essais" in reason for reason in found.reasons)


def test_the_union_has_27_members_and_the_eea_three_more():
    countries = eu_eea_countries(TODAY)
    outermost = {"GF", "GP", "MF", "MQ", "RE", "YT", "AX"}
    assert len(countries - outermost) == 30
    assert {"FR", "IS", "LI", "NO"} <= countries
    assert not countries & {"GB", "CH", "NC", "PF"}


def test_a_date_before_the_data_is_refused():
    with pytest.raises(ValueError, match="non renseignée au 01/01/2020"):
        assess(EUROPEAN, Trust.VERIFIED, date(2020, 1, 1))


def test_every_listed_country_has_a_french_name():
    listed = eu_eea_countries(TODAY) | set(adequacy_scopes(TODAY))
    assert listed <= set(country_names())


def test_codes_are_those_of_the_search_parameters():
    assert [level.value for level in CloudLevel] == "c0 c1 c2 c3 c4 c5 c6a c6b c7".split()
    assert [synthesis.value for synthesis in CloudSynthesis] == (
        "conforme conforme-hors-sensibles declare-conforme a-justifier non-conforme sans-objet "
        "indetermine"
    ).split()
    assert [trust.value for trust in Trust] == "declare justifie verifie conteste expire".split()
    assert [item.value for item in Deployment] == "saas sur-site cloud-etat".split()


def test_every_level_and_synthesis_has_a_label_and_an_explanation():
    texts = [*LEVEL_TEXTS.items(), *SYNTHESIS_TEXTS.items()]
    assert {code for code, _ in texts} == {*CloudLevel, *CloudSynthesis}
    assert all(text.label and text.explanation.endswith(".") for _, text in texts)
    assert not any("certifié" in f"{text.label} {text.explanation}" for _, text in texts)


def test_the_state_cloud_reads_reserved_to_the_state():
    assert "réservé à l'État" in LEVEL_TEXTS[CloudLevel.C3].label


def test_the_tooltip_says_whom_the_doctrine_binds():
    assert "s'impose aux administrations centrales de l'État" in BINDS
    assert "les collectivités territoriales sont invitées" in BINDS


def test_every_combination_of_facts_gets_an_answer():
    for deployment, secnumcloud, trust in itertools.product(Deployment, SecNumCloud, Trust):
        assert assess(OfferFacts(deployment, secnumcloud), trust, TODAY).reasons
