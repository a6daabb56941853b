"""The comparison, as a buyer reads it."""

import csv
import datetime as dt
import io
import re

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.choices import Deployment, SecNumCloud, Source
from catalogue.models import BuyerCategory
from search import indexing, services
from search.contract import EngineUnavailable, Need
from search.forms import closed_labels
from sourcing.comparison import compare
from tests.catalogue.factories import (
    TODAY,
    VendorFactory,
    lump_sum,
    make_offer,
    make_sheet,
    per_agent,
    verify,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *args: TODAY)


@pytest.fixture
def sheets(site):
    """Two sheets of one vendor that differ by price and hosting, and share the rest."""
    vendor = VendorFactory()
    first = make_sheet("Orvalis", vendor=vendor, rgaa="partiellement")
    second = make_sheet("Brumeval", vendor=vendor, rgaa="partiellement")
    make_offer(first, "Abonnement", **per_agent("10"), hosting_countries=["FR"])
    make_offer(second, "Forfait", **lump_sum("60000"), hosting_countries=["DE"])
    return first, second


def read(query, status=200):
    response = Client().get(f"/comparer/{query}")
    assert response.status_code == status
    return response.content.decode().replace("\xa0", " ").replace("&#x27;", "'")


def rows(groups):
    return {row.label: row for group in groups for row in group.rows}


def comparison(*pages, need=Need.MEDIUM):
    labels = {**closed_labels(), **services.facet_labels()}
    return compare([page.slug for page in pages], need, labels)


def test_rows_that_differ_come_first_and_the_others_are_points_in_common(sheets):
    result = comparison(*sheets)
    differing, common = rows(result.differing), rows(result.common)
    assert {"Coût total hors taxes", "Pays d'hébergement"} <= set(differing)
    assert "Accessibilité (RGAA)" in common
    assert not set(differing) & set(common)


def test_solutions_keep_the_order_of_the_address(sheets):
    html = read("?s=brumeval&s=orvalis")
    head = re.search(r"<thead>(.*?)</thead>", html, re.DOTALL).group(1)
    assert head.index("Brumeval") < head.index("Orvalis")


def test_totals_are_those_of_the_need_that_is_asked_for(sheets):
    assert "48 000 € HT pour 100 agents sur 48 mois" in read("?s=orvalis&s=brumeval")
    assert "9 600 € HT pour 20 agents" in read("?s=orvalis&s=brumeval&besoin=petit")


def test_an_expired_price_reads_expired(sheets):
    page = make_sheet("Tardif")
    make_offer(page, **lump_sum("10", price_valid_until=TODAY - dt.timedelta(days=1)))
    assert "Tarif expiré le 21 novembre 2026" in read("?s=tardif&s=orvalis")


def test_each_cell_says_who_says_so(sheets):
    page = make_sheet("Sûr")
    offer = make_offer(
        page,
        "Qualifié",
        deployment=Deployment.SAAS,
        secnumcloud=SecNumCloud.SERVICE,
        hosting_countries=["FR"],
        host_outside_eu_control=False,
        reversibility_documented=True,
    )
    verify(offer)
    cloud = rows(comparison(page, sheets[0]).differing)["Cloud au centre"]
    assert [entry.trust for cell in cloud.cells for entry in cell] == ["verifie", "declare"]
    verify_mark = read(f"?s={page.slug}&s=orvalis")
    assert "Vérifié" in verify_mark
    assert "déclaré" in verify_mark


def test_offers_that_say_different_things_are_told_apart(sheets):
    make_offer(sheets[0], "Chez vous", deployment=Deployment.ON_PREMISES)
    cell = rows(comparison(*sheets).differing)["Déploiement"].cells[0]
    assert {entry.offer for entry in cell} == {"Abonnement", "Chez vous"}


def test_what_nobody_said_reads_not_given(sheets):
    page = make_sheet("Détaillée", delay="jour")
    assert "non renseigné" in read(f"?s=orvalis&s={page.slug}")
    delay = rows(comparison(sheets[0], page).differing)["Délai de déploiement"]
    assert [len(cell) for cell in delay.cells] == [0, 1]


@pytest.mark.parametrize(
    "query", ["", "?s=", "?s=rien", "?s=%00", "?s=%ED%A0%80", "?besoin=énorme"]
)
def test_without_solutions_the_page_helps_to_choose(site, query):
    html = read(query)
    assert "Choisissez de deux à 5 solutions" in html
    assert 'name="q"' in html


