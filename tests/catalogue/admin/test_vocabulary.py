"""Vocabularies in the admin."""

import datetime as dt

import pytest
from django.urls import reverse

from catalogue.models import Category, Integration, PurchaseVehicle, PurchasingBody
from tests.catalogue.factories import make_sheet

pytestmark = pytest.mark.django_db


def test_ended_contracts_are_marked(moderator):
    body = PurchasingBody.objects.first()
    PurchaseVehicle.objects.create(
        body=body, number="M1", title="Ancien", holder="X", ends_on=dt.date(2020, 1, 1)
    )
    assert "Terminé, masqué" in moderator.get(reverse("vehicules-achat:index")).content.decode()
    response = moderator.get(reverse("vehicules-achat:index"), {"state": "open"})
    assert list(response.context["object_list"]) == []


@pytest.mark.parametrize("address", ["categories", "offreurs", "centrales-achat"])
def test_what_is_in_use_is_not_deleted_and_says_why(moderator, address, site):
    page = make_sheet(categories=("ged",))
    things = {
        "categories": Category.objects.get(slug="ged"),
        "offreurs": page.listing.vendor,
        "centrales-achat": PurchasingBody.objects.get(slug="ugap"),
    }
    PurchaseVehicle.objects.create(
        body=things["centrales-achat"], number="M1", title="T", holder="X"
    )
    thing = things[address]
    for send in (moderator.get, moderator.post):
        response = send(reverse(f"{address}:delete", args=[thing.pk]), follow=True)
        assert "est utilisé : retirez-le" in response.content.decode()
    assert type(thing).objects.filter(pk=thing.pk).exists()


def test_what_nothing_uses_any_more_can_be_deleted(moderator):
    word = Integration.objects.get(slug="pix")
    moderator.post(reverse("services-raccordables:delete", args=[word.pk]))
    assert not Integration.objects.filter(pk=word.pk).exists()
