"""« Expliquer un classement »: who sees it, what it shows, and what it makes of bad input."""

from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from catalogue.choices import Size
from home.services import EDITORS, MODERATORS
from search import indexing, services
from search.contract import EngineUnavailable, Vocabulary
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.factories import VendorFactory, make_sheet

pytestmark = pytest.mark.django_db


def signed_in(client: Client, group: Group) -> Client:
    user = User.objects.create_user(f"{group.pk}@exemple.fr", "x", is_staff=True)
    user.groups.add(group)
    sign_in_staff(client, user)
    return client


@pytest.fixture
def editor(client, site) -> Client:
    return signed_in(client, Group.objects.get(name=EDITORS))


@pytest.fixture
def catalogue(site, engine):
    """Three sheets on mail, the best of a large company."""
    make_sheet("Aube", vendor=VendorFactory(size=Size.TPE), summary="Courrier entrant")
    make_sheet("Brise", vendor=VendorFactory(size=Size.TPE), description="Courrier <b>")
    make_sheet("Courrier Net", vendor=VendorFactory(size=Size.GE), summary="Courrier")
    indexing.rebuild()


def explain(client: Client, **parameters: str) -> BeautifulSoup:
    answer = client.get(reverse("search_ranking"), parameters)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def words(page: BeautifulSoup) -> str:
    return " ".join(page.select_one(".search-why").get_text(" ").split())


def names(page: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in page.select(".search-why__name a")]


class TestRights:
    def test_nobody_enters_without_signing_in(self, client, site):
        answer = client.get(reverse("search_ranking"))

        assert answer.status_code == 302
        assert answer.url.startswith(reverse("wagtailadmin_login"))

    def test_staff_without_the_right_is_refused(self, client, site):
        reader = Group.objects.create(name="Lecture")
        editors = Group.objects.get(name=EDITORS)
        reader.permissions.set(editors.permissions.filter(codename="access_admin"))
        answer = signed_in(client, reader).get(reverse("search_ranking"))

        assert answer.url == reverse("wagtailadmin_home")

    @pytest.mark.parametrize("group", [EDITORS, MODERATORS])
    def test_editors_and_moderators_find_it_in_the_menu(self, client, site, engine, group):
        signed_in(client, Group.objects.get(name=group))

        assert "Adresse de la recherche" in words(explain(client))
        assert (
            reverse("search_ranking") in client.get(reverse("wagtailadmin_home")).content.decode()
        )

    def test_it_changes_nothing_and_takes_no_post(self, editor):
        assert editor.post(reverse("search_ranking")).status_code == 405


class TestTheResults:
    def test_nothing_is_explained_until_it_is_asked_for(self, editor, catalogue):
        page = explain(editor)

        assert page.select("section") == []
        assert page.select_one("#id_besoin option[selected]")["value"] == "moyen"

    def test_come_in_order_with_their_scores_and_why(self, editor, catalogue):
        page = explain(editor, q="courrier")

        assert names(page)[0] == "Courrier Net"
        assert len(names(page)) == 3
        assert "3 solutions, triées par pertinence" in words(page)
        second = page.select(".search-why__results > li")[1]
        score = second.select_one(".search-why__score").get_text(" ", strip=True)
        assert score.startswith("Score : ")
        assert "," in second.select_one("strong").get_text()
        assert "Résumé : couri" in score
        assert second.select_one("details summary").get_text() == "Pourquoi « Aube »"
        assert "« couri » dans Résumé" in second.select_one("details").get_text(" ")

    def test_the_understanding_of_the_text_is_told(self, editor, catalogue):
        words_of_staff = Vocabulary((("courrier", "lettre recommandée"),))
        with patch("search.services.vocabulary", return_value=words_of_staff):
            shown = words(explain(editor, q="un courrier rapide agile -lent"))

        assert "courrier (racine « couri ») ou ses synonymes : lettre recommandée" in shown
        assert "exclu : « lent »" in shown
        assert "mots qui ne disent rien, ignorés : un" in shown
        assert "au moins 2 de ces 3 mots" in shown

    def test_a_typing_error_is_told(self, editor, catalogue):
        assert "« courrier » a peut-être été cherché" in words(explain(editor, q="cuorrier"))

    def test_without_words_have_no_score_and_say_that_the_draw_decides(self, editor, catalogue):
        page = explain(editor, q="")

        assert len(names(page)) == 3
        assert page.select(".search-why__score") == []
        assert "tiré au sort" in words(page)

    def test_another_sort_says_that_the_score_orders_nothing(self, editor, catalogue):
        page = explain(editor, q="courrier", tri="nom")

        assert names(page) == ["Aube", "Brise", "Courrier Net"]
        assert "n'ordonne rien" in words(page)

    def test_cost_as_many_queries_for_one_result_as_for_many(
        self, editor, catalogue, django_assert_max_num_queries
    ):
        explain(editor, q="courrier", fiche="Aube")
        with django_assert_max_num_queries(20):
            explain(editor, q="courrier", fiche="Aube")
        with django_assert_max_num_queries(45):
            explain(editor, q="courrier", fiche="Aube", taille="ge")


