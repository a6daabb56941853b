"""The public register: what it lists, what each award tells, and that all places say the same."""

import csv
import datetime as dt
import io
import json

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from catalogue.models import Listing
from labelling import awarding, procedure
from labelling.models import Award
from labelling.state_words import Audience, state_label
from labelling.states import ApplicationState, AwardState, Subject
from search import documents, indexing
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.labelling.labels import (
    labelled_sheet,
    make_application,
    make_award,
    make_decider,
    make_label,
    make_reviewer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]

REGISTER = "/label/"
IN_FORCE = {
    AwardState.ACTIVE,
    AwardState.RESERVED,
    AwardState.UNDER_REEXAMINATION,
    AwardState.SUSPENSION_NOTICE,
    AwardState.ABROGATION_NOTICE,
}


def soup(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return BeautifulSoup(answer.content, "html.parser")


def text(client, address, status=200):
    return " ".join(soup(client, address, status).main.get_text(" ").split())


def status(client, url, code=200):
    answer = client.get("/label/status.json", {"url": url})
    assert answer.status_code == code
    return answer.json()


class TestEveryPlaceSaysTheSame:
    @pytest.mark.parametrize(
        ("state", "before"),
        [*((state, None) for state in AwardState), (AwardState.ABROGATION_NOTICE, "suspended")],
    )
    def test_of_an_award_in_any_state(self, client, state, before):
        reason = {"reason": "Hébergement changé."} if before else {}
        award = make_award(state, **({"before": before, **reason} if before else {}))
        in_force = state in IN_FORCE and before is None
        public = AwardState(award.before) if "notice" in state else state
        words = state_label(Subject.AWARD, public, Audience.PUBLIC)
        sheet = award.listing.page

        badge = soup(client, f"/label/{award.number}/badge.svg")
        told = status(client, f"/solutions/{sheet.slug}/")
        listed = soup(client, f"{REGISTER}?etat=tous&q={award.number}").select("tbody tr")
        found = [
            one.select_one("a[href^='/label/']")["href"]
            for one in soup(client, REGISTER).select("tbody tr")
        ]
        (document,) = documents.build(Listing.objects.filter(pk=award.listing_id), seed="x")
        page = soup(client, f"/solutions/{sheet.slug}/")
        section = page.select_one("section[aria-labelledby=label]").get_text(" ")
        certificate = client.get(f"/label/{award.number}/certificat.pdf")

        assert badge.title.get_text().endswith(f"– {words}")
        assert (told["state"], told["in_force"]) == (public, in_force)
        assert [row.select_one(".gt-mark").get_text() for row in listed] == [words]
        assert (f"/label/{award.number}/" in found) is in_force
        assert (document.facets["etape"] == ("labellisee",)) is in_force
        assert words in section
        assert ("Labellisée" in page.select_one(".gt-sheet__badges").get_text()) is in_force
        assert certificate.status_code == (200 if in_force else 410)
        assert words in text(client, f"/label/{award.number}/")

    def test_the_day_after_the_last_one_though_nobody_noted_it(self, client):
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        award = make_award(valid_to=yesterday)
        assert status(client, f"/solutions/{award.listing.page.slug}/")["state"] == "expired"
        assert "Label expiré" in text(client, f"/label/{award.number}/")
        assert "Expiré" in soup(client, f"/label/{award.number}/badge.svg").title.get_text()
        assert client.get(f"/label/{award.number}/certificat.pdf").status_code == 410
        assert "Aucun label n'est en vigueur aujourd'hui" in text(client, REGISTER)

    def test_a_notice_is_between_mission_label_and_the_company(self, client):
        award = make_award()
        before = text(client, f"/label/{award.number}/")
        modified = client.get(f"/label/{award.number}/badge.svg")["Last-Modified"]
        awarding.announce(
            award=award, measure="suspension", by=make_reviewer(), reason="Soupçon sérieux."
        )
        award.refresh_from_db()
        assert award.state == AwardState.SUSPENSION_NOTICE
        assert text(client, f"/label/{award.number}/") == before
        assert client.get(f"/label/{award.number}/badge.svg")["Last-Modified"] == modified
        exported = client.get(f"{REGISTER}?etat=tous&format=json").content.decode()
        assert "Soupçon" not in exported
        assert "notice" not in exported


class TestTheRegister:
    def test_says_what_a_label_is_worth_and_how_to_check_a_badge(self, client):
        label = make_label()
        page = text(client, REGISTER)
        for said in (
            "Aucun label n'est en vigueur aujourd'hui",
            "Il couvre les offres nommées à l'attribution",
            "Il ne vaut ni recommandation d'achat",
            label.decided_by,
            "chaque thème atteint 80 % au moins",
            "Vérifier un badge",
        ):
            assert said in page
        assert soup(client, REGISTER).select_one("a[href='/referentiels/essai/']")

    def test_is_searched_by_solution_company_number_label_and_level(self, client):
        label = make_label()
        vendor = VendorFactory(name="Éditions Ombelle")
        award = make_award(
            application=make_application(
                ApplicationState.GRANTED, label=label, listing=labelled_sheet(label, vendor)
            )
        )
        make_award(application=make_application(ApplicationState.GRANTED, label=label))
        level = label.levels.last()
        Award.objects.exclude(pk=award.pk).update(level=level)

        def found(query):
            return soup(client, f"{REGISTER}?{query}").select("tbody tr a[href^='/label/']")

        assert len(found("")) == 2
        for query in (
            "q=editions+OMBELLE",
            f"q={award.number.lower()}",
            f"q={award.title}",
            f"label={label.slug}:essentiel",
        ):
            assert [one["href"] for one in found(query)] == [f"/label/{award.number}/"], query
        for query in ("q=%C2%A7", "q=inconnue", "label=inconnu", "label=%00x:%00", "q=%00x"):
            assert not found(query)
        assert "Voir tous les labels en vigueur" in text(client, f"{REGISTER}?q=inconnue")
        assert soup(client, f"{REGISTER}?q=x").select_one("meta[name=robots]")

    def test_is_cut_in_pages_and_costs_the_same_whatever_it_holds(self, client, monkeypatch):
        monkeypatch.setattr("labelling.views_register.PER_PAGE", 2)
        label = make_label()
        client.get(REGISTER)  # what a process remembers is read once

        def cost():
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"{REGISTER}?etat=tous").status_code == 200
            return len(queries)

        def grant(count):
            for _ in range(count):
                make_award(
                    AwardState.RESERVED,
                    application=make_application(
                        ApplicationState.GRANTED_WITH_RESERVATIONS, label=label
                    ),
                )

        grant(1)
        one = cost()
        grant(2)
        assert cost() == one <= 6
        pages = soup(client, f"{REGISTER}?etat=tous").select(".fr-pagination a[href]")
        assert {page["href"] for page in pages} == {"?etat=tous&page=2"}
        assert len(soup(client, f"{REGISTER}?etat=tous&page=2").select("tbody tr")) == 1
        assert client.get(f"{REGISTER}?page=beaucoup").status_code == 200

    def test_is_downloaded_as_it_is_filtered(self, client):
        award = make_award(AwardState.RESERVED, title="=cmd()")
        make_award(AwardState.ABROGATED)
        answer = client.get(f"{REGISTER}?format=csv")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(lines), delimiter=";")
        assert (row["numero"], row["solution"]) == (award.number, "'=cmd()")
        assert row["etat"] == "En vigueur, avec réserves"
        assert row["reserves"] == "Publier le rapport de test."
        told = client.get(f"{REGISTER}?format=json&etat=tous").json()
        assert told["count"] == 2
        assert {one["state"] for one in told["results"]} == {"reserved", "abrogated"}
        assert answer["Access-Control-Allow-Origin"] == "*"

    def test_is_named_in_the_footer_and_the_sitemap(self, client):
        award = make_award()
        assert soup(client, REGISTER).select_one("footer a[href='/label/']")
        assert "/label/</loc>" in client.get("/sitemap-pages.xml").content.decode()
        assert f"/label/{award.number}/</loc>" in client.get("/sitemap-labels.xml").content.decode()
        assert "Disallow: /label/?" in client.get("/robots.txt").content.decode()


