"""Names of what differs between two published versions, and never what they say."""

import pytest
from django.db.models import ForeignKey
from hypothesis import given
from hypothesis import strategies as st
from modelcluster.models import get_all_child_relations

from catalogue.changes import CHILDREN, FIELDS, changed
from catalogue.models import SolutionPage

OFFER = {"pk": 1, "uid": "a", "page": 9, "name": "En ligne", "unit_price": "2.00", "tiers": []}
REFERENCE = {"pk": 5, "uid": "r", "client": "Ville", "consent": "public"}


def version(**said):
    return {"title": "Ardoise", "offers": [OFFER], "references": [REFERENCE], **said}


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({}, []),
        ({"title": "Ardoise 2"}, ["title"]),
        ({"summary": "Court", "rgesn_score": 0}, ["rgesn_score", "summary"]),
        ({"features": ["a", "b"]}, ["features"]),
        ({"tagged_items": [{"pk": 1, "tag": 3, "content_object": 9}]}, ["tags"]),
        ({"categories": [4]}, ["categories"]),
        ({"offers": []}, ["offers-1"]),
        ({"offers": [OFFER, {**OFFER, "uid": "b"}, {**OFFER, "uid": "c"}]}, ["offers+2"]),
        ({"offers": [{**OFFER, "uid": "b"}]}, ["offers+1", "offers-1"]),
        ({"offers": [{**OFFER, "unit_price": "3.00"}]}, ["offers.unit_price"]),
        ({"offers": [{**OFFER, "pk": 77, "sort_order": 4}]}, []),
        (
            {"offers": [{**OFFER, "tiers": [{"pk": 3, "offer": 1, "from_quantity": 10}]}]},
            ["offers.tiers"],
        ),
        ({"references": [{**REFERENCE, "client": "Autre"}]}, ["references.client"]),
        ({"screenshots": [{"pk": 1, "image": 8, "alternative": "Accueil"}]}, ["screenshots+1"]),
        ({"integrations": [{"pk": 1, "integration": 2, "state": "prevu"}]}, ["integrations+1"]),
    ],
)
def test_what_differs_is_named(said, names):
    assert changed(version(), version(**said)) == names


def test_a_client_who_did_not_agree_is_not_even_counted():
    silent = {**REFERENCE, "uid": "s", "consent": "none"}
    assert changed(version(), version(references=[REFERENCE, silent])) == []
    agreed = {**silent, "consent": "public"}
    assert changed(version(references=[silent]), version(references=[agreed])) == ["references+1"]


def test_words_chosen_in_another_order_are_the_same():
    assert changed(version(categories=[1, 2]), version(categories=[2, 1])) == []
    assert changed(version(features=["a", "b"]), version(features=["b", "a"])) == ["features"]


def test_nothing_and_empty_are_the_same():
    assert changed(version(), version(summary="", logo=None)) == []


def test_every_field_that_a_sheet_says_itself_is_looked_at():
    own = {
        field.name
        for field in (*SolutionPage._meta.local_fields, *SolutionPage._meta.local_many_to_many)
        if not (isinstance(field, ForeignKey) and field.remote_field.parent_link)
    }
    assert own <= {*FIELDS, "tags"}
    children = {row.get_accessor_name() for row in get_all_child_relations(SolutionPage)}
    assert set(CHILDREN) < children


@given(st.dictionaries(st.sampled_from(FIELDS), st.text() | st.lists(st.integers())))
def test_a_version_does_not_differ_from_itself(said):
    assert changed(version(**said), version(**said)) == []
