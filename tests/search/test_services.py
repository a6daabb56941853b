"""Searching: the words that staff keep show in its answers at once."""

from typing import Any

import pytest
from django.test import Client

from catalogue.models import Integration, PriceBand
from search import indexing, services

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site", "engine")]


class TestALabel:
    def test_that_staff_changed_shows_at_the_next_search(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        assert services.facet_labels()["integration"]
        with django_capture_on_commit_callbacks(execute=True):
            Integration.objects.create(slug="fictive", name="Plateforme fictive")
        assert services.facet_labels()["integration"]["fictive"] == "Plateforme fictive"

    def test_is_not_read_again_while_nothing_changes(self, django_assert_num_queries) -> None:
        services.facet_labels()
        with django_assert_num_queries(0):
            services.facet_labels()

    def test_of_a_price_band_is_that_of_the_row_in_force(self, client: Client) -> None:
        indexing.rebuild()
        PriceBand.objects.filter(code="25-60k", valid_to=None).update(
            label="Entre vingt-cinq et soixante"
        )
        assert services.facet_labels()["prix"]["25-60k"] == "Entre vingt-cinq et soixante"
        assert list(services.facet_labels()["prix"])[-2:] == ["sur-devis", "non-renseigne"]
        assert "Entre vingt-cinq et soixante" in client.get("/solutions/").content.decode()