class TestAnAward:
    def test_tells_its_history_by_public_words_and_nobody(self, client):
        label = make_label()
        award = make_award(
            application=make_application(ApplicationState.GRANTED, label=label),
        )
        reviewer, decider, other = make_reviewer(), make_decider(label), make_decider(label)
        awarding.suspend_urgently(
            award=award, by=decider, comment="Note interne : voir Dominique.", reason="Fuite."
        )
        award.refresh_from_db()
        assert "Motif : Fuite." in text(client, f"/label/{award.number}/")
        awarding.reinstate(award=award, by=other, comment="Corrigé, dit Camille.")
        awarding.announce(award=award, measure="abrogation", by=reviewer, reason="Préavis secret.")
        page = text(client, f"/label/{award.number}/")
        history = page[page.index("Historique") :]
        assert history.index("Label rétabli") < history.index("Label suspendu en urgence")
        assert history.index("Fuite.") < history.index("Label attribué")
        for hidden in ("Dominique", "Camille", "Préavis", "interne", "Motif :"):
            assert hidden not in page

    def test_says_what_was_reexamined_and_what_is_reserved(self, client):
        award = make_award(AwardState.RESERVED)
        awarding.reexamine(award=award, reason="L'hébergeur a changé.")
        page = text(client, f"/label/{award.number}/")
        assert "En vigueur, réexamen en cours" in page
        assert "Motif : L'hébergeur a changé." in page
        assert "Publier le rapport de test. À lever au plus tard le" in page

    def test_leads_along_the_chain_of_renewals(self, client):
        old = make_award()
        new = make_application(ApplicationState.GRANTED, label=old.label, listing=old.listing)
        Award.objects.filter(pk=old.pk).update(state="expired", ended_on=timezone.localdate())
        renewal = make_award(application=new)
        Award.objects.filter(pk=old.pk).update(state="superseded", replaced_by=renewal)
        assert f"{renewal.number} , Essentiel" in text(client, f"/label/{old.number}/")
        assert "(remplace celle-ci)" in text(client, f"/label/{old.number}/")
        page = text(client, f"/label/{renewal.number}/")
        assert old.number in page
        assert "(remplacée par celle-ci)" in page
        sheet = text(client, f"/solutions/{old.listing.page.slug}/")
        assert renewal.number in sheet
        assert old.number not in sheet

    def test_leads_to_its_sheet_while_the_public_sees_it(self, client):
        award = make_award()
        address = f"/solutions/{award.listing.page.slug}/"
        assert soup(client, f"/label/{award.number}/").select_one(f"main a[href='{address}']")
        Listing.objects.filter(pk=award.listing_id).update(archived_at=timezone.now())
        for page in (f"/label/{award.number}/", REGISTER):
            assert not soup(client, page).select_one(f"main a[href='{address}']")

    def test_gives_a_badge_to_copy_that_says_no_state(self, client):
        award = make_award()
        page = soup(client, f"/label/{award.number}/")
        code = BeautifulSoup(page.select_one("textarea").get_text(), "html.parser")
        assert code.a["href"].endswith(f"/label/{award.number}/")
        assert code.img["src"].endswith(f"/label/{award.number}/badge.svg")
        assert (
            code.img["alt"]
            == f"Label d'essai, niveau Essentiel, n° {award.number} : vérifier son état"
        )
        data = json.loads(page.select_one("script[type='application/ld+json']").get_text())
        assert data["certificationStatus"].endswith("/CertificationActive")

    def test_costs_few_queries(self, client):
        award = make_award(AwardState.RESERVED)
        client.get(f"/label/{award.number}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/label/{award.number}/")
        assert len(queries) <= 6

    @pytest.mark.parametrize(
        "name", ["", "badge.svg", "certificat.pdf", "credential.json", "credential.jwt"]
    )
    def test_that_was_never_in_force_is_nowhere(self, client, name):
        tomorrow = timezone.localdate() + dt.timedelta(days=1)
        award = make_award(granted_on=tomorrow)
        assert client.get(f"/label/{award.number}/{name}").status_code == 404
        assert client.get(f"/label/LG-1999-0001/{name}").status_code == 404


