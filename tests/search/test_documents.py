"""What the index knows of a sheet, from the rows to the search."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection
from wagtail.images.tests.utils import get_test_image_file

import labelling.models.referential
import labelling.results
from catalogue.models import BuyerCategory, CatalogueImage, Listing, PriceBand, SolutionPage
from labelling import scoring
from search import documents, indexing, services
from search.contract import Document, Hit, Need, Query, Results, Sort
from tests.catalogue.factories import (
    TODAY,
    VendorFactory,
    lump_sum,
    make_offer,
    make_sheet,
    per_agent,
    verify,
)
from tests.labelling.factories import make_result, make_version
from tests.labelling.referentials import HEAD, criterion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site", "engine")]


def found(text: str = "", need: Need = Need.MEDIUM, **filters: Any) -> Results:
    """Results of a search on a fresh index; `moins_de_100k=("1",)` for `moins-de-100k`."""
    indexing.rebuild()
    spelled = {name.replace("_", "-"): values for name, values in filters.items()}
    return services.search(Query(text, spelled, need))


def only(results: Results) -> Hit:
    (hit,) = results.hits
    return hit


class TestTwoOffersOnOneSheet:
    """A: SecNumCloud verified, 240,000 €; B: Union under foreign law, 60,000 €."""

    @pytest.fixture(autouse=True)
    def _sheet(self, site: object) -> None:
        page = make_sheet()
        qualified = make_offer(
            page, "A", secnumcloud="service", hosting_countries=["FR"], **lump_sum("240000")
        )
        verify(qualified)
        make_offer(
            page, "B", hosting_countries=["IE"], host_outside_eu_control=True, **lump_sum("60000")
        )

    def test_are_not_mixed_to_satisfy_two_filters(self) -> None:
        assert found(cloud=("conforme",), moins_de_100k=("1",)).total == 0

    def test_show_the_one_that_is_qualified_with_its_own_price(self) -> None:
        hit = only(found(cloud=("conforme",)))
        assert (hit.offer["name"], hit.total, hit.offer["level"]) == ("A", 240_000_00, "c1")

    def test_show_the_cheap_one_with_its_own_hosting(self) -> None:
        hit = only(found(moins_de_100k=("1",)))
        assert (hit.offer["name"], hit.total, hit.offer["synthesis"]) == (
            "B", 60_000_00, "a-justifier",
        )  # fmt: skip


class TestUnder100k:
    @pytest.mark.parametrize(
        ("total", "passes"), [("99999.99", True), ("100000.00", False), ("100000.01", False)]
    )
    def test_is_strict_to_the_cent(self, total: str, passes: bool) -> None:
        make_offer(make_sheet(), **lump_sum(total))
        assert (found(moins_de_100k=("1",)).total == 1) is passes

    def test_leaves_quotes_and_missing_or_expired_prices_apart(self) -> None:
        make_offer(make_sheet("Devis"), pricing="quote")
        make_offer(make_sheet("Muette"))
        make_offer(make_sheet("Périmée"), **lump_sum("10", price_valid_until=dt.date(2020, 1, 1)))
        make_sheet("Sans offre")
        results = found(moins_de_100k=("1",))
        assert results.total == 0
        assert results.apart == {"sur-devis": 1, "non-renseigne": 3}

    def test_depends_on_the_need_chosen(self) -> None:
        make_offer(make_sheet(), **per_agent("20"))  # 19 200, 96 000 and 960 000 € over 48 months
        assert [found(need=need, moins_de_100k=("1",)).total for need in Need] == [1, 1, 0]
        assert only(found(need=Need.SMALL)).total == 19_200_00


class TestATrial:
    def test_never_passes_for_the_price_of_the_product(self) -> None:
        page = make_sheet()
        make_offer(page, "Production", **lump_sum("240000"))
        make_offer(page, "Essai", kind="pilote", trial_days=60, **lump_sum("1500"))
        assert found(moins_de_100k=("1",)).total == 0

    def test_does_not_hide_that_the_product_is_on_quote(self) -> None:
        page = make_sheet()
        make_offer(page, "Production", pricing="quote")
        make_offer(page, "Essai", kind="pilote", trial_days=60, pricing="free")
        assert found(moins_de_100k=("1",)).apart == {"sur-devis": 1, "non-renseigne": 0}

    def test_is_shown_with_its_duration_and_without_a_total(self) -> None:
        page = make_sheet()
        make_offer(page, "Essai", kind="pilote", trial_days=60, pricing="free")
        hit = only(found(pilote=("1",)))
        assert (hit.total, hit.offer["trial_days"]) == (None, 60)


class TestAStateCloud:
    def test_is_not_offered_to_local_bodies(self) -> None:
        page = make_sheet()
        page.buyer_categories.set(BuyerCategory.objects.filter(slug__in=("etat", "commune")))
        page.save()
        verify(make_offer(page, deployment="cloud-etat", state_cloud="nubo"))
        assert found(cloud=("conforme",), public=("etat",)).total == 1
        assert found(cloud=("conforme",), public=("commune",)).total == 0

    def test_is_not_offered_to_communes_of_any_population(self) -> None:
        page = make_sheet(populations=["moins-3500"])
        make_offer(page, deployment="cloud-etat", state_cloud="pi")
        assert found(population=("moins-3500",)).total == 0


class TestADocument:
    def build(self) -> Any:
        (document,) = documents.build(Listing.objects.all(), seed="s", on=TODAY)
        return document

    def test_counts_a_tpe_as_a_pme_too(self) -> None:
        make_sheet(vendor=VendorFactory(size="tpe"))
        assert self.build().facets["taille"] == ("tpe", "pme")

    def test_counts_a_sub_category_in_its_mother(self) -> None:
        make_sheet(categories=("ged",))
        assert self.build().facets["categorie"] == ("ged", "documents")

    def test_does_not_call_free_what_has_a_refused_licence(self) -> None:
        make_sheet(distribution="libre", licence="BUSL-1.1")
        assert self.build().facets["distribution"] == ("code-accessible",)

    def test_says_declared_free_without_a_repository_that_answers(self) -> None:
        make_sheet(distribution="libre", licence="MIT")
        assert self.build().card["openness"] == "declare-libre"

    def test_lists_each_licence_of_an_alternative(self) -> None:
        make_sheet(distribution="libre", licence="MIT OR Apache-2.0")
        assert set(self.build().facets["licence"]) == {"MIT", "Apache-2.0"}

    def test_holds_no_address_of_a_person(self) -> None:
        make_sheet(vendor=VendorFactory(contact_email="personne@exemple.fr"))
        assert "personne@exemple.fr" not in repr(self.build())

    def test_is_found_by_the_qualifications_it_declares(self) -> None:
        make_offer(make_sheet(), secnumcloud="service", hosting_countries=["FR"], hds=True)
        assert [found(text).total for text in ("secnumcloud", "hds", "iso 27001")] == [1, 1, 0]

    def test_has_a_neutral_place_that_only_the_seed_changes(self) -> None:
        make_sheet()
        first, again = self.build().neutral, self.build().neutral
        (other,) = documents.build(Listing.objects.all(), seed="t", on=TODAY)
        assert first == again != other.neutral

    def test_is_dated_by_the_day_in_paris(self) -> None:
        page = make_sheet()
        late = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)
        SolutionPage.objects.filter(pk=page.pk).update(last_published_at=late)
        assert self.build().card["updated"] == "2026-03-02"

    def test_holds_no_control_character(self) -> None:
        vendor = VendorFactory(name="Petite\x1fVisio")
        make_offer(make_sheet("Orva\x0blis", summary="A\x02B", vendor=vendor), "En\x01ligne")
        made = self.build()
        assert (made.card["name"], made.card["vendor"]) == ("Orva lis", "Petite Visio")
        assert made.text["name"] == "Orva lis"
        assert made.offers[0].card["name"] == "En ligne"

    def test_counts_a_total_that_no_band_holds_as_not_priced(self, caplog: Any) -> None:
        PriceBand.objects.filter(code="25-60k").delete()
        make_offer(make_sheet(), **lump_sum("30000"))
        assert {price.facets["prix"] for price in self.build().offers[0].needs.values()} == {
            ("non-renseigne",)
        }
        assert "30000" in caplog.text

    def test_does_without_a_logo_that_cannot_be_read(self, caplog: Any) -> None:
        logo = CatalogueImage.objects.create(title="Logo", file=get_test_image_file())
        make_sheet(logo=logo)
        assert self.build().card["logo"]["width"] == 96
        logo.renditions.all().delete()
        logo.file.storage.delete(logo.file.name)
        assert self.build().card["logo"] is None
        assert str(logo.pk) in caplog.text

    def test_costs_the_same_queries_for_ten_sheets_as_for_two(
        self, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(10):
            page = make_sheet(f"Solution {number}")
            verify(make_offer(page, **lump_sum("10")))
        with django_assert_max_num_queries(22):
            assert len(list(documents.build(Listing.objects.all(), seed="s"))) == 10


class TestASelfAssessment:
    @pytest.fixture
    def listing(self, site: object) -> Listing:
        listing = make_sheet().listing
        ending = HEAD.replace("2026-01-01", "2026-01-01\nvalid_to = 2026-12-31")
        asked = (criterion("SE-01"), criterion("SE-02"), criterion("DO-01", "donnees"))
        version = make_version(*asked, head=ending)
        make_result(listing, version, {"SE-01": "oui", "SE-02": "non", "DO-01": "sans-objet"})
        return listing

    def on(self, day: dt.date) -> Document:
        (made,) = documents.build(Listing.objects.all(), seed="s", on=day)
        return made

    def test_raises_the_stage_and_gives_its_scores_until_its_last_day(
        self, listing: Listing
    ) -> None:
        last = self.on(dt.date(2026, 12, 31))
        assert (last.facets["etape"], last.card["stage"], last.label_rank) == (
            ("auto-evaluee",), "auto-evaluee", 1,
        )  # fmt: skip
        assert last.card["scores"] == {"essai/securite": 50}
        after = self.on(dt.date(2027, 1, 1))
        assert (after.facets["etape"], after.card["stage"], after.label_rank) == (
            ("referencee",), "referencee", 0,
        )  # fmt: skip
        assert after.card["scores"] == {}

    def test_is_read_as_it_was_stored_and_never_scored_again(
        self, listing: Listing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*args: object) -> None:
            raise AssertionError("scored")

        for name in ("score", "asked", "points"):
            monkeypatch.setattr(scoring, name, refuse)
        monkeypatch.setattr(labelling.results, "score", refuse)
        monkeypatch.setattr(labelling.models.referential, "build_definition", refuse)
        assert self.on(TODAY).card["scores"] == {"essai/securite": 50}

    def test_comes_first_among_stages(self, listing: Listing) -> None:
        make_sheet("Ailante")
        indexing.rebuild()
        hits = services.search(Query(sort=Sort.LABEL)).hits
        assert [hit.card["name"] for hit in hits] == ["Orvalis", "Ailante"]


@pytest.mark.django_db(transaction=True)
def test_renditions_can_be_made_while_others_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite a reading that stays open cannot be followed by a write, once others wrote."""
    monkeypatch.setattr(documents, "BATCH", 1)
    for name in ("Orvalis", "Clépside", "Brivance"):
        logo = CatalogueImage.objects.create(title="Logo", file=get_test_image_file())
        make_sheet(name, logo=logo)

    def write() -> None:
        try:
            VendorFactory()
        finally:
            connection.close()

    made = documents.build(Listing.objects.all(), seed="s")
    first = next(made)
    other = threading.Thread(target=write)
    other.start()
    other.join()
    assert all(document.card["logo"] for document in [first, *made])
