"""Facets of offers hold together on one offer; prices by need; what a missing price leaves out."""

from search.contract import Need, PriceKind, Sort
from tests.search.contract.base import ContractBase, MakeEngine, counts, found, held, search
from tests.search.documents import offer, sheet

# The sheet of the brief: conforming at 240,000 €, or at 60,000 € without conforming.
ORVALIS = sheet(
    "Orvalis",
    offers=[
        offer("A", cloud="conforme", deploiement="saas", total=240_000_00),
        offer("B", cloud="declare-conforme", deploiement="sur-site", total=60_000_00),
    ],
)


class OfferContract(ContractBase):
    def test_conditions_must_hold_on_the_same_offer(self, make_engine: MakeEngine):
        filters = {"cloud": "conforme", "moins-de-100k": "1"}

        assert search(make_engine(ORVALIS), filters=filters).total == 0

    def test_one_condition_is_met_by_either_offer(self, make_engine: MakeEngine):
        engine = make_engine(ORVALIS)

        assert search(engine, filters={"cloud": "conforme"}).total == 1
        assert search(engine, filters={"moins-de-100k": "1"}).total == 1

    def test_the_hit_shows_the_offer_that_conforms_and_its_total(self, make_engine: MakeEngine):
        hit = search(make_engine(ORVALIS), filters={"cloud": "conforme"}).hits[0]

        assert (hit.offer_uid, hit.total, hit.price_kind) == ("A", 240_000_00, PriceKind.PRICED)
        assert hit.offer == {"name": "A"}

    def test_the_hit_shows_the_offer_within_the_price(self, make_engine: MakeEngine):
        hit = search(make_engine(ORVALIS), filters={"moins-de-100k": "1"}).hits[0]

        assert (hit.offer_uid, hit.total) == ("B", 60_000_00)

    def test_a_facet_of_offers_counts_on_the_same_offer(self, make_engine: MakeEngine):
        results = search(make_engine(ORVALIS), filters={"moins-de-100k": "1"})

        assert held(counts(results, "cloud")) == {"declare-conforme": 1}
        assert held(counts(results, "deploiement")) == {"sur-site": 1}

    def test_a_facet_of_offers_ignores_its_own_selection(self, make_engine: MakeEngine):
        filters = {"cloud": "conforme", "moins-de-100k": "1"}
        results = search(make_engine(ORVALIS), filters=filters)

        assert held(counts(results, "cloud")) == {"declare-conforme": 1}
        assert held(counts(results, "moins-de-100k")) == {}
        assert held(counts(results, "prix")) == {}

    def test_two_values_of_a_facet_of_offers_are_either_one(self, make_engine: MakeEngine):
        filters = {"cloud": ["conforme", "declare-conforme"], "moins-de-100k": "1"}

        assert search(make_engine(ORVALIS), filters=filters).total == 1

    def test_a_sheet_counts_once_however_many_offers_match(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", offers=[offer("A", cloud="conforme"), offer("B", cloud="conforme")])
        )
        results = search(engine, filters={"cloud": "conforme"})

        assert results.total == 1
        assert counts(results, "cloud")["conforme"] == 1

    def test_a_facet_of_sheets_counts_sheets_whose_one_offer_satisfies_all(
        self, make_engine: MakeEngine
    ):
        engine = make_engine(
            ORVALIS,
            sheet("Aube", categories=["ged"], offers=[offer("A", cloud="conforme", total=0)]),
        )
        results = search(engine, filters={"cloud": "conforme", "moins-de-100k": "1"})

        assert results.total == 1
        assert held(counts(results, "categorie")) == {"documents": 1, "ged": 1}

    def test_conditions_on_sheet_and_offer_must_both_hold(self, make_engine: MakeEngine):
        engine = make_engine(ORVALIS, sheet("Aube", facets={"taille": "pe"}))

        assert search(engine, filters={"cloud": "conforme", "taille": "pe"}).total == 0

    def test_three_conditions_hold_on_one_of_many_offers(self, make_engine: MakeEngine):
        offers = [
            offer("A", cloud="conforme", deploiement="saas", hebergement="fr"),
            offer("B", cloud="conforme", deploiement="sur-site", hebergement="de"),
            offer("C", cloud="conforme", deploiement="saas", hebergement="de"),
        ]
        filters = {"cloud": "conforme", "deploiement": "saas", "hebergement": "de"}
        results = search(make_engine(sheet("Aube", offers=offers)), filters=filters)

        assert [hit.offer_uid for hit in results.hits] == ["C"]
        assert counts(results, "hebergement") == {"de": 1, "fr": 1}

    def test_a_sheet_may_have_many_offers(self, make_engine: MakeEngine):
        offers = [offer(f"offre-{place}", hebergement=f"pays-{place}") for place in range(25)]
        engine = make_engine(sheet("Aube", offers=offers), sheet("Brise"))
        results = search(engine, filters={"hebergement": "pays-24"})

        assert [hit.offer_uid for hit in results.hits] == ["offre-24"]

    def test_without_filters_the_hit_shows_the_cheapest_offer(self, make_engine: MakeEngine):
        assert search(make_engine(ORVALIS)).hits[0].offer_uid == "B"

    def test_an_offer_for_production_is_shown_before_a_trial(self, make_engine: MakeEngine):
        offers = [offer("essai", trial=True), offer("production", total=90_000_00)]

        assert search(make_engine(sheet("Aube", offers=offers))).hits[0].offer_uid == "production"

    def test_a_trial_is_shown_when_it_alone_matches(self, make_engine: MakeEngine):
        offers = [
            offer("essai", trial=True, cloud="conforme"),
            offer("production", total=90_000_00),
        ]
        engine = make_engine(sheet("Aube", offers=offers))

        hit = search(engine, filters={"cloud": "conforme"}).hits[0]
        assert (hit.offer_uid, hit.total) == ("essai", None)

    def test_a_priced_offer_is_shown_before_one_on_quote(self, make_engine: MakeEngine):
        offers = [offer("devis", quote=True), offer("prix", total=900_000_00)]

        assert search(make_engine(sheet("Aube", offers=offers))).hits[0].offer_uid == "prix"

    def test_an_offer_on_quote_is_shown_before_one_without_price(self, make_engine: MakeEngine):
        offers = [offer("rien"), offer("devis", quote=True)]
        hit = search(make_engine(sheet("Aube", offers=offers))).hits[0]

        assert (hit.offer_uid, hit.price_kind, hit.total) == ("devis", PriceKind.QUOTE, None)

    def test_of_equal_offers_the_first_is_shown(self, make_engine: MakeEngine):
        offers = [offer("première", total=10_00), offer("seconde", total=10_00)]

        assert search(make_engine(sheet("Aube", offers=offers))).hits[0].offer_uid == "première"

    def test_totals_are_those_of_the_need(self, make_engine: MakeEngine):
        totals = {Need.SMALL: 5_000_00, Need.MEDIUM: 40_000_00, Need.LARGE: 300_000_00}
        engine = make_engine(sheet("Aube", offers=[offer("A", total=totals)]))

        assert {need: search(engine, need=need).hits[0].total for need in Need} == totals

    def test_price_facets_count_for_the_need(self, make_engine: MakeEngine):
        totals = {Need.SMALL: 5_000_00, Need.MEDIUM: 40_000_00, Need.LARGE: 300_000_00}
        engine = make_engine(sheet("Aube", offers=[offer("A", total=totals)]))

        bands = {need: held(counts(search(engine, need=need), "prix")) for need in Need}
        assert bands == {
            Need.SMALL: {"moins-de-25k": 1},
            Need.MEDIUM: {"25-100k": 1},
            Need.LARGE: {"100k-et-plus": 1},
        }

    def test_price_filters_hold_for_the_need(self, make_engine: MakeEngine):
        totals = {Need.SMALL: 5_000_00, Need.LARGE: 300_000_00}
        engine = make_engine(sheet("Aube", offers=[offer("A", total=totals)]))
        filters = {"moins-de-100k": "1"}

        assert search(engine, filters=filters, need=Need.SMALL).total == 1
        assert search(engine, filters=filters, need=Need.MEDIUM).total == 0
        assert search(engine, filters=filters, need=Need.LARGE).total == 0

    def test_the_offer_shown_depends_on_the_need(self, make_engine: MakeEngine):
        offers = [
            offer("A", total={Need.SMALL: 1_00, Need.LARGE: 9_00}),
            offer("B", total={Need.SMALL: 2_00, Need.LARGE: 8_00}),
        ]
        engine = make_engine(sheet("Aube", offers=offers))

        assert search(engine, need=Need.SMALL).hits[0].offer_uid == "A"
        assert search(engine, need=Need.LARGE).hits[0].offer_uid == "B"

    def test_cheapest_first_goes_by_the_offer_that_matches(self, make_engine: MakeEngine):
        engine = make_engine(
            ORVALIS, sheet("Aube", offers=[offer("A", cloud="conforme", total=100_000_00)])
        )

        assert found(engine, sort=Sort.PRICE) == ["Orvalis", "Aube"]
        assert found(engine, sort=Sort.PRICE, filters={"cloud": "conforme"}) == ["Aube", "Orvalis"]


