"""The index hears of every change, loses none, and is rebuilt without a gap."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from wagtail.images.tests.utils import get_test_image_file

from catalogue.models import (
    CatalogueImage,
    Category,
    Claim,
    Integration,
    Listing,
    PriceBand,
    PurchaseVehicle,
    PurchasingBody,
    ReferenceConfiguration,
    SolutionPage,
    Threshold,
)
from search import documents, indexing, locks, services
from search.contract import Document, DocumentsRefused, EngineUnavailable, Query
from search.management.commands import sync_index
from search.models import IndexTarget, PendingDocument, SearchState
from search.services import get_engine
from tests.catalogue.factories import VendorFactory, lump_sum, make_offer, make_sheet, verify

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site", "engine")]


def names(text: str = "", **filters: tuple[str, ...]) -> list[str]:
    """Names found by a search."""
    return [hit.card["name"] for hit in services.search(Query(text, filters)).hits]


def generation_class() -> type:
    """The class of the engine's generations."""
    scratch = get_engine().generation()
    scratch.discard()
    return type(scratch)


@pytest.fixture(autouse=True)
def _built_index(site: object, engine: object) -> None:
    indexing.rebuild()


class TestAChange:
    def test_of_a_published_sheet_reaches_the_index_when_drained(self) -> None:
        page = make_sheet("Orvalis")
        page.title = "Clépside"
        page.save_revision().publish()
        indexing.drain()
        assert names() == ["Clépside"]
        assert indexing.pending() == 0

    def test_that_is_rolled_back_leaves_nothing_to_do(self) -> None:
        with transaction.atomic():
            make_sheet()
            transaction.set_rollback(True)
        assert indexing.pending() == 0

    def test_that_unpublishes_a_sheet_takes_it_out(self) -> None:
        page = make_sheet()
        indexing.drain()
        page.unpublish()
        indexing.drain()
        assert names() == []

    def test_that_deletes_a_sheet_takes_it_out(self) -> None:
        page = make_sheet()
        indexing.drain()
        SolutionPage.objects.get(pk=page.pk).delete()
        indexing.drain()
        assert names() == []

    def test_of_a_vendor_reaches_all_its_sheets(self) -> None:
        vendor = VendorFactory()
        make_sheet("Orvalis", vendor=vendor)
        make_sheet("Clépside", vendor=vendor)
        indexing.drain()
        vendor.size = "eti"
        vendor.save()
        indexing.drain()
        assert sorted(names(taille=("eti",))) == ["Clépside", "Orvalis"]

    def test_of_a_claim_changes_what_the_offer_counts_as(self) -> None:
        offer = make_offer(
            make_sheet(),
            secnumcloud="service",
            hosting_countries=["FR"],
            host_outside_eu_control=False,
        )
        indexing.drain()
        assert names(cloud=("declare-conforme",)) == ["Orvalis"]
        claim = verify(offer)
        indexing.drain()
        assert names(cloud=("conforme",)) == ["Orvalis"]
        claim.delete()
        indexing.drain()
        assert names(cloud=("conforme",)) == []

    def test_of_a_category_queues_the_sheets_that_are_in_it(self) -> None:
        make_sheet("Orvalis")
        make_sheet("Clépside", categories=("ged",))
        indexing.drain()
        Category.objects.get(slug="visioconference").save()
        assert indexing.pending() == 1

    def test_of_a_mother_category_queues_the_sheets_of_its_children(self) -> None:
        make_sheet("Clépside", categories=("ged",))
        indexing.drain()
        Category.objects.get(slug="documents").save()
        assert indexing.pending() == 1

    def test_that_deletes_a_word_queues_the_sheets_that_had_it(self) -> None:
        page = make_sheet()
        word = Integration.objects.create(slug="fictive", name="Plateforme fictive")
        page.integrations.create(integration=word, state="integre")
        indexing.drain()
        word.delete()
        indexing.drain()
        assert names(integration=("fictive",)) == []

    def test_of_a_dated_value_is_one_row_that_stands_for_all_sheets(self) -> None:
        make_offer(make_sheet("Orvalis"), **lump_sum("50"))
        make_offer(make_sheet("Clépside"), **lump_sum("60"))
        indexing.drain()
        ReferenceConfiguration.objects.filter(metric="forfait").delete()
        for row in PriceBand.objects.all():
            row.save()
        assert indexing.pending() == PriceBand.objects.count() + 3
        assert indexing.drain() == 2
        assert names(prix=("non-renseigne",)) != []
        assert indexing.pending() == 0

    def test_of_words_that_no_sheet_can_have_yet_queues_nothing(self) -> None:
        make_sheet()
        indexing.drain()
        Integration.objects.create(slug="fictive", name="Plateforme fictive")
        for threshold in Threshold.objects.all():
            threshold.save()
        assert indexing.pending() == 0

    @pytest.mark.parametrize("change", ["save", "delete"])
    def test_of_a_logo_queues_the_sheets_that_show_it(self, change: str) -> None:
        logo = CatalogueImage.objects.create(title="Logo", file=get_test_image_file())
        make_sheet("Orvalis", logo=logo)
        make_sheet("Clépside")
        indexing.drain()
        getattr(logo, change)()
        assert indexing.pending() == 1

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
        waiting = indexing.pending()
        with pytest.raises(EngineUnavailable):
            indexing.drain()
        assert indexing.pending() == waiting

    def test_keeps_a_change_made_while_it_writes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        page = make_sheet()
        write = services.get_engine().upsert
        edited: list[int] = []

        def write_while_somebody_edits(documents: list) -> None:
            write(documents)
            if not edited:
                edited.append(1)
                page.title = "Clépside"
                page.save_revision().publish()

        monkeypatch.setattr(services.get_engine(), "upsert", write_while_somebody_edits)
        indexing.drain()
        assert names() == ["Clépside"]

    def test_leaves_the_index_to_whoever_writes_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_sheet()
        monkeypatch.setattr(indexing, "DRAINER_WAITS", 0.0)
        with locks.one_at_a_time("embedded"):
            assert indexing.drain() == 0
        assert indexing.pending() > 0
        assert indexing.drain() == 1


