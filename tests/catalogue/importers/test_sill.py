"""Bringing the SILL in: mapping, report, and twice the same file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue import enforcement
from catalogue.importers import sill
from catalogue.importers.records import ImportedSheet, UnreadableSource
from catalogue.importers.services import import_sheets
from catalogue.models import Listing, SolutionPage
from tests.catalogue.decisions import WHY, reason
from tests.catalogue.people import moderator


def entry(**changes: Any) -> dict[str, Any]:
    """An invented entry in the SILL's own shape."""
    return {
        "id": "901", "i": "Tamarisque", "f": "Outil de conférence en ligne", "c": "Visiophonie",
        "se": "Espace utilisateur et canal", "l": "GPL-3.0", "st": "R", "su": "Oui",
        "y": "2021 ; 2022", "co": "77", "p": "", "v-": "2.4", "u": "",
        "sources": "https://forge.example.org/tamarisque", "website": "https://tamarisque.example.org",
        **changes,
    }  # fmt: skip


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[ImportedSheet]]:
    def _read(*entries: Any) -> list[ImportedSheet]:
        path = tmp_path / "sill.json"
        path.write_text(json.dumps(list(entries)), encoding="utf-8")
        return list(sill.read(path))

    return _read


class TestReading:
    def test_maps_a_function_to_a_sub_category(self, read: Any) -> None:
        (sheet,) = read(entry())
        assert sheet.categories == ("visioconference",)

    def test_normalises_the_licence_and_says_so(self, read: Any) -> None:
        (sheet,) = read(entry())
        assert sheet.licence == "GPL-3.0-only"
        assert any("GPL-3.0" in remark for remark in sheet.remarks)

    def test_keeps_both_public_ids_and_the_source(self, read: Any) -> None:
        (sheet,) = read(entry())
        assert (sheet.sill_id, sheet.comptoir_id) == ("901", "77")
        assert sheet.source_licence == "Licence Ouverte 2.0"

    def test_reports_what_is_out_of_scope(self, read: Any) -> None:
        (sheet,) = read(entry(c="Système d'Exploitation", f="Distribution GNU/Linux"))
        assert any("hors périmètre" in remark for remark in sheet.remarks)

    def test_reports_what_it_cannot_map(self, read: Any) -> None:
        (sheet,) = read(entry(f="Chose inconnue", c="Machin", l="Licence maison"))
        assert sheet.categories == ()
        assert sheet.licence == ""
        assert len(sheet.remarks) == 2

    def test_tells_two_entries_of_one_name_apart(self, read: Any) -> None:
        names = [sheet.name for sheet in read(entry(p="Écrit"), entry(id="902", p="Toile"))]
        assert names == ["Tamarisque (Écrit)", "Tamarisque (Toile)"]

    def test_drops_an_address_that_is_not_of_the_web(self, read: Any) -> None:
        (sheet,) = read(entry(sources="javascript:alert(1)", website="voir la forge"))
        assert (sheet.repository_url, sheet.website) == ("", "")

    @pytest.mark.parametrize("content", ["", "{", '{"a": 1}', '["texte"]', '[{"i": "Sans id"}]'])
    def test_refuses_another_file_in_words(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "autre.json"
        path.write_text(content)
        with pytest.raises(UnreadableSource):
            list(sill.read(path))


@pytest.mark.django_db
@pytest.mark.usefixtures("site")
class TestImporting:
    def test_makes_a_published_sheet_without_vendor(self, read: Any) -> None:
        report = import_sheets(read(entry()))
        listing = Listing.objects.get()
        assert (report.created, listing.vendor, listing.page.live) == (1, None, True)
        assert listing.page.offers.get().pricing == "unpriced"

    def test_changes_nothing_the_second_time(self, read: Any) -> None:
        import_sheets(read(entry()))
        before = Listing.objects.get().page.latest_revision_id
        report = import_sheets(read(entry()))
        assert (report.created, report.updated, report.unchanged) == (0, 0, 1)
        assert Listing.objects.get().page.latest_revision_id == before

    def test_updates_a_sheet_that_changed_and_keeps_its_ids(self, read: Any) -> None:
        import_sheets(read(entry()))
        before = Listing.objects.get()
        offer = before.page.offers.get().uid
        report = import_sheets(read(entry(f="Serveur de visioconférence")))
        after = Listing.objects.get()
        assert report.updated == 1
        assert (after.uid, after.page.offers.get().uid) == (before.uid, offer)
        assert after.page.summary == "Serveur de visioconférence"

    @pytest.mark.parametrize("held", ["unpublished", "archived", "drafted"])
    def test_leaves_what_a_moderator_holds(self, read: Any, held: str) -> None:
        import_sheets(read(entry()))
        page = Listing.objects.get().page
        if held == "unpublished":
            page.unpublish()
        elif held == "archived":
            Listing.objects.update(archived_at=timezone.now())
        else:
            page.summary = "Corrigé par la modération"
            page.save_revision()
        before = SolutionPage.objects.values("live", "summary", "latest_revision").get()
        report = import_sheets(read(entry(f="Serveur de visioconférence", co="78")))
        assert SolutionPage.objects.values("live", "summary", "latest_revision").get() == before
        assert Listing.objects.get().comptoir_id == "78"
        assert (report.updated, report.unchanged) == (0, 1)
        assert any("son contenu n'est pas repris" in remark for remark in report.remarks)

    @pytest.mark.parametrize("act", ["taken down", "archived"])
    def test_what_a_moderator_does_during_an_import_stands(self, read: Any, act: str) -> None:
        import_sheets(read(entry()))

        def meanwhile() -> Iterator[ImportedSheet]:
            (sheet,) = read(entry(f="Serveur de visioconférence", co="78"))
            listing, by = Listing.objects.get(), moderator()
            if act == "archived":
                enforcement.archive(listing=listing, by=by)
            else:
                enforcement.take_down(listing=listing, reason=reason(), comment=WHY, by=by)
            yield sheet

        report = import_sheets(meanwhile())
        after = Listing.objects.select_related("page").get()
        hidden = after.archived_at if act == "archived" else after.taken_down_at
        assert hidden is not None
        assert not Listing.objects.public().exists()
        assert after.comptoir_id == "78"
        assert after.page.summary == "Outil de conférence en ligne"
        assert (report.updated, report.unchanged) == (0, 1)

    def test_a_sheet_deleted_during_an_import_comes_back_as_a_new_one(self, read: Any) -> None:
        import_sheets(read(entry()))

        def meanwhile() -> Iterator[ImportedSheet]:
            (sheet,) = read(entry(f="Serveur de visioconférence"))
            Listing.objects.get().page.delete()
            yield sheet

        assert import_sheets(meanwhile()).created == 1
        assert Listing.objects.public().count() == 1

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer")
    def test_locks_the_page_before_the_row_beside_it_as_moderators_do(self, read: Any) -> None:
        import_sheets(read(entry()))
        with CaptureQueriesContext(connection) as queries:
            import_sheets(read(entry(f="Serveur de visioconférence")))
        said = [query["sql"] for query in queries]
        pages = [n for n, sql in enumerate(said) if "basepage" in sql and "FOR UPDATE" in sql]
        rows = [
            n
            for n, sql in enumerate(said)
            if sql.startswith('UPDATE "catalogue_listing"')
            or ("FOR UPDATE" in sql and "catalogue_listing" in sql)
        ]
        assert rows
        assert pages[0] < rows[0]

    def test_reports_what_has_left_the_source(self, read: Any) -> None:
        import_sheets(read(entry(), entry(id="902", i="Lavandin")))
        report = import_sheets(read(entry()))
        gone = [remark for remark in report.remarks if "absente de la source" in remark]
        assert [remark.split(" : ")[0] for remark in gone] == ["Lavandin"]
        assert Listing.objects.public().count() == 2

    def test_writes_nothing_when_dry(self, read: Any) -> None:
        report = import_sheets(read(entry()), dry_run=True)
        assert report.created == 1
        assert not Listing.objects.exists()

    def test_gives_two_sheets_of_one_name_two_addresses(self, read: Any) -> None:
        import_sheets(read(entry()))
        import_sheets(read(entry(id="902")))
        assert {row.page.slug for row in Listing.objects.all()} == {"tamarisque", "tamarisque-902"}


@pytest.mark.django_db
class TestTheCommand:
    def test_says_what_to_do_when_the_file_is_missing(self, site: object) -> None:
        with pytest.raises(CommandError, match="introuvable"):
            call_command("import_solutions", "absent.json", format="sill")