PRICES = (
    sheet("Prix", offers=[offer("A", cloud="conforme", total=50_000_00)]),
    sheet("Cher", offers=[offer("A", cloud="conforme", total=500_000_00)]),
    sheet("Devis", offers=[offer("A", cloud="conforme", quote=True)]),
    sheet("Muet", offers=[offer("A", cloud="conforme")]),
    sheet("Devis non conforme", offers=[offer("A", cloud="non-conforme", quote=True)]),
)


class ApartContract(ContractBase):
    def test_nothing_is_apart_as_long_as_no_price_is_asked(self, make_engine: MakeEngine):
        results = search(make_engine(*PRICES), filters={"cloud": "conforme"})

        assert results.apart == {"sur-devis": 0, "non-renseigne": 0}

    def test_sheets_that_only_a_missing_price_leaves_out_are_counted(self, make_engine: MakeEngine):
        results = search(make_engine(*PRICES), filters={"moins-de-100k": "1"})

        assert results.total == 1
        assert results.apart == {"sur-devis": 2, "non-renseigne": 1}

    def test_those_that_other_filters_leave_out_are_not(self, make_engine: MakeEngine):
        filters = {"moins-de-100k": "1", "cloud": "conforme"}

        apart = search(make_engine(*PRICES), filters=filters).apart
        assert apart == {"sur-devis": 1, "non-renseigne": 1}

    def test_those_that_the_text_leaves_out_are_not(self, make_engine: MakeEngine):
        engine = make_engine(*PRICES)

        apart = search(engine, "muet", filters={"moins-de-100k": "1"}).apart
        assert apart == {"sur-devis": 0, "non-renseigne": 1}

    def test_a_sheet_that_matches_by_another_offer_is_not_apart(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", offers=[offer("A", total=1_00), offer("B", quote=True)]))

        assert search(engine, filters={"moins-de-100k": "1"}).apart["sur-devis"] == 0

    def test_a_sheet_too_dear_and_on_quote_is_apart(self, make_engine: MakeEngine):
        offers = [offer("A", total=900_000_00), offer("B", quote=True)]
        engine = make_engine(sheet("Aube", offers=offers))

        assert search(engine, filters={"moins-de-100k": "1"}).apart["sur-devis"] == 1

    def test_a_sheet_on_quote_and_without_price_is_apart_once(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", offers=[offer("A"), offer("B", quote=True)]))

        apart = search(engine, filters={"moins-de-100k": "1"}).apart
        assert apart == {"sur-devis": 1, "non-renseigne": 0}

    def test_the_quote_must_be_on_the_offer_that_satisfies_the_rest(self, make_engine: MakeEngine):
        offers = [offer("A", cloud="conforme"), offer("B", cloud="non-conforme", quote=True)]
        filters = {"moins-de-100k": "1", "cloud": "conforme"}

        apart = search(make_engine(sheet("Aube", offers=offers)), filters=filters).apart
        assert apart == {"sur-devis": 0, "non-renseigne": 1}

    def test_asking_for_those_on_quote_leaves_none_of_them_apart(self, make_engine: MakeEngine):
        results = search(make_engine(*PRICES), filters={"prix": "sur-devis"})

        assert results.total == 2
        assert results.apart == {"sur-devis": 0, "non-renseigne": 1}

    def test_two_price_filters_are_set_aside_together(self, make_engine: MakeEngine):
        filters = {"moins-de-100k": "1", "prix": "25-100k"}

        results = search(make_engine(*PRICES), filters=filters)
        assert results.total == 1
        assert results.apart == {"sur-devis": 2, "non-renseigne": 1}
