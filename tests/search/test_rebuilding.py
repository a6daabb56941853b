"""The index is rebuilt without a gap: nothing is lost, and a failure changes nothing."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalogue.models import (
    Listing,
    SolutionPage,
)
from search import indexing
from search.contract import DocumentsRefused, EngineUnavailable
from search.models import IndexTarget, PendingDocument, SearchState
from search.services import get_engine
from tests.catalogue.factories import make_sheet
from tests.search.finding import names

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site", "engine", "built_index")]


def generation_class() -> type:
    """The class of the engine's generations."""
    scratch = get_engine().generation()
    scratch.discard()
    return type(scratch)


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