class TestTheSheet:
    def test_says_the_label_before_all_else_and_its_stage(self, client):
        award = make_award(AwardState.RESERVED)
        page = soup(client, f"/solutions/{award.listing.page.slug}/")
        sections = [one["aria-labelledby"] for one in page.select("section.gt-sheet__section")]
        assert sections[:2] == ["label", "presentation"]
        said = " ".join(page.select_one("section[aria-labelledby=label]").get_text(" ").split())
        assert "En ligne" in said
        notice = page.select_one(".gt-sheet__notice").get_text(" ")
        assert "a labellisé les offres nommées sous « Label », et elles seules" in notice
        assert "Réserves que l'offreur doit lever : Publier le rapport de test." in said
        assert page.select_one(f"a[href='/label/{award.number}/']")

    def test_falls_back_to_its_self_assessment_when_the_label_is_suspended(self, client):
        award = make_award(AwardState.SUSPENDED)
        page = soup(client, f"/solutions/{award.listing.page.slug}/")
        assert "Auto-évaluée" in page.select_one(".gt-sheet__badges").get_text()
        assert "Motif : L'hébergement n'est plus celui" in " ".join(page.main.get_text(" ").split())

    def test_costs_one_query_more_than_without_a_label(self, client):
        award = make_award()
        plain = labelled_sheet(award.label)
        addresses = [f"/solutions/{one.page.slug}/" for one in (plain, award.listing)]
        client.get(addresses[0])
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
        assert counts[1] <= counts[0] + 1  # the reservations


