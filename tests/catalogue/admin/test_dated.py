"""Dated values in the admin."""

import datetime as dt

import pytest
from django.urls import reverse

from catalogue.models import (
    Threshold,
)

pytestmark = pytest.mark.django_db


def test_a_threshold_not_verified_for_six_months_is_flagged(moderator):
    Threshold.objects.all().delete()
    Threshold.objects.create(
        code="x", label="Vieux", value=1, valid_from=dt.date(2020, 1, 1),
        verified_on=dt.date.today() - dt.timedelta(days=200),
    )  # fmt: skip
    Threshold.objects.create(
        code="y", label="Fini", value=1, valid_from=dt.date(2020, 1, 1),
        valid_to=dt.date(2020, 12, 31), verified_on=dt.date.today(),
    )  # fmt: skip
    page = moderator.get(reverse("seuils:index"), {"period": "now"})
    assert [row.label for row in page.context["object_list"]] == ["Vieux"]
    assert "À revérifier" in page.content.decode()
