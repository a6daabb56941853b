"""Vocabularies in the admin."""

import datetime as dt

import pytest
from django.urls import reverse

from catalogue.models import (
    PurchaseVehicle,
    PurchasingBody,
)

pytestmark = pytest.mark.django_db


def test_ended_contracts_are_marked(moderator):
    body = PurchasingBody.objects.first()
    PurchaseVehicle.objects.create(
        body=body, number="M1", title="Ancien", holder="X", ends_on=dt.date(2020, 1, 1)
    )
    assert "Terminé, masqué" in moderator.get(reverse("vehicules-achat:index")).content.decode()
    response = moderator.get(reverse("vehicules-achat:index"), {"state": "open"})
    assert list(response.context["object_list"]) == []
