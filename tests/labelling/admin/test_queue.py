"""The queue of the review desk: what waits, why, for whom; claimed from its line; few queries."""

import datetime as dt
import re

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from labelling import review_desk
from labelling.models import Absence, LabelApplication, LabelEvent, SavedFilter
from labelling.states import ApplicationState as A
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.people import moderator
from tests.labelling.labels import (
    make_appeal,
    make_application,
    make_award,
    make_decider,
    make_expert,
    make_label,
    make_reviewer,
    owner_of,
)

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def me():
    return make_reviewer()


@pytest.fixture
def desk(client, me):
    return sign_in_staff(client, me)


def day(days):
    return timezone.localdate() + dt.timedelta(days=days)


def queue(client, **asked):
    return client.get(reverse("instruction:index"), asked)


def numbers(client, **asked):
    return [row["file"].number for row in queue(client, **asked).context["rows"]]


def test_the_desk_enters_and_nobody_else():
    file = make_application()
    allowed = {
        "reviewer": (make_reviewer(), True),
        "expert": (make_expert(), True),
        "decider": (make_decider(), True),
        "moderator": (moderator(), False),
        "owner": (owner_of(file.listing), False),
    }
    for name, (user, enters) in allowed.items():
        browser = sign_in_staff(Client(), user)
        for address in ("instruction:index", "desk_conflicts", "absences:index"):
            got = browser.get(reverse(address)).status_code == 200
            assert got == enters, (name, address)
        for address in (
            "desk_workload", "tableau-label:index", "labels-attribues:index", "recours:index",
        ):  # fmt: skip
            got = browser.get(reverse(address)).status_code == 200
            assert got == (enters and name != "expert"), (name, address)
        assert (browser.get(reverse("delegations:index")).status_code == 200) == (name == "decider")
        assert (browser.get(reverse("desk_reminders")).status_code == 200) == (name == "reviewer")
        browser.post(reverse("file_claim", args=[file.pk]))
        file.refresh_from_db()
        assert (file.holder == user) == (name == "reviewer")
        LabelApplication.objects.update(holder=None)


def test_a_line_says_everything_and_figures_lead_to_their_part(desk, me):
    colleague = make_reviewer()
    Absence.objects.create(user=colleague, first_day=day(0), last_day=day(2), replaced_by=me)
    late = make_application(A.UNDER_REVIEW, holder=colleague, due_on=day(-2), silence_on=day(3))
    make_application(A.AWAITING_VENDOR)
    page = BeautifulSoup(queue(desk).content, "html.parser")
    (line,) = page.select(".desk-queue tbody tr")
    text = line.text
    for words in (
        late.number,
        late.listing.page.title,
        late.vendor.name,
        "Essentiel",
        "En instruction",
        "En retard",
        "Décision implicite sous 15 jours",
        "Instructeur absent",
        f"remplacement : {me.get_full_name()}",
        "Prendre",
    ):
        assert words in text, words
    assert line.select_one("th a")["href"] == reverse("instruction:inspect", args=[late.pk])
    counts = {a.text.split(" ", 1)[1]: a for a in page.select(".desk-counts a")}
    assert counts["En retard"].strong.text == "1"
    assert counts["attendent la mission LABEL"].strong.text == "1"
    assert numbers(desk, cause="late") == [late.number]


def test_a_file_is_taken_and_given_back_from_its_line(desk, me):
    file = make_application()
    page = BeautifulSoup(queue(desk).content, "html.parser")
    take = page.select_one(".desk-queue button")["formaction"]
    there = reverse("instruction:index") + "?whose=nobody"
    assert desk.post(take, {"next": there}).url == there
    file.refresh_from_db()
    assert file.holder == me
    other = sign_in_staff(Client(), make_reviewer())
    assert me.get_full_name() in other.post(take, follow=True).content.decode()
    page = BeautifulSoup(queue(desk).content, "html.parser")
    desk.post(page.select_one(".desk-queue button")["formaction"])
    file.refresh_from_db()
    assert file.holder is None
    assert desk.get(take).status_code == 405


def test_filters_and_search(desk, me):
    away = make_reviewer()
    Absence.objects.create(user=away, first_day=day(0), last_day=day(2), replaced_by=me)
    label = make_label()
    mine = make_application(A.UNDER_REVIEW, holder=me)
    replaced = make_application(A.UNDER_REVIEW, holder=away, label=label)
    free = make_application(A.SUBMITTED, due_on=day(-1), label=label)
    closed = make_application(A.WITHDRAWN)
    everybody = {mine.number, replaced.number, free.number}
    for asked, found in (
        ({}, everybody),
        ({"whose": "mine"}, {mine.number}),
        ({"whose": "replaced"}, {replaced.number}),
        ({"whose": "nobody"}, {free.number}),
        ({"late": "late"}, {free.number}),
        ({"label": label.pk}, {replaced.number, free.number}),
        ({"label": label.pk, "cause": "admissibility"}, {free.number}),
        ({"state": "withdrawn"}, {closed.number}),
        ({"vendor": mine.vendor_id}, {mine.number}),
        ({"cause": "all"}, {*everybody, closed.number}),
        ({"cause": "n'importe"}, everybody),
        ({"vendor": "abc"}, everybody),
        ({"q": closed.number}, {closed.number}),
        ({"q": closed.vendor.name}, {closed.number}),
        ({"q": mine.listing.page.title}, {mine.number}),
    ):
        assert set(numbers(desk, **asked)) == found, asked


