"""The index hears of the days that change what sheets say."""

import datetime as dt
from decimal import Decimal

import pytest

from catalogue.models import (
    Claim,
    OfficialEntry,
    PriceBand,
    PurchaseVehicle,
    PurchasingBody,
    SolutionPage,
)
from labelling.models import Award, Result
from search import indexing
from search.models import PendingDocument
from tests.catalogue.factories import lump_sum, make_offer, make_sheet, verify
from tests.labelling.factories import make_claim, make_evidence, make_result, make_version
from tests.labelling.labels import make_award
from tests.labelling.referentials import HEAD, criterion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site", "engine", "built_index")]


class TestADateThatPasses:
    TODAY = dt.date(2026, 11, 22)
    YESTERDAY = TODAY - dt.timedelta(days=1)

    def crossed(self) -> int:
        PendingDocument.objects.all().delete()
        row = indexing.state()
        row.dates_checked_on = self.YESTERDAY
        row.save()
        return indexing.queue_what_dates_changed(self.TODAY)

    def test_queues_the_sheet_whose_price_ended_yesterday(self) -> None:
        make_offer(make_sheet(), **lump_sum("1000", price_valid_until=self.YESTERDAY))
        assert self.crossed() == 1
        assert indexing.pending() == 1

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

    def test_queues_the_sheet_whose_self_assessment_ended(self) -> None:
        ending = HEAD.replace("2026-01-01", f"2026-01-01\nvalid_to = {self.YESTERDAY}")
        listing = make_sheet().listing
        result = make_result(listing, make_version(criterion(), head=ending), {"SE-01": "oui"})
        assert self.crossed() == 1
        Result.objects.filter(pk=result.pk).update(valid_to=self.TODAY)
        assert self.crossed() == 0

    @pytest.mark.parametrize(
        "columns",
        [{"valid_to": YESTERDAY}, {"granted_on": TODAY, "valid_to": dt.date(2028, 11, 22)}],
    )
    def test_queues_the_sheet_whose_label_ended_or_begins(self, columns) -> None:
        award = make_award(granted_on=dt.date(2024, 11, 22))
        assert self.crossed() == 0
        Award.objects.filter(pk=award.pk).update(**columns)
        assert self.crossed() == 1

    def test_is_looked_at_once_a_day(self) -> None:
        make_offer(make_sheet(), **lump_sum("1000", price_valid_until=self.YESTERDAY))
        assert self.crossed() == 1
        assert indexing.queue_what_dates_changed(self.TODAY) == 0

    def test_is_not_missed_when_days_were(self) -> None:
        make_offer(
            make_sheet(), **lump_sum("1000", price_valid_until=self.TODAY - dt.timedelta(days=9))
        )
        row = indexing.state()
        row.dates_checked_on = self.TODAY - dt.timedelta(days=10)
        row.save()
        assert indexing.queue_what_dates_changed(self.TODAY) == 1

    def test_costs_one_reading_once_it_was_done(self, django_assert_num_queries) -> None:
        self.crossed()
        with django_assert_num_queries(1):
            indexing.queue_what_dates_changed(self.TODAY)

    @pytest.mark.parametrize("day", ["verified_on", "contested_on"])
    def test_queues_the_sheet_whose_claim_changes_today(self, day: str) -> None:
        reason = {"contest_reason": "Hébergeur changé"} if day == "contested_on" else {}
        claim = verify(make_offer(make_sheet()), verified_on=dt.date(2026, 1, 1), **reason)
        Claim.objects.filter(pk=claim.pk).update(**{day: self.TODAY})
        assert self.crossed() == 1
        Claim.objects.filter(pk=claim.pk).update(**{day: self.TODAY + dt.timedelta(days=1)})
        assert self.crossed() == 0

    def test_queues_a_sheet_whose_piece_ended_once_however_much_it_says(self) -> None:
        page = make_sheet()
        for rank in range(3):
            claim = verify(
                make_offer(page, f"Offre {rank}", hds_until=self.YESTERDAY),
                verified_on=dt.date(2026, 1, 1),
            )
            make_evidence(claim, expires_on=self.YESTERDAY)
        assert self.crossed() == 1

    def test_leaves_alone_what_no_document_reads(self) -> None:
        result = make_result(make_sheet().listing, make_version(criterion()), {"SE-01": "oui"})
        claim = make_claim(
            result,
            "SE-01",
            verified_on=dt.date(2026, 1, 1),
            verified_by="Mission LABEL",
            expires_on=self.YESTERDAY,
        )
        make_evidence(claim, expires_on=self.YESTERDAY)
        assert self.crossed() == 0

    @pytest.mark.parametrize(
        "period",
        [{"valid_from": TODAY}, {"valid_from": dt.date(2025, 1, 1), "valid_to": YESTERDAY}],
    )
    def test_queues_every_sheet_when_a_dated_value_begins_or_ends(self, period: dict) -> None:
        make_sheet("Orvalis")
        make_sheet("Clépside")
        assert self.crossed() == 0
        PriceBand.objects.create(code="essai", label="Essai", lower=Decimal(1), **period)
        assert self.crossed() == 2
        assert indexing.drain() == 2

    @pytest.mark.parametrize(("name", "queued"), [("adequacy", 1), ("secnumcloud", 0)])
    def test_queues_every_sheet_when_an_adequacy_decision_ends(
        self, name: str, queued: int
    ) -> None:
        make_sheet()
        OfficialEntry.objects.create(
            list=name,
            code="CH",
            label="Suisse",
            valid_from=dt.date(2025, 1, 1),
            valid_to=self.YESTERDAY,
        )
        assert self.crossed() == queued

    def test_queues_the_sheet_that_nobody_published_for_a_year(self) -> None:
        page = make_sheet()
        for days, queued in ((365, 0), (366, 1), (367, 0)):
            moment = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC) - dt.timedelta(days=days)
            SolutionPage.objects.filter(pk=page.pk).update(last_published_at=moment)
            assert self.crossed() == queued
