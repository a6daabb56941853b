"""What the home page shows."""

import pytest
from django.test import Client

from home import context_processors, presentation
from search.contract import Bucket, EngineUnavailable, Results
from search.indexing import rebuild
from tests.catalogue.factories import VendorFactory, make_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget_the_flag():
    context_processors._holds_fictitious.cache_clear()
    yield
    context_processors._holds_fictitious.cache_clear()


def results(**facets: dict[str, int]) -> Results:
    buckets = {
        name: tuple(Bucket(*pair) for pair in counts.items()) for name, counts in facets.items()
    }
    return Results(hits=(), total=10, facets=buckets, apart={})


def test_shares_are_of_the_vendors_sheets_not_of_community_software(site, monkeypatch):
    found = results(
        source={"vendeur": 8, "sill": 2}, taille={"pme": 6}, distribution={"libre": 3}, categorie={}
    )
    monkeypatch.setattr(presentation, "search", lambda query: found)
    front = presentation.front_page()
    assert (front.solutions, front.from_vendors, front.community) == (10, 8, 2)
    assert front.pme_share == 75
    assert front.free == 3


def test_an_empty_catalogue_has_no_share_and_still_a_page(client: Client, site, engine):
    rebuild()
    page = client.get("/").content.decode()
    assert "Explorer par besoin" in page
    assert "Fiches mises à jour récemment" not in page


def test_counts_and_recent_sheets_come_from_the_index(client: Client, site, engine):
    make_sheet("Parapheur clair", categories=("signature-parapheur",))
    rebuild()
    front = presentation.front_page()
    counts = {tile.slug: tile.count for tile in front.categories}
    assert len(counts) == 12
    assert counts["documents"] == 1
    assert counts["territoire"] == 0
    assert "Parapheur clair" in client.get("/").content.decode()


def test_a_dead_engine_leaves_the_categories_without_counts(client: Client, site, monkeypatch):
    def dead(query):
        raise EngineUnavailable("on purpose")

    monkeypatch.setattr(presentation, "search", dead)
    answer = client.get("/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "/solutions/?categorie=documents" in page
    assert "gt-figures" not in page
    assert "gt-category__count" not in page


def test_a_second_visit_within_a_minute_reads_nothing_of_the_catalogue(
    client: Client, site, engine, django_assert_max_num_queries
):
    rebuild()
    client.get("/")
    with django_assert_max_num_queries(6):  # Wagtail's own: site, route, page
        client.get("/")


class TestDemonstrationBanner:
    def test_fictitious_companies_are_announced_on_every_page(self, client: Client, site):
        VendorFactory(is_fictitious=True)
        assert "Catalogue de démonstration" in client.get("/contact/").content.decode()

    def test_a_real_catalogue_carries_no_banner(self, client: Client, site):
        VendorFactory(is_fictitious=False)
        assert "Catalogue de démonstration" not in client.get("/contact/").content.decode()