class TestTheAddress:
    def test_gives_words_filters_need_and_sort(self, editor, catalogue):
        address = "https://catalogue.exemple.fr/solutions/?q=courrier&taille=pme&tri=nom&page=7#x"
        page = explain(editor, adresse=address, q="autre chose", ess="1")

        assert names(page) == ["Aube", "Brise"]
        assert page.select_one("#id_q")["value"] == "courrier"
        assert page.select_one("#id_tri option[selected]")["value"] == "nom"
        assert page.select_one("#id_adresse").get("value") is None
        hidden = page.select(".search-why form input[type=hidden]")
        assert [(one["name"], one["value"]) for one in hidden] == [("taille", "pme")]
        assert "Filtres : taille de l'entreprise : PME" in words(page)

    def test_is_carried_by_the_fields_of_the_form_from_then_on(self, editor, catalogue):
        page = explain(editor, adresse="/solutions/?q=courrier&taille=pme")
        fields = {
            one["name"]: one.get("value", "") for one in page.select(".search-why form input")
        }

        assert names(explain(editor, **fields)) == ["Aube", "Brise"]
        link = page.find("a", string="Retirer les filtres")["href"]
        answer = editor.get(reverse("search_ranking") + link)
        assert len(names(BeautifulSoup(answer.content, "html.parser"))) == 3

    @pytest.mark.parametrize(
        "address",
        [
            "http://[x",
            "/solutions/aube/",
            "https://exemple.fr/ailleurs?q=a",
            "n'importe quoi",
            pytest.param("/solutions/?" + "a&" * 3000, id="too many parameters"),
            pytest.param("/solutions/?q=" + "x" * 9000, id="too long"),
        ],
    )
    def test_that_is_no_search_is_refused_and_all_that_was_typed_is_kept(
        self, editor, catalogue, address
    ):
        page = explain(editor, adresse=address, q="courrier", besoin="grand", taille="pme")

        assert page.select(".error-message")
        assert page.select("section") == []
        assert page.select_one("#id_q")["value"] == "courrier"
        assert page.select_one("#id_besoin option[selected]")["value"] == "grand"
        assert page.select_one("input[name=taille]")["value"] == "pme"

    def test_with_values_that_do_not_exist_is_told_as_on_the_public_page(self, editor, catalogue):
        shown = words(explain(editor, adresse="/solutions/?taille=geante&tri=hasard"))

        assert "La valeur « geante »" in shown
        assert "La valeur « hasard »" in shown


class TestTheSheet:
    @pytest.mark.parametrize(
        "typed", ["Brise", "brise", "/solutions/brise/", "https://exemple.fr/solutions/brise?a=b"]
    )
    def test_is_found_by_name_or_address_and_has_a_rank(self, editor, catalogue, typed):
        page = explain(editor, q="courrier", fiche=typed)

        assert "La fiche « Brise » Elle est au rang 3 sur 3." in words(page)
        assert "« couri » dans Description" in page.select("section")[1].get_text(" ")
        assert page.select_one("#id_fiche")["value"] == "brise"

    def test_that_a_filter_leaves_out_says_which(self, editor, catalogue):
        page = explain(editor, q="courrier", taille="ge", etape="referencee", fiche="Brise")

        [reason] = page.select("#fiche ~ ul li")
        assert reason.get_text().startswith("Le filtre « Taille de l'entreprise » l'écarte")

    def test_that_waits_to_be_indexed_says_so(self, editor, catalogue):
        indexing.queue(None)

        assert "peut encore bouger" in words(explain(editor, q="courrier", fiche="Brise"))

    def test_that_nobody_knows_is_asked_for_again(self, editor, catalogue):
        shown = words(explain(editor, q="courrier", fiche="<i>Inconnue</i>"))

        assert "Aucune fiche ne s'appelle « <i>Inconnue</i> »" in shown

    def test_is_chosen_when_several_are_called_alike(self, editor, catalogue):
        make_sheet("Brise Marine")
        shown = words(explain(editor, q="courrier", fiche="ris"))

        assert "Brise (/solutions/brise/), Brise Marine (/solutions/brise-marine/)" in shown


class TestAnEngine:
    def test_that_is_down_is_told_and_the_text_still_explained(self, editor, site, engine):
        page = explain(editor, q="courrier", fiche="")

        assert "Le moteur ne répond pas" in words(page)
        assert "racine « couri »" in words(page)

    @pytest.mark.parametrize("method", ["explain", "scan"])
    def test_that_goes_down_half_way_is_told(self, editor, catalogue, method):
        with patch.object(
            type(services.get_engine()), method, side_effect=EngineUnavailable("panne")
        ):
            shown = words(explain(editor, q="courrier", fiche="Aube"))

        assert "Le moteur ne répond pas" in shown

    def test_that_explains_nothing_leaves_ranks_without_scores(self, editor, catalogue):
        with patch.object(type(services.get_engine()), "explain", return_value={}):
            page = explain(editor, q="courrier")

        assert len(names(page)) == 3
        assert page.select(".search-why__score") == []


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.dictionaries(
        st.sampled_from(["q", "adresse", "fiche", "besoin", "tri", "taille", "page", "format"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    )
)
def test_no_input_breaks_the_page(editor, catalogue, parameters: dict[str, str]):
    assert editor.get(reverse("search_ranking") + "?" + urlencode(parameters)).status_code == 200


def test_results_are_those_of_the_first_page(editor, catalogue, monkeypatch):
    asked = []
    real = services.get_engine().search
    monkeypatch.setattr(
        services.get_engine(), "search", lambda query: asked.append(query) or real(query)
    )
    explain(editor, q="courrier", page="4")

    assert [query.page for query in asked] == [1]
