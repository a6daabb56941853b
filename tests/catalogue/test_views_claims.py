"""The public page of a claim: what it is worth, who checked it, what was contested; never a person."""

import datetime as dt

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue import contesting, verifying
from catalogue.choices import Consent
from catalogue.models import BuyerCategory, Claim, Evidence, Offer, Reference
from tests.catalogue.claims import SOURCE, cloud_claim, contested, officially, proposed
from tests.catalogue.people import member, moderator

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


@pytest.fixture
def claim(site):
    return cloud_claim()


def address(claim):
    return reverse("claim_history", args=[claim.listing.page.slug, claim.uid])


def shown(client, claim):
    answer = client.get(address(claim))
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.content, "html.parser").main.get_text(" ").split())


def test_it_tells_every_verification_with_its_source_and_its_end(client, claim):
    one, other = moderator(), moderator()
    verifying.confirm(verification=proposed(claim, one), by=other)
    officially(claim, one, finding="Le service figure sur la liste.")
    verifying.end(claim=claim, reason="Retiré de la liste", by=one)
    page = shown(client, claim)
    for words in (
        "Cloud au centre, offre « En ligne »",
        "Nuage fictif",
        "Vérifié par deux personnes de la mission LABEL",
        "remplacée par une vérification plus récente",
        "Vérifié par cyber.gouv.example",
        "Le service figure sur la liste.",
        "Retiré de la liste",
        "Aucune contestation n'est publique.",
    ):
        assert words in page
    html = client.get(address(claim)).content.decode()
    assert SOURCE in html
    assert one.email not in html
    assert other.email not in html


def test_what_a_body_vouches_for_is_told_without_a_row(client, claim):
    assert "Aucune vérification n'est enregistrée ici." in shown(client, claim)
    Claim.objects.update(verified_on=dt.date(2026, 3, 1), verified_by="un agent de Valfictif")
    page = shown(client, claim)
    assert "Vérifié par un agent de Valfictif le 1er mars 2026." in page.replace("\xa0", " ")
    assert "Aucune vérification" not in page


def test_a_contest_is_read_from_its_day_with_the_answer_and_the_decision(client, claim):
    owner = member(claim.listing.vendor)
    contest = contested(claim, reason="Le certificat est celui d'un autre.")
    contesting.answer(contest=contest, by=owner, text="Il est au nom de notre filiale.")
    assert "celui d'un autre" not in shown(client, claim)
    assert "filiale" not in shown(client, claim)
    with time_machine.travel(dt.datetime.combine(contest.public_from, dt.time(9), dt.UTC)):
        assert "celui d'un autre" in shown(client, claim)
        contesting.uphold(contest=contest, by=moderator(), decision="La filiale ne l'a plus.")
        page = shown(client, claim)
    assert "maintenue" in page
    assert "notre filiale" in page
    assert "La filiale ne l'a plus." in page
    assert owner.email not in client.get(address(claim)).content.decode()


def test_the_sheet_leads_to_it_beside_each_mark(client, claim):
    officially(claim)
    assert address(claim) in client.get("/solutions/ged-sobre/").content.decode()


def test_what_the_public_may_not_know_is_not_found(client, claim):
    listing = claim.listing
    handed = Claim.objects.create(listing=listing, kind=Claim.Kind.ANSWER, key="essai/SE-01")
    piece = Evidence.objects.create(claim=handed, title="A", url="https://a.example", is_draft=True)
    row = Reference.objects.create(
        page=listing.page,
        client="Ville",
        year=2024,
        buyer_category=BuyerCategory.objects.first(),
        consent=Consent.NONE,
    )
    silent = Claim.objects.create(listing=listing, kind=Claim.Kind.REFERENCE, subject=row.uid)
    for one in (handed, silent):
        assert client.get(address(one)).status_code == 404
    piece.is_draft = False
    piece.save()
    assert client.get(address(handed)).status_code == 200
    assert client.get(f"/solutions/autre/preuves/{claim.uid}/").status_code == 404
    assert client.post(address(claim)).status_code == 405
    Offer.objects.all().delete()
    assert client.get(address(claim)).status_code == 404
    listing.archived_at = timezone.now()
    listing.save()
    assert client.get(address(handed)).status_code == 404


def test_a_long_history_costs_no_more_queries(client, claim):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(address(claim))
        return len(asked)

    officially(claim)
    queries()
    one = queries()
    for _again in range(3):
        officially(claim)
    Evidence.objects.create(claim=claim, title="A", url="https://a.example")
    assert queries() <= one <= MOST_QUERIES
