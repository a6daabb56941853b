"""What a text was understood as, and why a sheet stands where it does or not at all."""

import uuid

import pytest
from django.utils import timezone

from catalogue.choices import Size
from catalogue.models import Listing, SolutionPage
from search import indexing, ranking, services
from search.contract import Engine, Query, Sort, Vocabulary
from search.forms import closed_labels
from search.models import IndexTarget, PendingDocument
from tests.catalogue.factories import VendorFactory, make_offer, make_sheet, per_agent

VOCABULARY = Vocabulary(
    synonyms=(("GED", "gestion électronique de documents"),),
    replaced={"Grosvisio": ("visioconference",)},
)
LABELS = {"categorie": {"visioconference": "Visioconférence"}}


class TestUnderstand:
    def test_synonyms_are_told_as_staff_wrote_them(self):
        [word] = ranking.understand("ged", VOCABULARY, LABELS).words

        assert (word.typed, word.stem) == ("ged", "ged")
        assert word.synonyms == ("gestion électronique de documents",)

    def test_a_product_to_replace_leads_to_categories(self):
        understood = ranking.understand("alternative à grosvisio", VOCABULARY, LABELS)

        assert [word.categories for word in understood.words] == [("Visioconférence",)]
        assert understood.ignored == ("alternative", "à")

    def test_phrases_exclusions_and_words_that_say_nothing_are_told_apart(self):
        understood = ranking.understand(
            'un logiciel sécurisé de courrier "parc de véhicules" -cantine', VOCABULARY, LABELS
        )

        assert [(word.typed, word.needed) for word in understood.words] == [
            ("sécurisé", False),
            ("courrier", True),
        ]
        assert understood.phrases == ("parc de véhicules",)
        assert understood.excluded == ("cantine",)
        assert understood.ignored == ("un", "logiciel", "de")

    def test_nothing_is_understood_of_nothing(self):
        understood = ranking.understand("  ", VOCABULARY, LABELS)

        assert (understood.words, understood.names, understood.needed) == ((), (), 0)


@pytest.fixture
def sheet(site, engine) -> SolutionPage:
    """Three sheets about mail; this one is of a large company, with an offer abroad and one dear."""
    for name in ("Aube", "Brise"):
        make_sheet(name, summary="Courrier entrant, courrier sortant, cantine")
    page = make_sheet(
        "Calme", vendor=VendorFactory(size=Size.GE), summary="Courrier du greffe et archivage"
    )
    make_offer(page, "Ailleurs", hosting_countries=["US"], **per_agent("1"))
    make_offer(page, "Ici", hosting_countries=["FR"], **per_agent("900"))
    indexing.rebuild()
    return page


def why(page: SolutionPage, **query) -> list[str]:
    """Why a search does not find a sheet."""
    listing = Listing.objects.select_related("page").get(page=page)
    asked = Query(**query)
    labels = {**closed_labels(), **services.facet_labels()}
    return ranking.why_absent(services.get_engine(), asked, listing, labels, total=3)


class TestRank:
    def test_it_is_the_place_among_all_whatever_the_page(self, sheet, engine: Engine):
        id_ = str(sheet.listing.uid)

        assert ranking.rank_of(engine, Query(sort=Sort.NAME, page=9, page_size=1), id_) == 3
        assert ranking.rank_of(engine, Query(text="greffe"), id_) == 1

    def test_there_is_none_for_what_is_not_found_or_too_far(
        self, sheet, engine: Engine, monkeypatch
    ):
        id_ = str(sheet.listing.uid)
        assert ranking.rank_of(engine, Query(text="cantine"), id_) is None

        monkeypatch.setattr(ranking, "MOST_SCANNED", 2)
        assert ranking.rank_of(engine, Query(sort=Sort.NAME), id_) is None


class TestWhyAbsent:
    def test_a_filter_says_what_it_wants_and_what_the_sheet_has(self, sheet):
        [reason] = why(sheet, text="greffe", filters={"taille": ("tpe", "pe")})

        assert reason.startswith("Le filtre « Taille de l'entreprise » l'écarte : il veut ")
        assert reason.endswith(", elle a « Grande entreprise ».")

    def test_only_the_filters_that_leave_it_out_are_told(self, sheet):
        reasons = why(sheet, filters={"taille": ("ge",), "ess": ("1",), "langue": ("fr",)})

        assert [reason.split(" »")[0] for reason in reasons] == [
            "Le filtre « Économie sociale et solidaire",
            "Le filtre « Langue",
        ]
        assert "elle a rien à cet endroit" in reasons[0]

    def test_filters_that_no_single_offer_satisfies_are_told_together(self, sheet):
        [reason] = why(sheet, filters={"hebergement": ("FR",), "moins-de-100k": ("1",)})

        assert reason == (
            "Aucune de ses offres ne satisfait à elle seule les filtres « Pays d'hébergement », "
            "« Moins de 100 000 € HT »."
        )

    def test_the_words_that_it_does_not_say_are_named(self, sheet):
        [reason] = why(sheet, text="courrier cantine")

        assert reason == "Le texte ne la trouve pas : elle ne dit pas « cantine »."

    def test_phrases_and_exclusions_are_named_too(self, sheet):
        assert why(sheet, text='"courrier archivage"') == [
            'Le texte ne la trouve pas : elle ne dit pas « "courrier archivage" ».'
        ]
        assert why(sheet, text="courrier -greffe") == ["Le texte l'exclut : elle dit « greffe »."]

    def test_a_draft_or_an_archived_sheet_has_no_other_reason(self, sheet):
        Listing.objects.filter(page=sheet).update(archived_at=timezone.now())
        assert "archivée" in why(sheet, text="cantine")[0]

        draft = make_sheet("Brouillon", live=False)
        assert why(draft, text="cantine") == ["Elle n'est pas publiée : c'est un brouillon."]

    def test_a_change_that_waits_is_told(self, sheet):
        target = IndexTarget.objects.get()
        page = make_sheet("Nouvelle", summary="Courrier")
        PendingDocument.objects.create(target=target.name, document=page.listing.uid)

        [reason] = why(page, text="courrier")
        assert "attendent d'être indexés" in reason

    def test_the_change_of_another_sheet_or_index_is_not(self, sheet):
        PendingDocument.objects.all().delete()
        PendingDocument.objects.create(target="embedded", document=uuid.uuid4())
        PendingDocument.objects.create(target="autre", document=sheet.listing.uid)

        assert not ranking.is_pending(sheet.listing)

    def test_an_index_that_does_not_know_it_is_to_be_rebuilt(self, sheet, engine: Engine):
        engine.delete([str(sheet.listing.uid)])
        PendingDocument.objects.all().delete()

        [reason] = why(sheet, text="courrier")
        assert "rebuild_index" in reason

    def test_a_sheet_that_cannot_be_indexed_is_told(self, sheet, monkeypatch):
        monkeypatch.setattr("search.documents.build", lambda *args, **options: iter(()))

        assert "ne peut pas être indexé" in why(sheet)[0]


class TestFindListings:
    def test_the_exact_name_or_slug_comes_before_names_that_contain_it(self, site):
        exact = make_sheet("Orvalis")
        make_sheet("Orvalis Plus")

        assert [one.page.pk for one in ranking.find_listings("ORVALIS", 5)] == [exact.pk]
        assert len(ranking.find_listings("orval", 5)) == 2
        assert len(ranking.find_listings("orval", 1)) == 1
        assert ranking.find_listings("rien", 5) == []
