"""The index hears of every change, loses none, and is rebuilt without a gap."""

import datetime as dt

import pytest
from django.db import transaction

from catalogue.models import Category, Claim, Listing, PurchaseVehicle, PurchasingBody, SolutionPage
from search import services
from search.contract import EngineUnavailable, Query
from search.models import IndexTarget, PendingDocument
from tests.catalogue.factories import VendorFactory, lump_sum, make_offer, make_sheet, verify

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site", "engine")]


def names(text: str = "", **filters: tuple[str, ...]) -> list[str]:
    """Names found by a search."""
    return [hit.card["name"] for hit in services.search(Query(text, filters)).hits]


@pytest.fixture(autouse=True)
def _built_index(site: object, engine: object) -> None:
    services.rebuild()


class TestAChange:
    def test_of_a_published_sheet_reaches_the_index_when_drained(self) -> None:
        page = make_sheet("Orvalis")
        page.title = "Clépside"
        page.save_revision().publish()
        services.drain()
        assert names() == ["Clépside"]
        assert services.pending() == 0

    def test_that_is_rolled_back_leaves_nothing_to_do(self) -> None:
        with transaction.atomic():
            make_sheet()
            transaction.set_rollback(True)
        assert services.pending() == 0

    def test_that_unpublishes_a_sheet_takes_it_out(self) -> None:
        page = make_sheet()
        services.drain()
        page.unpublish()
        services.drain()
        assert names() == []

    def test_that_deletes_a_sheet_takes_it_out(self) -> None:
        page = make_sheet()
        services.drain()
        SolutionPage.objects.get(pk=page.pk).delete()
        services.drain()
        assert names() == []

    def test_of_a_vendor_reaches_all_its_sheets(self) -> None:
        vendor = VendorFactory()
        make_sheet("Orvalis", vendor=vendor)
        make_sheet("Clépside", vendor=vendor)
        services.drain()
        vendor.size = "eti"
        vendor.save()
        services.drain()
        assert sorted(names(taille=("eti",))) == ["Clépside", "Orvalis"]

    def test_of_a_claim_changes_what_the_offer_counts_as(self) -> None:
        offer = make_offer(
            make_sheet(),
            secnumcloud="service",
            hosting_countries=["FR"],
            host_outside_eu_control=False,
        )
        services.drain()
        assert names(cloud=("declare-conforme",)) == ["Orvalis"]
        claim = verify(offer)
        services.drain()
        assert names(cloud=("conforme",)) == ["Orvalis"]
        claim.delete()
        services.drain()
        assert names(cloud=("conforme",)) == []

    def test_of_a_category_queues_every_sheet(self) -> None:
        make_sheet("Orvalis")
        make_sheet("Clépside")
        services.drain()
        Category.objects.get(slug="visioconference").save()
        assert services.pending() == 2

    def test_is_not_queued_while_no_index_was_ever_built(self) -> None:
        IndexTarget.objects.all().delete()
        make_sheet()
        assert PendingDocument.objects.count() == 0


class TestTheDrainer:
    def test_keeps_every_row_when_the_engine_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_sheet()

        def fail(documents: object) -> None:
            raise EngineUnavailable("en panne")

        monkeypatch.setattr(services.get_engine(), "upsert", fail)
        waiting = services.pending()
        with pytest.raises(EngineUnavailable):
            services.drain()
        assert services.pending() == waiting
        assert set(PendingDocument.objects.values_list("attempts", flat=True)) == {1}

    def test_keeps_a_change_made_while_it_writes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        page = make_sheet()
        write = services.get_engine().upsert

        def write_while_somebody_edits(documents: list) -> None:
            write(documents)
            if not PendingDocument.objects.filter(attempts=9).exists() and not edited:
                edited.append(1)
                page.title = "Clépside"
                page.save_revision().publish()

        edited: list[int] = []
        monkeypatch.setattr(services.get_engine(), "upsert", write_while_somebody_edits)
        services.drain()
        assert names() == ["Clépside"]


class TestARebuild:
    def test_finds_what_was_never_queued(self) -> None:
        page = make_sheet()
        PendingDocument.objects.all().delete()
        SolutionPage.objects.filter(pk=page.pk).update(title="Clépside")
        assert services.rebuild() == 1
        assert names() == ["Clépside"]

    def test_draws_a_new_neutral_order(self) -> None:
        before = services.neutral_seed()
        services.rebuild()
        assert services.neutral_seed() != before

    def test_does_not_lose_a_change_made_meanwhile(self) -> None:
        page = make_sheet()

        def change_meanwhile(stream):
            for document in stream:
                page.title = "Clépside"
                page.save_revision().publish()
                yield document

        services.rebuild(progress=change_meanwhile)
        assert names() == ["Clépside"]

    def test_leaves_drafts_and_archived_sheets_out(self) -> None:
        make_sheet("Orvalis", live=False)
        archived = make_sheet("Clépside")
        Listing.objects.filter(page=archived).update(archived_at="2026-01-01T00:00:00Z")
        assert services.rebuild() == 0


class TestADateThatPasses:
    TODAY = dt.date(2026, 11, 22)
    YESTERDAY = TODAY - dt.timedelta(days=1)

    def crossed(self) -> int:
        PendingDocument.objects.all().delete()
        row = services.state()
        row.dates_checked_on = self.YESTERDAY
        row.save()
        return services.queue_what_dates_changed(self.TODAY)

    def test_queues_the_sheet_whose_price_ended_yesterday(self) -> None:
        make_offer(make_sheet(), **lump_sum("1000", price_valid_until=self.YESTERDAY))
        assert self.crossed() == 1
        assert services.pending() == 1

    def test_does_not_queue_a_price_that_holds_today(self) -> None:
        make_offer(make_sheet(), **lump_sum("1000", price_valid_until=self.TODAY))
        assert self.crossed() == 0

    def test_queues_the_sheet_whose_claim_or_contract_ended(self) -> None:
        verify(
            make_offer(make_sheet("Orvalis")),
            kind=Claim.Kind.HDS,
            verified_on=dt.date(2026, 1, 1),
            expires_on=self.YESTERDAY,
        )
        contract = PurchaseVehicle.objects.create(
            body=PurchasingBody.objects.get(slug="ugap"),
            number="DEMO-1",
            title="Logiciels",
            holder="Titulaire fictif",
            ends_on=self.YESTERDAY,
        )
        make_offer(make_sheet("Clépside")).vehicles.through.objects.create(
            offer=make_offer(make_sheet("Brivance")), purchasevehicle=contract
        )
        assert self.crossed() == 2

    def test_is_looked_at_once_a_day(self) -> None:
        make_offer(make_sheet(), **lump_sum("1000", price_valid_until=self.YESTERDAY))
        assert self.crossed() == 1
        assert services.queue_what_dates_changed(self.TODAY) == 0

    def test_is_not_missed_when_days_were(self) -> None:
        make_offer(
            make_sheet(), **lump_sum("1000", price_valid_until=self.TODAY - dt.timedelta(days=9))
        )
        row = services.state()
        row.dates_checked_on = self.TODAY - dt.timedelta(days=10)
        row.save()
        assert services.queue_what_dates_changed(self.TODAY) == 1
