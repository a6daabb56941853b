"""What answers are worth, whatever the referential and whatever was answered."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling.definition import FACTS, NOT_APPLICABLE, read_definition
from labelling.scoring import asked, points, score
from tests.labelling.referentials import criterion, referential

RANGE = {"unit": "%", "minimum": 0, "maximum": 100, "zero_at": 20, "full_at": 80}


def made(*criteria):
    return read_definition(referential(*criteria), "essai-1.toml")


def shares(definition, answers, facts=None):
    return [theme.share for theme in score(definition, answers, facts or {}).themes]


def test_a_theme_is_worth_what_its_weights_earn():
    definition = made(criterion("SE-01", weight=3), criterion("SE-02"))
    assert shares(definition, {"SE-01": "oui", "SE-02": "partiel"}) == [Fraction(7, 8), None]


def test_what_is_not_applicable_is_out_of_the_denominator():
    definition = made(criterion("SE-01"), criterion("SE-02"))
    assert shares(definition, {"SE-01": "oui", "SE-02": NOT_APPLICABLE})[0] == 1


def test_not_applicable_is_worth_nothing_where_it_is_not_allowed():
    definition = made(criterion("SE-01", na_allowed=False), criterion("SE-02"))
    assert shares(definition, {"SE-01": NOT_APPLICABLE, "SE-02": "oui"})[0] == Fraction(1, 2)


def test_a_theme_where_nothing_applies_has_no_score():
    definition = made(criterion("SE-01"))
    assert shares(definition, {"SE-01": NOT_APPLICABLE}) == [None, None]


def test_what_is_not_answered_earns_nothing():
    result = score(made(criterion("SE-01"), criterion("SE-02")), {"SE-01": "oui"}, {})
    assert result.themes[0].percent == 50
    assert not result.is_complete


def test_nobody_gets_a_hundred_with_something_missing():
    definition = made(
        *(criterion(f"SE-{n:02}", weight=3) for n in range(1, 99)), criterion("SE-99")
    )
    answers = {one.id: "oui" for one in definition.criteria} | {"SE-99": "partiel"}
    assert score(definition, answers, {}).themes[0].percent == 99


@pytest.mark.parametrize(
    ("typed", "worth"),
    [("0", 0), ("20", 0), ("50", Fraction(1, 2)), ("80", 1), ("100", 1), ("beaucoup", 0), ("", 0)],
)
def test_a_number_earns_points_between_its_two_ends(typed, worth):
    assert points(made(criterion(kind="number", **RANGE)).criteria[0], typed) == worth


def test_a_number_may_be_better_when_it_is_lower():
    reversed_range = {**RANGE, "zero_at": 80, "full_at": 20}
    rule = made(criterion(kind="number", **reversed_range)).criteria[0]
    assert [points(rule, typed) for typed in ("90", "50", "10")] == [0, Fraction(1, 2), 1]


def test_a_blocking_criterion_is_met_by_a_whole_yes_or_by_an_allowed_not_applicable():
    definition = made(
        criterion("SE-01", blocking=True),
        criterion("SE-02", blocking=True),
        criterion("SE-03", blocking=True),
        criterion("SE-04", blocking=True),
    )
    answers = {"SE-01": "oui", "SE-02": "partiel", "SE-03": NOT_APPLICABLE}
    assert score(definition, answers, {}).unmet == ("SE-02", "SE-04")


def test_an_answer_left_behind_opens_no_question():
    definition = made(
        criterion("SE-01"),
        criterion("SE-02", when={"criterion": "SE-01", "is": ["oui"]}),
        criterion("SE-03", when={"criterion": "SE-02", "is": ["oui"]}),
    )
    answers = {"SE-01": "non", "SE-02": "oui", "SE-03": "oui"}
    assert asked(definition, answers, {}) == ("SE-01",)


def test_a_fact_of_the_sheet_opens_a_question():
    definition = made(criterion("SE-01", when={"fact": "ia", "is": ["oui"]}), criterion("SE-02"))
    assert asked(definition, {}, {"ia": ["oui"]}) == ("SE-01", "SE-02")
    assert asked(definition, {}, {}) == ("SE-02",)


_VALUES = ("oui", "partiel", "non", NOT_APPLICABLE)


@st.composite
def trees(draw, earlier):
    """A condition over criteria that stand before, and facts."""
    leaf = st.builds(
        lambda subject, values: {**subject, "is": sorted(values)},
        st.one_of(
            *[st.sampled_from([{"criterion": one} for one in earlier])] * bool(earlier),
            st.sampled_from([{"fact": one} for one in FACTS]),
        ),
        st.sets(st.sampled_from(_VALUES), min_size=1),
    )
    return draw(
        st.recursive(
            leaf,
            lambda inner: st.one_of(
                st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
                st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
                st.builds(lambda part: {"not": part}, inner),
            ),
            max_leaves=4,
        )
    )


@st.composite
def definitions(draw):
    """A referential of any shape, with conditions of any depth."""
    rows, ids = [], []
    for rank in range(draw(st.integers(1, 7))):
        id = f"SE-{rank:02}"
        when = draw(st.none() | trees(tuple(ids)))
        theme = draw(st.sampled_from(["securite", "donnees"]))
        weight = draw(st.integers(1, 3))
        rows.append(criterion(id, theme, weight=weight, when=when, blocking=draw(st.booleans())))
        ids.append(id)
    return made(*rows)


_ANSWERS = st.dictionaries(
    st.sampled_from([f"SE-{rank:02}" for rank in range(9)]), st.sampled_from((*_VALUES, "", "?"))
)
_FACTS = st.dictionaries(st.sampled_from([*FACTS, "autre"]), st.sets(st.sampled_from(_VALUES)))


@given(definitions(), _ANSWERS, _FACTS, st.randoms())
def test_any_answers_give_scores_in_bounds_that_no_order_changes(
    definition, answers, facts, random
):
    result = score(definition, answers, facts)
    for theme in result.themes:
        assert theme.share is None or 0 <= theme.share <= 1
        assert 0 <= theme.answered <= theme.asked
    assert set(result.unmet) <= set(result.asked)

    shuffled = list(answers.items())
    random.shuffle(shuffled)
    assert score(definition, dict(shuffled), facts) == result
