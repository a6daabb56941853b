"""The index hears of every change and loses none."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from wagtail.images.tests.utils import get_test_image_file

from catalogue.models import (
    CatalogueImage,
    Category,
    Claim,
    Evidence,
    Integration,
    Listing,
    PriceBand,
    ReferenceConfiguration,
    SolutionPage,
    Threshold,
)
from search import documents, indexing, locks, services
from search.contract import Document, EngineUnavailable
from search.management.commands import sync_index
from search.models import IndexTarget, PendingDocument
from tests.catalogue.factories import VendorFactory, lump_sum, make_offer, make_sheet, verify
from tests.search.finding import names

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site", "engine", "built_index")]


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

    @pytest.mark.parametrize(("kind", "key", "queued"), [("rgaa", "", 1), ("answer", "a/B-1", 0)])
    def test_of_an_answers_claim_or_piece_queues_nothing(
        self, kind: str, key: str, queued: int
    ) -> None:
        listing = make_sheet().listing
        indexing.drain()
        claim = Claim.objects.create(listing=listing, kind=kind, key=key)
        assert indexing.pending() == queued
        indexing.drain()
        Evidence.objects.create(claim=claim, title="Audit", url="https://a.example/")
        assert indexing.pending() == queued

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
