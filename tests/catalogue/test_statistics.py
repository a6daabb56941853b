"""Counting sheets without people: what counts, what does not, what a busy database does."""

import datetime as dt
import threading

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue import services, statistics
from catalogue.models import SheetCount
from catalogue.statistics import Kind, erase_old_counts, months_until
from search.indexing import rebuild
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, moderator, person

pytestmark = pytest.mark.django_db

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ROBOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0)",
    "Mozilla/5.0 AppleWebKit (compatible; GPTBot/1.2)",
    "facebookexternalhit/1.1",
    "curl/8.5.0",
    "python-requests/2.32",
    "Mozilla/5.0 (compatible; YandexBot/3.0)",
)


@pytest.fixture
def listing(site):
    return make_sheet("Ardoise", slug="ardoise").listing


def counted(listing):
    statistics.write()
    row = SheetCount.objects.filter(listing=listing, day=timezone.localdate()).first()
    return (row.views, row.comparisons, row.appearances) if row else (0, 0, 0)


class TestReading:
    @pytest.mark.parametrize("agent", [BROWSER, "", "Mozilla/5.0 Cubot Robotics/1"])
    def test_a_visitor_counts(self, client, listing, agent):
        for _again in range(2):
            assert client.get("/solutions/ardoise/", HTTP_USER_AGENT=agent).status_code == 200
        assert counted(listing) == (2, 0, 0)

    @pytest.mark.parametrize("agent", ROBOTS)
    def test_a_robot_does_not(self, client, listing, agent):
        client.get("/solutions/ardoise/", HTTP_USER_AGENT=agent)
        assert counted(listing) == (0, 0, 0)

    @pytest.mark.parametrize("who", ["owner", "editor", "staff"])
    def test_its_own_company_and_staff_do_not(self, client, listing, who):
        client.force_login(moderator() if who == "staff" else member(listing.vendor, who))
        client.get("/solutions/ardoise/")
        assert counted(listing) == (0, 0, 0)

    def test_other_people_do(self, client, listing):
        for user in (person(), member(VendorFactory())):
            client.force_login(user)
            client.get("/solutions/ardoise/")
        assert counted(listing) == (2, 0, 0)

    def test_nothing_else_than_the_page_counts(self, client, listing):
        client.head("/solutions/ardoise/")
        client.get("/solutions/ardoise/historique/")
        services.change_listing(listing=listing, by=None, archived=True)
        assert client.get("/solutions/ardoise/").status_code == 410
        assert counted(listing) == (0, 0, 0)

    def test_a_preview_does_not(self, client, listing):
        client.force_login(member(listing.vendor))
        assert client.get(f"/espace-editeur/fiches/{listing.uid}/apercu/").status_code == 200
        assert counted(listing) == (0, 0, 0)


class TestSearching:
    @pytest.fixture(autouse=True)
    def _indexed(self, engine, listing):
        rebuild()

    @pytest.mark.parametrize("address", ["/solutions/?q=ardoise", "/solutions/?format=json"])
    def test_each_sheet_shown_counts(self, client, listing, address):
        assert client.get(address).status_code == 200
        assert counted(listing) == (0, 0, 1)

    @pytest.mark.parametrize(
        "address",
        ["/solutions/?q=introuvablement", "/solutions/?format=csv", "/solutions/?format=atom"],
    )
    def test_what_shows_no_result_page_does_not(self, client, listing, address):
        b"".join(client.get(address))
        assert counted(listing) == (0, 0, 0)

    def test_a_robot_does_not(self, client, listing):
        client.get("/solutions/", HTTP_USER_AGENT=ROBOTS[0])
        assert counted(listing) == (0, 0, 0)

    def test_a_comparison_counts_each_of_its_sheets(self, client, listing):
        other = make_sheet("Buvard", slug="buvard").listing
        client.get("/comparer/?s=ardoise&s=buvard")
        client.get("/comparer/?s=ardoise")
        client.get("/comparer/?s=ardoise&s=buvard&format=csv")
        assert (counted(listing), counted(other)) == ((0, 1, 0), (0, 1, 0))

    def test_the_page_writes_nothing_and_asks_nothing_more(self, client, listing):
        client.get("/solutions/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/solutions/")
        assert not [row for row in queries if "sheetcount" in row["sql"].lower()]
        assert counted(listing) == (0, 0, 2)


