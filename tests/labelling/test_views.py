"""Referentials as anyone reads them."""

import tomllib

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse

from labelling.models import ReferentialVersion
from labelling.services import load_referential
from tests.labelling.referentials import HEAD, criterion, referential

pytestmark = pytest.mark.django_db

SECOND = HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2027-01-01")


def load(*criteria, head=HEAD):
    source = referential(*criteria, head=head)
    return load_referential(source=source, file="essai.toml")[0]


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.content, "html.parser").main.get_text(" ").split())


def test_every_question_is_read_with_its_rules(client, site):
    version = load(
        criterion("SE-01", blocking=True, text="Chiffrez-vous les données au repos ?"),
        criterion(
            "DO-01",
            "donnees",
            confidence="memory",
            editor_note="À confirmer par un juriste.",
            evidence="required",
            evidence_expected="Une attestation datée",
            when={"all": [{"criterion": "SE-01", "is": ["oui"]}, {"fact": "ia", "is": ["oui"]}]},
        ),
    )
    page = text(client, version.get_absolute_url())
    for said in (
        "Chiffrez-vous les données au repos ?",
        "Critères bloquants pour un label : SE-01 .",
        "Demandé seulement si : SE-01 : Oui et usage d'intelligence artificielle : oui",
        "Pièce demandée : Une attestation datée",
        "Note de la rédaction : À confirmer par un juriste.",
        version.sha256,
    ):
        assert said in page


def test_the_file_is_the_one_that_was_published(client, site):
    version = load(criterion())
    answer = client.get(f"{version.get_absolute_url()}?format=toml")
    assert answer["Content-Disposition"] == 'attachment; filename="essai-1.toml"'
    assert tomllib.loads(answer.content.decode())["slug"] == "essai"
    data = client.get(f"{version.get_absolute_url()}?format=json").json()
    assert data["criterion"][0]["id"] == "SE-01"


def test_the_name_alone_leads_to_the_version_in_force(client, site):
    first = load(criterion())
    second = load(criterion(), head=SECOND)
    address = reverse("referential", args=["essai"])
    with time_machine.travel("2026-12-31 12:00"):
        assert client.get(address).url == first.get_absolute_url()
    with time_machine.travel("2027-01-02 12:00"):
        assert client.get(address).url == second.get_absolute_url()
    with time_machine.travel("2025-12-31 12:00"):
        assert client.get(address).url == first.get_absolute_url()


def test_a_version_says_what_it_changes(client, site):
    load(criterion("SE-01"), criterion("SE-02"))
    second = load(criterion("SE-01", weight=2), criterion("SE-03"), head=SECOND)
    page = text(client, second.get_absolute_url())
    assert "Ce qui change depuis la version 1" in page
    assert "Nouveau : SE-03" in page
    assert "Supprimé : SE-02" in page
    assert "Modifié : SE-01 (le poids)" in page


def test_the_list_names_every_published_version(client, site):
    load(criterion())
    load(criterion(), head=SECOND)
    with time_machine.travel("2026-06-01 12:00"):
        page = text(client, reverse("referentials"))
    assert "Version 2 applicable à partir du 1er janvier 2027 (à venir)" in page
    assert "Version 1 applicable à partir du 1er janvier 2026" in page


def test_an_empty_list_says_so(client, site):
    assert "Aucun référentiel" in text(client, reverse("referentials"))


def test_what_is_not_published_is_not_found(client, site):
    version = load(criterion())
    ReferentialVersion.objects.filter(pk=version.pk).update(published_at=None)
    for address in (version.get_absolute_url(), reverse("referential", args=["essai"])):
        assert client.get(address).status_code == 404
    assert client.get("/referentiels/essai/99/").status_code == 404


def test_pages_cost_few_queries(client, site, django_assert_max_num_queries):
    version = load(*(criterion(f"SE-{n:02}") for n in range(60)))
    client.get(version.get_absolute_url())
    with django_assert_max_num_queries(8):
        client.get(version.get_absolute_url())
    with django_assert_max_num_queries(6):
        client.get(reverse("referentials"))