def test_one_solution_is_kept_and_another_one_asked_for(sheets):
    html = read("?s=orvalis")
    assert "ajoutez-en au moins une" in html
    assert '<input type="hidden" name="s" value="orvalis">' in html


def test_the_first_five_are_kept_and_the_page_says_so(site):
    pages = [make_sheet(f"Solution {number}") for number in range(7)]
    query = "&".join(f"s={page.slug}" for page in pages)
    html = read(f"?{query}")
    assert "les cinq premières sont gardées, 2 sont laissées de côté" in html
    assert "Solution 4" in html
    assert "Solution 5" not in html
    assert 'name="q" id="ajouter-q"' not in html


def test_unknown_and_archived_slugs_are_said_and_duplicates_dropped(sheets):
    sheets[1].listing.archived_at = timezone.now()
    sheets[1].listing.save()
    html = read("?s=orvalis&s=orvalis&s=brumeval&s=<b>inconnue")
    assert "introuvables ou retirées du catalogue : brumeval, &lt;b&gt;inconnue" in html
    assert "Une solution est choisie" in html


def test_five_hundred_parameters_are_no_trouble(sheets):
    read("?" + "&".join(f"s=inconnue-{number}" for number in range(500)))


def test_a_column_can_be_removed_and_the_need_is_kept(sheets):
    html = read("?s=orvalis&s=brumeval&besoin=grand")
    assert 'href="/comparer/?s=brumeval&amp;besoin=grand"' in html


def test_words_find_solutions_to_add(sheets, engine):
    make_sheet("Visiolane", summary="Visioconférence de proximité.")
    indexing.rebuild()
    html = read("?s=orvalis&q=visiolane")
    assert 'href="/comparer/?s=orvalis&amp;s=visiolane"' in html


def test_a_dead_engine_is_said_and_the_comparison_stands(sheets, monkeypatch):
    def dead(query):
        raise EngineUnavailable

    monkeypatch.setattr(services, "search", dead)
    html = read("?s=orvalis&s=brumeval&q=visio")
    assert "La recherche ne répond pas" in html
    assert "Ce qui diffère" in html


def test_the_csv_holds_the_same_rows_and_runs_no_formula(sheets):
    make_sheet("=1+1", version="2")
    response = Client().get("/comparer/?s=orvalis&s=11&format=csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = response.content.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert table[0] == ["Rubrique", "Critère", "Différent", "Orvalis", "'=1+1"]
    criteria = {line[1]: line for line in table}
    assert "48\xa0000\xa0€\xa0HT" in criteria["Coût total hors taxes"][3]
    assert "auto-référencée" in table[-1][3]


def test_the_csv_of_nothing_is_its_header(site):
    response = Client().get("/comparer/?s=zz&format=csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.decode("utf-8-sig") == "Rubrique;Critère;Différent\r\n"


def test_community_software_declares_nothing(sheets):
    page = make_sheet("Libre", rgaa="partiellement")
    page.listing.source, page.listing.vendor = Source.SILL, None
    page.listing.external_id, page.listing.source_licence = "1", "etalab-2.0"
    page.listing.source_url = "https://sill.exemple.invalid/1"
    page.listing.save()
    html = read("?s=libre&s=orvalis")
    assert "Prestations non chiffrées" in html
    found = rows(comparison(page, sheets[0]).differing)
    [price] = found["Coût total hors taxes"].cells[0]
    [stage] = found["Étape"].cells[0]
    assert (price.text, price.trust, price.source) == ("Prestations non chiffrées", None, "")
    assert (stage.text, stage.trust) == ("Logiciel communautaire", None)
    response = Client().get("/comparer/?s=libre&s=orvalis&format=csv")
    assert "(selon le SILL)" in response.content.decode()


def test_publics_stand_together(sheets):
    category = BuyerCategory.objects.first()
    sheets[0].buyer_categories.add(category)
    sheets[0].save()
    groups = {group.label: group for group in comparison(*sheets).differing}
    assert [row.label for row in groups["Publics"].rows] == ["Public visé"]


def test_the_number_of_queries_does_not_depend_on_the_solutions(
    site, django_assert_max_num_queries
):
    pages = [make_sheet(f"Solution {number}") for number in range(5)]
    for page in pages:
        for number in range(4):
            verify(make_offer(page, f"Offre {number}", **per_agent("5")))
    query = "?" + "&".join(f"s={page.slug}" for page in pages)
    read(query)
    with django_assert_max_num_queries(40):
        read(query)


def test_only_reading_is_possible(site):
    assert Client().post("/comparer/").status_code == 405