@pytest.fixture
def spoilt(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make the document of the sheet of a name impossible to build; none with an empty name."""
    build = documents.document
    bad: list[str] = []

    def fail(listing: Listing, frame: Any) -> Document:
        if listing.page.title in bad:
            raise ValueError("données incohérentes")
        return build(listing, frame)

    monkeypatch.setattr(documents, "document", fail)
    return lambda title: bad.__setitem__(slice(None), [title])


class TestASheetThatCannotBeIndexed:
    def test_does_not_hold_the_others_back(self, spoilt, caplog) -> None:
        spoilt("Orvalis")
        make_sheet("Orvalis")
        make_sheet("Clépside")
        indexing.drain()
        assert names() == ["Clépside"]
        assert str(Listing.objects.get(page__title="Orvalis").uid) in caplog.text

    def test_keeps_its_row_and_is_tried_again_later_only(self, spoilt) -> None:
        spoilt("Orvalis")
        make_sheet("Orvalis")
        indexing.drain()
        assert indexing.drain() == 0
        assert set(PendingDocument.objects.values_list("attempts", flat=True)) == {1}
        spoilt("")
        PendingDocument.objects.update(not_before=timezone.now())
        indexing.drain()
        assert names() == ["Orvalis"]
        assert indexing.pending() == 0

    def test_stays_in_the_index_as_it_was(self, spoilt) -> None:
        page = make_sheet("Orvalis")
        indexing.drain()
        spoilt("Clépside")
        page.title = "Clépside"
        page.save_revision().publish()
        indexing.drain()
        assert names() == ["Orvalis"]

    def test_waits_once_however_often_everything_is_refreshed(self, spoilt) -> None:
        spoilt("Orvalis")
        make_sheet("Orvalis")
        PendingDocument.objects.all().delete()
        for _ in range(2):
            indexing.queue(None)
            indexing.drain()
        assert indexing.pending() == 1

    def test_is_left_out_of_a_rebuild_and_waits(self, spoilt) -> None:
        make_sheet("Orvalis")
        make_sheet("Clépside")
        spoilt("Orvalis")
        assert indexing.rebuild() == 1
        assert indexing.pending() == 1

    def test_is_found_among_those_that_the_engine_refuses(self, monkeypatch) -> None:
        write = services.get_engine().upsert

        def refuse(documents: list[Document]) -> None:
            if any(document.text["name"] == "Orvalis" for document in documents):
                raise TypeError("illisible")
            write(documents)

        monkeypatch.setattr(services.get_engine(), "upsert", refuse)
        make_sheet("Orvalis")
        make_sheet("Clépside")
        indexing.drain()
        assert names() == ["Clépside"]
        assert set(PendingDocument.objects.values_list("attempts", flat=True)) == {1}

    def test_is_told_by_the_command(self, spoilt, capsys) -> None:
        spoilt("Orvalis")
        make_sheet("Orvalis")
        PendingDocument.objects.all().delete()
        indexing.queue(Listing.objects.values_list("uid", flat=True))
        call_command("sync_index")
        assert "en attente : 1" in capsys.readouterr().out


class TestTheLoop:
    def test_survives_whatever_happens(self, monkeypatch, caplog) -> None:
        class Stop:
            """Asks to stop at the third look; never waits."""

            pauses: list[float] = []

            def is_set(self) -> bool:
                return len(self.pauses) == 3

            def wait(self, seconds: float) -> None:
                self.pauses.append(seconds)

            def set(self) -> None: ...

        def fail() -> int:
            raise RuntimeError("imprévu")

        monkeypatch.setattr(sync_index.threading, "Event", Stop)
        monkeypatch.setattr(sync_index.signal, "signal", lambda *_: None)
        monkeypatch.setattr(sync_index, "close_old_connections", lambda: None)
        monkeypatch.setattr(sync_index, "drain", fail)
        call_command("sync_index", "--loop", "--interval", "1")
        assert Stop.pauses == [2, 4, 8]
        assert "imprévu" in caplog.text


class TestARebuild:
    def test_finds_what_was_never_queued(self) -> None:
        page = make_sheet()
        PendingDocument.objects.all().delete()
        SolutionPage.objects.filter(pk=page.pk).update(title="Clépside")
        assert indexing.rebuild() == 1
        assert names() == ["Clépside"]

    def test_draws_a_new_neutral_order_every_day(self) -> None:
        before = indexing.neutral_seed()
        indexing.rebuild()
        assert indexing.neutral_seed() == before  # both engines have the same order all day
        SearchState.objects.update(drawn_at=timezone.now() - dt.timedelta(days=1))
        indexing.rebuild()
        assert indexing.neutral_seed() != before

    def test_does_not_lose_a_change_made_meanwhile(self) -> None:
        page = make_sheet()

        def change_meanwhile(stream):
            for document in stream:
                page.title = "Clépside"
                page.save_revision().publish()
                yield document

        indexing.rebuild(progress=change_meanwhile)
        assert names() == ["Clépside"]

    def test_leaves_the_index_that_answers_up_to_date_meanwhile(self) -> None:
        page = make_sheet()
        seen: list[list[str]] = []

        def change_meanwhile(stream):
            for document in stream:
                page.title = "Clépside"
                page.save_revision().publish()
                indexing.drain()
                seen.append(names())
                yield document

        assert indexing.rebuild(progress=change_meanwhile) == 1
        assert seen == [["Clépside"]]
        assert names() == ["Clépside"]
        assert indexing.pending() == 0

    def test_hears_of_a_change_that_began_before_it(self, monkeypatch) -> None:
        page = make_sheet()

        def change_unheard(stream):
            for document in stream:
                # As by a transaction that read the list of indexes before this one was in it.
                SolutionPage.objects.filter(pk=page.pk).update(title="Clépside")
                PendingDocument.objects.create(target="embedded", document=page.listing.uid)
                indexing.drain()
                yield document

        indexing.rebuild(progress=change_unheard)
        assert names() == ["Clépside"]

    def test_that_fails_leaves_nothing_behind(self) -> None:
        make_sheet()
        indexing.drain()

        def fail(stream):
            next(iter(stream))
            make_sheet("Clépside")
            raise RuntimeError("imprévu")
            yield

        with pytest.raises(RuntimeError, match="imprévu"):
            indexing.rebuild(progress=fail)
        assert not IndexTarget.objects.filter(name__contains="/").exists()
        assert not PendingDocument.objects.filter(target__contains="/").exists()
        indexing.drain()
        assert len(names()) == 2

    def test_in_which_most_sheets_fail_leaves_the_index_as_it_was(self, monkeypatch) -> None:
        make_sheet("Orvalis")
        make_sheet("Clépside")
        indexing.drain()

        def refuse_all(self, stream):
            raise DocumentsRefused({one.id: "champ inconnu" for one in stream}, taken=0)

        monkeypatch.setattr(generation_class(), "fill", refuse_all)
        with pytest.raises(indexing.RebuildFailed):
            indexing.rebuild()
        with pytest.raises(CommandError, match="l'ancien sert toujours"):
            call_command("rebuild_index")
        assert len(names()) == 2

    def test_leaves_to_the_new_index_what_could_not_be_replayed(self, monkeypatch) -> None:
        page = make_sheet("Orvalis")
        make_sheet("Clépside")
        indexing.drain()

        def change_meanwhile(stream):
            yield from stream
            page.title = "Brivance"
            page.save_revision().publish()
            indexing.drain()  # known to the old index, and forwarded

        def refuse(self, found):
            raise DocumentsRefused({one.id: "trop long" for one in found}, taken=0)

        monkeypatch.setattr(generation_class(), "upsert", refuse)
        indexing.rebuild(progress=change_meanwhile)
        waiting = PendingDocument.objects.values_list("target", "document")
        assert set(waiting) == {("embedded", page.listing.uid)}
        monkeypatch.undo()
        PendingDocument.objects.update(not_before=timezone.now())
        indexing.drain()
        assert sorted(names()) == ["Brivance", "Clépside"]

    def test_that_never_began_leaves_no_index_to_wait_for(self, monkeypatch) -> None:
        IndexTarget.objects.all().delete()

        def down():
            raise EngineUnavailable("arrêt")

        monkeypatch.setattr(get_engine(), "generation", down)
        with pytest.raises(EngineUnavailable):
            indexing.rebuild()
        assert not IndexTarget.objects.exists()

    def test_sets_aside_what_the_engine_refuses(self, monkeypatch) -> None:
        make_sheet("Orvalis")
        refused = make_sheet("Clépside").listing.uid
        indexing.drain()
        generation = generation_class()
        fill = generation.fill

        def refuse(self, stream):
            kept = [one for one in stream if one.id != str(refused)]
            fill(self, kept)
            raise DocumentsRefused({str(refused): "trop long"}, taken=len(kept))

        monkeypatch.setattr(generation, "fill", refuse)
        assert indexing.rebuild() == 1
        assert names() == ["Orvalis"]
        assert PendingDocument.objects.get().document == refused

    def test_leaves_drafts_and_archived_sheets_out(self) -> None:
        make_sheet("Orvalis", live=False)
        archived = make_sheet("Clépside")
        Listing.objects.filter(page=archived).update(archived_at="2026-01-01T00:00:00Z")
        assert indexing.rebuild() == 0


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

    def test_queues_the_sheet_that_nobody_published_for_a_year(self) -> None:
        page = make_sheet()
        for days, queued in ((365, 0), (366, 1), (367, 0)):
            moment = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC) - dt.timedelta(days=days)
            SolutionPage.objects.filter(pk=page.pk).update(last_published_at=moment)
            assert self.crossed() == queued
