"""A French company controlled from abroad shows that control and its group's size, SIREN or not."""

import pytest
from django.urls import reverse

from catalogue.models import Vendor
from search.indexing import drain, rebuild
from tests.catalogue.company_api import SARL
from tests.catalogue.factories import make_sheet
from tests.catalogue.people import attach, person

pytestmark = pytest.mark.django_db

NAME = "Ardoise Courrier"


def typed(form, **changes):
    """What a browser sends of a form, with these changes."""
    values = {field.html_name: field.value() for field in form}
    return {
        name: value for name, value in {**values, **changes}.items() if value not in (None, False)
    }


@pytest.fixture
def search(site, engine, client):
    """Names that a search finds, as its page's data say, once the index is up to date."""
    rebuild()

    def find(**filters: str) -> list[str]:
        drain()
        answer = client.get("/solutions/", {**filters, "format": "json"}).json()
        return [result["name"] for result in answer["results"]]

    return find


@pytest.fixture
def sarl(site, client, company_api) -> Vendor:
    """A SARL that the register says small, and its owner outside the Union; proved, signed in."""
    client.force_login(person())
    there = f"{reverse('company_check')}?siren={SARL}"
    form = client.get(there).context["form"]
    assert form["size"].value() == "pe"  # what SIRENE says of the French part
    asked = typed(form, origin="hors-ue", origin_proof="Rapport annuel du groupe")
    assert "group_size" in client.post(there, asked).context["form"].errors
    assert client.post(there, {**asked, "group_size": "ge"}).status_code == 302
    vendor = Vendor.objects.get(siren=SARL)
    attach(vendor)
    return vendor


def test_its_origin_and_its_groups_size_are_shown_and_found(sarl, search, client):
    page = make_sheet(NAME, vendor=sarl)
    assert (sarl.size, sarl.size_source, sarl.country) == ("ge", "declare", "FR")
    for address in (page.url, sarl.get_absolute_url()):
        text = client.get(address).content.decode()
        assert "Hors Union européenne" in text
        assert "Grande entreprise" in text
        assert "Petite entreprise" not in text
    assert search(origine="hors-ue", taille="ge") == [NAME]
    for other in ({"origine": "fr"}, {"taille": "pe"}, {"taille": "pme"}):
        assert search(**other) == []
    card = client.get("/solutions/", {"format": "json"}).json()["results"][0]
    assert (card["size"], card["origin"]) == ("ge", "hors-ue")


def test_it_may_neither_take_back_the_size_of_its_siren_nor_hide_its_origin(sarl, search, client):
    make_sheet(NAME, vendor=sarl)
    compare = reverse("company_compare", args=[sarl.slug])
    client.post(compare, {"champ": ["size", "size_source", "size_year", "legal_name"]})
    sarl.refresh_from_db()
    assert (sarl.size, sarl.size_source) == ("ge", "declare")
    presentation = reverse("company", args=[sarl.slug])
    form = client.get(presentation).context["form"]
    # The size of the SIREN is typed beside: the group's is what counts.
    answer = client.post(presentation, typed(form, size="pe", group_size="eti"))
    assert answer.status_code == 302
    assert search(origine="hors-ue", taille="eti") == [NAME]
    assert search(taille="pe") == []


def test_a_company_bought_from_outside_the_union_changes_both(site, search, client, company_api):
    client.force_login(person())
    there = f"{reverse('company_check')}?siren={SARL}"
    form = client.get(there).context["form"]
    client.post(there, typed(form, origin="fr", origin_proof="Statuts"))
    vendor = Vendor.objects.get(siren=SARL)
    attach(vendor)
    make_sheet(NAME, vendor=vendor)
    assert search(origine="fr", taille="pe") == [NAME]
    assert vendor.size_source == "sirene"
    presentation = reverse("company", args=[vendor.slug])
    form = client.get(presentation).context["form"]
    bought = {"origin": "hors-ue", "origin_proof": "Acte de cession", "group_size": "ge"}
    client.post(presentation, typed(form, **bought))
    assert search(origine="hors-ue", taille="ge") == [NAME]
    assert search(origine="fr") == search(taille="pe") == []
    vendor.refresh_from_db()
    assert vendor.size_source == "declare"