def test_filters_are_kept_under_a_name(desk, me):
    saved = desk.post(
        reverse("desk_filter_save"), {"name": "Les miens", "query": "whose=mine&p=3&x=1"}
    )
    row = SavedFilter.objects.get()
    assert (row.user, row.query, saved.url) == (me, "whose=mine", row.get_absolute_url())
    assert "Les miens" in queue(desk).content.decode()
    desk.post(reverse("desk_filter_save"), {"name": "Les miens", "query": "whose=nobody"})
    assert SavedFilter.objects.get().query == "whose=nobody"
    desk.post(reverse("desk_filter_save"), {"name": "", "query": ""})
    delete = reverse("desk_filter_delete", args=[row.pk])
    assert sign_in_staff(Client(), make_reviewer()).post(delete).status_code == 404
    desk.post(delete)
    assert not SavedFilter.objects.exists()


def test_reminders_list_who_gets_what_and_are_sent_once(desk):
    late = make_application(A.AWAITING_VENDOR, answer_due_on=day(-1))
    soon = make_application(A.AWAITING_VENDOR)
    make_application(A.UNDER_REVIEW)
    address = reverse("desk_reminders")
    page = BeautifulSoup(desk.get(address).content, "html.parser")
    boxes = page.select("[name=files]")
    assert [box["value"] for box in boxes] == [str(late.pk), str(soon.pk)]
    assert "Cochez au moins" in desk.post(address, {"text": "Pensez-y."}).content.decode()
    sent = desk.post(address, {"text": "Pensez-y.", "files": [late.pk]}, follow=True)
    assert "1 offreur relancé" in sent.content.decode()
    again = desk.post(address, {"text": "Encore.", "files": [late.pk, soon.pk]}, follow=True)
    assert "sept derniers jours" in again.content.decode()
    assert LabelEvent.objects.filter(name="reminder").count() == 2
    page = BeautifulSoup(desk.get(address).content, "html.parser")
    assert all(box.has_attr("disabled") for box in page.select("[name=files]"))


def test_queries_do_not_follow_the_number_of_files_and_read_nothing_heavy(desk):
    label = make_label()
    make_application(label=label)
    queue(desk)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert queue(desk).status_code == 200
        return [query["sql"] for query in queries]

    few = cost()
    for _ in range(4):
        make_application(A.UNDER_REVIEW, label=label, holder=make_reviewer(), due_on=day(-1))
    many = cost()
    assert len(many) <= len(few) + 1  # the first who holds one
    about = [sql for sql in many if 'FROM "labelling_labelapplication"' in sql]
    for sql in about:
        chosen = sql.partition(" FROM ")[0]
        for column in review_desk.HEAVY:
            assert f'"labelling_labelapplication"."{column}"' not in chosen
        bounded = re.search(r"LIMIT \d+|COUNT\(|\"id\" IN \(\d", sql)
        assert bounded, sql


def test_absences_are_ones_own_and_delegations_the_administrators(desk, me):
    other = make_reviewer()
    asked = {"first_day": day(1).isoformat(), "last_day": day(3).isoformat()}
    add = reverse("absences:add")
    assert "Nouvel(le)" not in desk.get(add).content.decode()
    past = {"first_day": day(-9).isoformat(), "last_day": day(-1).isoformat()}
    assert "Cette absence est passée" in desk.post(add, past).content.decode()
    itself = desk.post(add, {**asked, "replaced_by": me.pk})
    assert "quelqu&#x27;un d&#x27;autre" in itself.content.decode()
    said = desk.post(add, {**asked, "replaced_by": other.pk, "user": other.pk}, follow=True)
    assert "absence est enregistrée" in said.content.decode()
    absence = Absence.objects.get()
    assert (absence.user, absence.replaced_by) == (me, other)
    theirs = Absence.objects.create(user=other, first_day=day(1), last_day=day(2))
    assert desk.get(reverse("absences:edit", args=[absence.pk])).status_code == 200
    assert desk.get(reverse("absences:delete", args=[absence.pk])).status_code == 200
    assert desk.get(reverse("absences:edit", args=[theirs.pk])).status_code == 302
    assert desk.post(reverse("absences:delete", args=[theirs.pk])).status_code == 302
    decider = make_decider(make_label())
    browser = sign_in_staff(Client(), decider)
    row = decider.delegations.get()
    listed = browser.get(reverse("delegations:index")).content.decode()
    assert "Arrêté fictif" in listed
    assert reverse("label_shift") in listed
    assert reverse("label_shift") not in desk.get(add).content.decode()
    for name, rest in (("add", []), ("edit", [row.pk]), ("delete", [row.pk])):
        assert browser.get(reverse(f"delegations:{name}", args=rest)).status_code == 302
    me.is_superuser = True
    me.save()
    for name, rest in (("add", []), ("edit", [row.pk])):
        assert desk.get(reverse(f"delegations:{name}", args=rest)).status_code == 200
    assert desk.get(reverse("absences:edit", args=[theirs.pk])).status_code == 200


def test_a_decided_file_says_when_its_appeal_is_due_and_lists_are_exported(desk, me):
    file = make_application(A.REFUSED, due_on=day(3))
    appeal = make_appeal(file)
    (line,) = BeautifulSoup(queue(desk).content, "html.parser").select(".desk-queue tbody tr")
    assert f"{appeal.due_on:%d/%m/%Y}" in line.text
    assert f"{file.due_on:%d/%m/%Y}" not in line.text
    page = desk.get(reverse("instruction:inspect", args=[file.pk])).content.decode()
    assert "À instruire avant le" not in page
    assert "Décision implicite" not in page
    award = make_award()
    Absence.objects.create(user=me, first_day=day(1), last_day=day(2))
    for name, words in (
        ("instruction", file.number),
        ("recours", file.number),
        ("labels-attribues", award.number),
        ("absences", me.get_full_name()),
    ):
        sent = desk.get(reverse(f"{name}:index"), {"export": "csv"})
        assert words in b"".join(sent.streaming_content).decode(), name
