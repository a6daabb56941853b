"""Licences: what is free, what may be called libre, and messy spellings of real catalogues."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.licences import (
    OPENNESS_LABELS,
    Distribution,
    LicenceLists,
    OpennessVerdict,
    accepted_licences,
    assess_licence,
    listed_licences,
    normalise_licence,
    openness,
)

REPOSITORY = "https://example.org/code"
identifiers = st.sampled_from(
    ["MIT", "GPL-3.0-or-later", "PostgreSQL", "SSPL-1.0", "BUSL-1.1", "EUPL-1.2"]
)


@pytest.mark.parametrize("licence", sorted(accepted_licences()))
def test_every_accepted_licence_is_a_real_spdx_identifier_and_free(licence):
    found = assess_licence(licence)
    assert (found.valid, found.free, found.licences) == (True, True, (licence,))


@pytest.mark.parametrize(
    "licence",
    [
        "BUSL-1.1",
        "SSPL-1.0",
        "Elastic-2.0",
        "PolyForm-Noncommercial-1.0.0",
        "PolyForm-Small-Business-1.0.0",
        "CC-BY-NC-4.0",
        "CC-BY-NC-SA-3.0",
    ],
)
def test_a_non_free_licence_is_refused_in_french(licence):
    found = assess_licence(licence)
    assert (found.valid, found.free, found.refused) == (True, False, True)
    assert "licence non libre, car" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "Apache-2.0 WITH Commons-Clause",
        "MIT + Commons Clause",
        "MIT WITH LicenseRef-scancode-commons-clause",
    ],
)
def test_the_commons_clause_is_refused_though_it_is_no_spdx_identifier(text):
    found = assess_licence(text)
    assert (found.free, found.refused) == (False, True)
    assert "Commons Clause" in found.message


def test_boost_is_free_and_business_source_is_not():
    assert assess_licence("BSL-1.0").free
    assert not assess_licence("BUSL-1.1").free


@pytest.mark.parametrize(
    ("expression", "free", "licences"),
    [
        ("MIT OR SSPL-1.0", True, ("MIT", "SSPL-1.0")),
        ("SSPL-1.0 OR BUSL-1.1", False, ("SSPL-1.0", "BUSL-1.1")),
        ("MIT AND Apache-2.0", True, ("MIT", "Apache-2.0")),
        ("MIT AND SSPL-1.0", False, ("MIT", "SSPL-1.0")),
        ("MIT AND (SSPL-1.0 OR GPL-2.0-only)", True, ("MIT", "SSPL-1.0", "GPL-2.0-only")),
        ("MIT OR MIT", True, ("MIT",)),
        ("GPL-2.0-only WITH Classpath-exception-2.0", True, ("GPL-2.0-only",)),
        ("BUSL-1.1 WITH Classpath-exception-2.0", False, ("BUSL-1.1",)),
        ("Apache-2.0+", True, ("Apache-2.0",)),
        ("gpl-2.0+", True, ("GPL-2.0-or-later",)),
    ],
)
def test_or_is_free_if_one_side_is_and_needs_all_with_adds_permissions(expression, free, licences):
    found = assess_licence(expression)
    assert (found.valid, found.free, found.licences) == (True, free, licences)


@given(identifiers, identifiers)
def test_or_is_at_least_as_free_as_and(left, right):
    sides = [assess_licence(side).free for side in (left, right)]
    assert assess_licence(f"{left} OR {right}").free is any(sides)
    assert assess_licence(f"{left} AND {right}").free is all(sides)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "  ",
        "Propriétaire",
        "MIT OR",
        "(MIT",
        "MIT WITH GPL-2.0-only",
        "Classpath-exception-2.0",
        "()",
        "( OR MIT GPL-2.0-only",
        "LicenseRef-maison",
        "LicenseRef-scancode-3com-microcode",
        "MIT WITH LicenseRef-scancode-commons-clause",
        "MIT, GPL-2.0",
        "(" * 300 + "MIT" + ")" * 300,
    ],
)
def test_an_expression_that_is_not_spdx_is_not_valid(expression):
    found = assess_licence(expression)
    assert (found.valid, found.free, found.licences) == (False, False, ())
    assert found.message


def test_a_free_alternative_beside_an_unknown_refused_one_is_not_condemned():
    assert not assess_licence("MIT OR PolyForm-Shield-1.0.0").refused


def test_a_licence_in_no_list_is_neither_accepted_nor_called_non_free():
    found = assess_licence("PostgreSQL")
    assert (found.valid, found.free, found.refused) == (True, False, False)
    assert found.message == "PostgreSQL : absente des listes de licences libres acceptées."


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from("MIT AND OR WITH ( ) + ,".split())).map(" ".join)
)
def test_no_text_makes_the_rules_fail(text):
    assert assess_licence(text).message
    expression, _ = normalise_licence(text)
    assert expression is None or assess_licence(expression).valid


# Openness.


def test_libre_needs_an_accepted_licence_and_a_reachable_repository():
    found = openness("libre", "EUPL-1.2", REPOSITORY, True)
    assert (found.verdict, found.label) == (OpennessVerdict.FREE, "Libre")


@pytest.mark.parametrize(
    ("licence", "url", "reachable", "words"),
    [
        ("EUPL-1.2", REPOSITORY, False, "n'est pas joignable"),
        ("EUPL-1.2", REPOSITORY, None, "pas encore été contrôlé"),
        ("EUPL-1.2", "", None, "aucun dépôt"),
        ("EUPL-1.2", " ", True, "aucun dépôt"),
        ("", REPOSITORY, True, "Licence non renseignée"),
        ("PostgreSQL", REPOSITORY, True, "absente des listes"),
        ("libre !", REPOSITORY, True, "n'est pas une expression SPDX"),
    ],
)
def test_without_proof_libre_reads_declare_libre(licence, url, reachable, words):
    found = openness("libre", licence, url, reachable)
    assert (found.verdict, found.label) == (OpennessVerdict.DECLARED_FREE, "Déclaré libre")
    assert words in found.reason


@pytest.mark.parametrize("declared", ["libre", "hybride"])
@pytest.mark.parametrize("licence", ["BUSL-1.1", "SSPL-1.0", "Elastic-2.0"])
def test_busl_sspl_and_elastic_are_not_free_whatever_is_declared(declared, licence):
    found = openness(declared, licence, REPOSITORY, True)
    assert (found.verdict, found.label) == (OpennessVerdict.NOT_FREE, "Non libre")


@pytest.mark.parametrize(
    "declared", [item for item in Distribution if item is not Distribution.FREE]
)
def test_other_distributions_are_shown_as_declared(declared):
    found = openness(declared, "", "", None)
    assert found.verdict.value == declared.value


def test_no_declaration_is_said_as_such():
    assert openness("", "MIT", REPOSITORY, True).verdict is OpennessVerdict.UNKNOWN


def test_an_unknown_declaration_is_refused():
    with pytest.raises(ValueError, match="gratuit"):
        openness("gratuit", "MIT", REPOSITORY, True)


def test_every_verdict_has_a_label():
    assert set(OPENNESS_LABELS) == set(OpennessVerdict)


# Spellings met in the SILL.


@pytest.mark.parametrize(
    ("spelling", "expression"),
    [
        ("MIT", "MIT"),
        ("GPL-3.0", "GPL-3.0-only"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("GPL-3", "GPL-3.0-only"),
        ("AGPL-3", "AGPL-3.0-only"),
        ("GPL V2.0", "GPL-2.0-only"),
        ("LGPL-v2.1", "LGPL-2.1-only"),
        ("X11", "X11"),
        ("BSD-3.0", "BSD-3-Clause"),
        ("Zimbra-1.3", "Zimbra-1.3"),
        ("CeCILL-2.1", "CECILL-2.1"),
        ("MPL 2.0 et EPL 1.0", "MPL-2.0 AND EPL-1.0"),
        ("GPL-2.0-only / LGPL-2.0-only", "GPL-2.0-only OR LGPL-2.0-only"),
        (
            "LGPL-2.1, LGPL-2.0,  LGPL-3.0",
            "LGPL-2.1-only OR LGPL-2.0-only OR LGPL-3.0-only",
        ),
        ("MIT, LGPL-3, AGPL-3", "MIT OR LGPL-3.0-only OR AGPL-3.0-only"),
        ("MPL-2.0, GPL-2.0, CeCILL-2.2", "MPL-2.0 OR GPL-2.0-only"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("GNU GPL v3 or later", "GPL-3.0-or-later"),
        ("MIT ou Apache 2", "MIT OR Apache-2.0"),
    ],
)
def test_a_messy_spelling_is_read(spelling, expression):
    assert normalise_licence(spelling)[0] == expression


@pytest.mark.parametrize(
    "spelling",
    [
        "N/A",
        "",
        None,
        "CPA",
        "CPA, GPL 9",
        "x" * 501,
        "CeCILL-2.2",
        "Propriétaire",
        "MIT et CPA",
        "a et b ou c",
        "(MIT ou x",
    ],
)
def test_an_unknown_spelling_gives_nothing_and_a_note(spelling):
    expression, note = normalise_licence(spelling)
    assert expression is None
    assert note


def test_a_text_that_is_already_spdx_has_no_note():
    assert normalise_licence("MIT OR Apache-2.0") == ("MIT OR Apache-2.0", "")


def test_a_deprecated_identifier_is_noted():
    assert normalise_licence("AGPL-3.0")[1] == (
        "« AGPL-3.0 », identifiant SPDX déprécié, lu « AGPL-3.0-only »."
    )


def test_an_alternative_that_is_left_out_is_noted():
    assert (
        "« CeCILL-2.2 » : licence non reconnue, laissée de côté."
        in (normalise_licence("MPL-2.0, CeCILL-2.2")[1])
    )


def test_the_lists_of_a_day_can_be_given():
    lists = LicenceLists(accepted=frozenset({"BUSL-1.1"}), refused=frozenset({"MIT"}))
    assert assess_licence("BUSL-1.1", lists).free
    assert assess_licence("MIT", lists).refused
    unlisted = assess_licence("EUPL-1.2", lists)
    assert not unlisted.free
    assert not unlisted.refused
    assert assess_licence("SSPL-1.0", lists).refused
    found = openness("libre", "MIT", REPOSITORY, True, lists)
    assert found.verdict is OpennessVerdict.NOT_FREE


def test_the_shipped_lists_are_told_licence_by_licence():
    rows = {row.code: row for row in listed_licences()}
    assert {code for code, row in rows.items() if row.accepted} == accepted_licences()
    assert not rows["BUSL-1.1"].accepted
    assert "production" in rows["BUSL-1.1"].source
