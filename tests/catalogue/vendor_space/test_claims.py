"""Members read what mission LABEL contests of their sheets, and answer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue import contesting
from catalogue.models import Claim
from tests.catalogue.agents import agent
from tests.catalogue.claims import cloud_claim, contested, read
from tests.catalogue.factories import VendorFactory, make_offer
from tests.catalogue.people import member, moderator, reviewer

pytestmark = pytest.mark.django_db

LIST = "/espace-editeur/fictilog/contestations/"


@pytest.fixture
def claim(site):
    return cloud_claim()


@pytest.fixture
def contest(claim):
    return contested(claim)


def sign_in(client, user):
    client.force_login(user)
    return client


def test_a_member_is_told_on_the_dashboard_then_answers_and_corrects(client, claim, contest):
    sign_in(client, member(claim.listing.vendor, "editor"))
    home = client.get(reverse("vendor_space")).content.decode()
    assert "1 contestation attend la réponse de Fictilog" in home
    page = client.get(LIST).content.decode()
    assert "votre réponse est attendue avant le" in page
    there = f"{LIST}{contest.uid}/"
    assert there in page
    empty = client.post(there, {"text": " "})
    assert "Écrivez votre réponse." in empty.content.decode()
    assert client.post(there, {"text": "Voici le bon."}).url == there
    client.post(there, {"text": "Voici le bon, joint."})
    assert read(contest).answer == "Voici le bon, joint."
    assert "contestation attend" not in client.get(reverse("vendor_space")).content.decode()

    contesting.uphold(contest=contest, by=moderator(), decision="Il est périmé.")
    late = client.post(there, {"text": "Un texte que je ne veux pas perdre."})
    assert late.status_code == 200
    page = late.content.decode()
    assert "la réponse ne change plus" in page
    assert "Il est périmé." in page


def test_nobody_else_knows_of_it(client, claim, contest):
    there = f"{LIST}{contest.uid}/"
    assert client.get(LIST).url.startswith(reverse("account_login"))
    others = (member(VendorFactory(slug="autre")), agent(), moderator(), reviewer())
    for user in others:
        sign_in(client, user)
        for address in (LIST, there, f"/espace-editeur/autre/contestations/{contest.uid}/"):
            assert client.get(address).status_code == 404
            assert client.post(address, {"text": "Moi."}).status_code in (404, 405)
    assert read(contest).answer == ""


def test_the_list_costs_a_bounded_number_of_queries_a_row(client, claim, contest):
    sign_in(client, member(claim.listing.vendor))

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST)
        return len(asked)

    queries()
    one = queries()
    offer = make_offer(claim.listing.page, "Autre", host="Nuage")
    other = Claim.objects.create(listing=claim.listing, kind="cloud", subject=offer.uid)
    contested(other)
    assert queries() <= one + 1