class TestTheSearch:
    def test_finds_labelled_sheets_and_puts_them_first(self, client, engine):
        award = make_award()
        make_sheet("Aaa")
        indexing.rebuild()
        found = client.get("/solutions/?format=json&tri=label").json()["results"]
        assert [one["stage"] for one in found] == ["labellisee", "referencee"]
        narrowed = client.get("/solutions/?format=json&etape=labellisee").json()
        assert [one["slug"] for one in narrowed["results"]] == [award.listing.page.slug]
        assert "Labellisée" in text(client, "/solutions/?etape=labellisee")

    def test_hears_of_a_suspension_at_once(self, client, engine):
        label = make_label()
        award = make_award(application=make_application(ApplicationState.GRANTED, label=label))
        indexing.rebuild()
        procedure.apply(
            thing=award,
            name="suspend_urgently",
            by=make_decider(label),
            comment="Fuite.",
            change=lambda row: setattr(row, "reason", "Fuite."),
        )
        indexing.drain()
        assert client.get("/solutions/?format=json&etape=labellisee").json()["count"] == 0


class TestTheCertificate:
    def test_is_a_pdf_that_names_what_it_covers(self, client):
        award = make_award(AwardState.RESERVED)
        answer = client.get(f"/label/{award.number}/certificat.pdf")
        assert answer["Content-Type"] == "application/pdf"
        said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        for told in (award.number, "En ligne", "Publier le rapport de test."):
            assert told in " ".join(said.split())

    def test_of_a_label_that_is_no_longer_in_force_is_explained(self, client):
        award = make_award(AwardState.SUSPENDED)
        page = text(client, f"/label/{award.number}/certificat.pdf", status=410)
        assert "n'a plus de certificat" in page
        assert "Suspendu" in page
        assert "Motif : L'hébergement" in page