class TestWriting:
    def test_counts_of_several_times_add_up(self, listing):
        for kind, times in ((Kind.VIEWS, 3), (Kind.APPEARANCES, 5), (Kind.VIEWS, 1)):
            for _time in range(times):
                statistics.count(kind, [listing.uid])
            statistics.write()
        assert counted(listing) == (4, 0, 5)
        assert SheetCount.objects.count() == 1

    def test_days_are_told_apart_and_so_are_sheets(self, listing, monkeypatch):
        other = make_sheet("Buvard").listing
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        statistics.count(Kind.VIEWS, [listing.uid, other.uid, other.uid])
        with monkeypatch.context() as patch:
            patch.setattr(timezone, "localdate", lambda: yesterday)
            statistics.count(Kind.VIEWS, [listing.uid])
        assert (counted(listing), counted(other)) == ((1, 0, 0), (2, 0, 0))
        assert SheetCount.objects.get(day=yesterday).views == 1

    def test_a_sheet_deleted_meanwhile_is_left_out(self, listing):
        gone = make_sheet("Buvard")
        statistics.count(Kind.VIEWS, [listing.uid, gone.listing.uid])
        gone.delete()
        assert counted(listing) == (1, 0, 0)

    def test_many_are_written_in_few_queries(self, listing, django_assert_max_num_queries):
        listings = [make_sheet(f"Fiche {number}").listing for number in range(30)]
        for at, one in enumerate(listings):
            for _time in range(at % 3 + 1):
                statistics.count(Kind.APPEARANCES, [one.uid])
        with django_assert_max_num_queries(12):
            statistics.write()
        assert SheetCount.objects.count() == 30

    def test_nothing_is_lost_when_the_database_is_busy_and_no_page_fails(
        self, client, listing, monkeypatch, caplog
    ):
        def busy(batch):
            raise OperationalError("database is locked")

        statistics.count(Kind.VIEWS, [listing.uid])
        with monkeypatch.context() as patch:
            patch.setattr(statistics, "_add", busy)
            patch.setattr(statistics, "WRITTEN_EVERY", 0.0)
            assert client.get("/contact/").status_code == 200
        assert "counts of sheets wait" in caplog.text
        assert counted(listing) == (1, 0, 0)

    def test_a_process_that_cannot_write_keeps_a_bounded_number(self, listing, monkeypatch):
        monkeypatch.setattr(statistics, "MOST_KEPT", 3)
        statistics.count(Kind.VIEWS, range(10))
        statistics.count(Kind.VIEWS, [0, 0])
        kept = statistics.forget()
        assert len(kept) == 3
        assert sum(kept.values()) == 5

    def test_it_happens_after_an_answer_once_the_counts_waited(self, listing, monkeypatch):
        def sent():
            statistics.write_when_due()
            return SheetCount.objects.count()

        statistics.count(Kind.VIEWS, [listing.uid])
        assert sent() == 0
        monkeypatch.setattr(statistics, "WRITTEN_EVERY", 0.0)
        assert sent() == 1

    def test_a_page_that_is_served_writes_what_waited(self, client, listing, monkeypatch):
        monkeypatch.setattr(statistics, "WRITTEN_EVERY", 0.0)
        client.get("/solutions/ardoise/")
        assert SheetCount.objects.get().views == 1

    def test_or_once_they_are_many(self, listing, monkeypatch):
        monkeypatch.setattr(statistics, "WRITTEN_FROM", 2)
        statistics.count(Kind.VIEWS, [listing.uid])
        statistics.write_when_due()
        assert not SheetCount.objects.exists()
        statistics.count(Kind.APPEARANCES, [listing.uid])
        statistics.write_when_due()
        assert SheetCount.objects.exists()

    def test_threads_count_together(self, listing):
        def count():
            for _time in range(200):
                statistics.count(Kind.VIEWS, ["a"])

        threads = [threading.Thread(target=count) for _one in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(statistics.forget().values()) == 1600

    def test_no_cookie_is_set_and_no_column_could_hold_a_person(self, client, listing):
        answer = Client().get("/solutions/ardoise/")
        assert not answer.cookies
        columns = {field.name for field in SheetCount._meta.fields}
        assert columns == {"id", "listing", "day", *(kind.value for kind in Kind)}


class TestKeeping:
    def test_counts_older_than_twenty_five_months_are_erased(self, listing):
        days = [dt.date(2024, 9, 30), dt.date(2024, 10, 1), dt.date(2026, 11, 1)]
        for day in days:
            SheetCount.objects.create(listing=listing, day=day, views=1)
        today = dt.date(2026, 11, 22)
        assert erase_old_counts(today=today, dry_run=True) == 1
        assert SheetCount.objects.count() == 3
        assert erase_old_counts(today=today) == 1
        assert set(SheetCount.objects.values_list("day", flat=True)) == set(days[1:])

    def test_the_last_twelve_months_end_with_the_one_under_way(self):
        months = months_until(dt.date(2026, 2, 28))
        assert (months[0], months[-1], len(months)) == (
            dt.date(2025, 3, 1),
            dt.date(2026, 2, 1),
            12,
        )
