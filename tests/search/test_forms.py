"""Reading the parameters of an address: anything goes in, only valid searches come out."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from search.contract import Need, Query, Sort
from search.facets import FACETS
from search.forms import (
    MAX_PAGE,
    MAX_TEXT,
    MAX_VALUES,
    Format,
    Search,
    clean,
    closed_labels,
    read_search,
)

LABELS = {
    **closed_labels(),
    "categorie": {"collaboration": "Collaboration", "visioconference": "Visio"},
}


def read(query_string: str | bytes) -> Search:
    return read_search(QueryDict(query_string), LABELS)


def test_no_parameter_is_the_whole_catalogue():
    assert read("") == Search(Query())


def test_every_facet_is_a_parameter():
    for facet in FACETS:
        for value in list(LABELS.get(facet.name, {"x": ""}))[:2]:
            query = QueryDict(mutable=True)
            query[facet.name] = value
            search = read_search(query, LABELS)
            assert search.query.filters == {facet.name: (value,)}
            assert search.problems == ()


def test_a_whole_search_is_read():
    search = read(
        "q=visio&taille=pme&taille=eti&distribution=libre&besoin=grand&tri=prix&page=3&format=json"
    )
    assert search.query == Query(
        text="visio",
        filters={"taille": ("pme", "eti"), "distribution": ("libre",)},
        need=Need.LARGE,
        sort=Sort.PRICE,
        page=3,
    )
    assert search.format is Format.JSON


def test_unknown_parameters_and_empty_values_are_ignored():
    assert read("utm_source=x&taille=&tri=&page=&q=&besoin=") == Search(Query())


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("taille", "gigantesque"),
        ("categorie", "inconnue"),
        ("moins-de-100k", "2"),
        ("besoin", "enorme"),
        ("tri", "hasard"),
        ("format", "xml"),
        ("page", "abc"),
        ("page", "-1"),
        ("page", "0"),
        ("page", "1.5"),
        ("page", "٣"),
        ("page", "9" * 5000),
    ],
)
def test_an_unknown_value_is_dropped_and_told_with_what_is_allowed(parameter: str, value: str):
    query = QueryDict(mutable=True)
    query[parameter] = value
    search = read_search(query, LABELS)
    assert search.query == Query()
    [problem] = search.errors
    assert problem.parameter == parameter
    assert problem.value[:40] in value
    assert problem.value[:40] in str(problem)
    assert problem.allowed
    assert len(str(problem)) < 200


def test_known_values_beside_an_unknown_one_are_kept():
    search = read("taille=pme&taille=gigantesque")
    assert search.query.filters == {"taille": ("pme",)}
    assert len(search.errors) == 1


def test_a_facet_whose_values_are_not_known_takes_any():
    assert read("licence=AGPL-3.0-only").query.filters == {"licence": ("AGPL-3.0-only",)}


def test_five_hundred_repeats_count_once():
    search = read("&".join(["taille=pme"] * 500))
    assert search == Search(Query(filters={"taille": ("pme",)}))


def test_five_hundred_different_values_are_capped():
    search = read("&".join(f"licence=L{number}" for number in range(500)))
    assert len(search.query.filters["licence"]) == MAX_VALUES
    search = read("&".join(f"taille=T{number}" for number in range(500)))
    assert search.query.filters == {}
    assert len(search.problems) == 3


def test_a_pasted_document_is_shortened_and_said_so_without_being_an_error():
    search = read("q=" + "x" * 10_000)
    assert search.query.text == "x" * MAX_TEXT
    assert len(search.problems) == 1
    assert search.errors == ()


def test_a_page_far_away_stays_a_page():
    assert read("page=999999").query.page == 999_999
    assert read("page=" + "9" * 40).query.page == MAX_PAGE


def test_text_is_cleaned_of_what_no_database_takes():
    assert clean(" a\x00b\ud800c\n\td\x85 ") == "a b c d"
    assert clean("e\u0301") == "é"


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.lists(
            st.tuples(
                st.sampled_from(["q", "page", "tri", "besoin", "format", "taille", "prix", "tag"]),
                st.text(max_size=30),
            ),
            max_size=30,
        ).map(
            lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode(
                "utf-8", "surrogatepass"
            )
        ),
    )
)
def test_any_bytes_are_read_as_a_valid_search(query_string: bytes):
    search = read(query_string)
    assert search.query.page >= 1
    assert len(search.query.text) <= MAX_TEXT
    assert "\x00" not in search.query.text
    for name, values in search.query.filters.items():
        assert values
        assert len(values) == len(set(values)) <= MAX_VALUES
        assert name not in LABELS or set(values) <= set(LABELS[name])


@given(st.text(alphabet=st.characters(), max_size=50))
def test_clean_text_can_be_written_in_utf8(text: str):
    assert clean(text).encode("utf-8").decode("utf-8") == clean(clean(text))
