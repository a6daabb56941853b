"""Reminders that are sent, once, with a way out; the digest of moderators."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.services import close_account
from catalogue import reminders, tasks
from catalogue.models import BasePage, Listing, Proof, Reminder, ReminderKind, Submission
from catalogue.reminders import kinds_for, moderators, send_digests, send_reminders
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import attach, member, moderator, person, reviewer
from tests.catalogue.reminders import age, ago, draft, live, send
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db

QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def vendor(site):
    vendor = VendorFactory(name="Fictilog")
    attach(vendor)
    return vendor


@pytest.fixture
def owner(vendor):
    return member(vendor)


def subjects():
    return [message.subject.removeprefix("[Catalogue GouvTech] ") for message in mail.outbox]


def test_a_draft_is_reminded_at_each_step_then_never_again(vendor, owner):
    listing = draft(vendor, 14)
    for days, told in ((14, 1), (20, 0), (45, 1), (60, 0), (120, 1), (400, 0)):
        BasePage.objects.filter(pk=listing.page_id).update(latest_revision_created_at=ago(days))
        Listing.objects.filter(pk=listing.pk).update(created_at=ago(days))
        assert send() == told
        age(8)
    assert subjects() == [
        "Votre fiche « Ardoise » attend d'être remise",
        "Votre fiche « Ardoise » attend d'être remise",
        "Dernier rappel : votre fiche « Ardoise » n'est pas remise",
    ]
    assert f"/espace-editeur/fiches/{listing.uid}/" in mail.outbox[0].body


def test_a_step_that_was_missed_is_not_made_up_for(vendor, owner):
    draft(vendor, 400)
    assert send() == 1
    age(8)
    assert send() == 0


@pytest.mark.parametrize(
    ("days", "subject"),
    [
        (340, "À confirmer bientôt : la fiche « Ardoise »"),
        (400, "Marquée « à confirmer » : la fiche « Ardoise »"),
        (600, "La fiche « Ardoise » peut être retirée"),
    ],
)
def test_a_live_sheet_is_to_be_confirmed(vendor, owner, days, subject):
    listing = live(vendor, days)
    assert send() == 1
    assert subjects() == [subject]
    assert f"/espace-editeur/fiches/{listing.uid}/" in mail.outbox[0].body


def test_a_sheet_confirmed_is_reminded_again_the_year_after(vendor, owner):
    listing = live(vendor, 340)
    assert send() == 1
    age(400)
    Listing.objects.filter(pk=listing.pk).update(confirmed_on=ago(336).date())
    assert send() == 1


def test_a_company_is_told_what_it_lacks_in_one_mail(site):
    vendor = VendorFactory(name="Fictilog", slug="fictilog")
    owner = member(vendor)
    for title in ("Un", "Deux"):
        draft(vendor, 8, title, distribution="libre")
    assert send() == 1
    (message,) = mail.outbox
    assert message.to == [owner.email]
    assert subjects() == ["Il manque une preuve à Fictilog"]
    assert "Le rattachement" in message.body
    assert "« Un »" in message.body
    assert "« Deux »" in message.body
    assert "/espace-editeur/fictilog/rattachement/" in message.body


def test_each_step_of_a_missing_proof_is_told_once_a_year(site):
    vendor = VendorFactory()
    member(vendor)
    listing = draft(vendor, 8, distribution="libre")
    reminders_sent = []
    for days in (8, 29, 31, 95, 200, 400):
        Listing.objects.filter(pk=listing.pk).update(created_at=ago(days))
        BasePage.objects.filter(pk=listing.page_id).update(latest_revision_created_at=ago(1))
        reminders_sent.append(send())
        age(8)
    assert reminders_sent == [1, 0, 1, 1, 0, 0]
    age(366)
    assert send() == 1


def test_the_most_pressing_comes_first_and_the_rest_a_week_later(site):
    vendor = VendorFactory()
    member(vendor)
    draft(vendor, 14, "Brouillon")
    live(vendor, 400, "Vieille")
    live(vendor, 600, "Oubliée")
    told = []
    for _ in range(5):
        told.append(send())
        assert send() == 0  # the same day
        age(6)
        assert send() == 0
        age(2)
    assert told == [1, 1, 1, 1, 0]
    kinds = [(row.kind, row.step) for row in Reminder.objects.order_by("pk")]
    assert kinds == [("stale", 18), ("proof", 1), ("stale", 12), ("draft", 1)]


def test_like_reminders_are_told_together(vendor, owner):
    for title in ("Un", "Deux", "Trois"):
        live(vendor, 400, title)
    assert send() == 1
    (message,) = mail.outbox
    for title in ("Un", "Deux", "Trois"):
        assert f"« {title} »" in message.body
    assert Reminder.objects.count() == 3
    age(8)
    assert send() == 0


def test_who_refused_a_kind_gets_the_others(vendor, owner):
    live(vendor, 400)
    draft(vendor, 40, "Brouillon")
    reminders.stop(user=owner, kind=ReminderKind.STALE)
    assert send() == 1
    assert subjects() == ["Votre fiche « Brouillon » attend d'être remise"]


def test_a_dry_run_counts_and_sends_nothing(vendor, owner):
    live(vendor, 400)
    assert send_reminders(now=timezone.now(), dry_run=True) == 1
    assert not mail.outbox
    assert not Reminder.objects.exists()


def test_a_mail_says_how_to_stop_in_its_text_and_to_the_mail_program(vendor, owner):
    live(vendor, 400)
    send()
    (message,) = mail.outbox
    there = message.extra_headers["List-Unsubscribe"]
    assert there.startswith("<http")
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert there.strip("<>") in message.body
    assert f'href="{there.strip("<>")}"' in message.alternatives[0].content
    assert owner.email not in there
    # Whatever folds long headers must leave this one readable.
    lines = message.message().as_bytes().decode().replace("\n ", "\n")
    assert "=?utf-8" not in lines.split("List-Unsubscribe:")[1].split("\n\n")[0]
    assert there in lines.replace("\n", "")


def test_what_breaks_off_between_two_mails_loses_and_repeats_nothing(
    vendor, owner, settings, monkeypatch
):
    from django_tasks_db.models import DBTaskResult

    settings.TASKS = QUEUE
    member(vendor, "editor")
    live(vendor, 400)
    enqueue, calls = tasks.send.enqueue, []

    def breaking(*values):
        calls.append(values)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return enqueue(*values)

    monkeypatch.setattr(type(tasks.send), "enqueue", lambda self, *values: breaking(*values))
    with pytest.raises(KeyboardInterrupt):
        send()
    queued = DBTaskResult.objects.filter(task_path="catalogue.tasks.send")
    assert (Reminder.objects.count(), queued.count()) == (1, 1)
    assert send() == 1
    assert (Reminder.objects.count(), queued.count()) == (2, 2)
    told = [row.args_kwargs["args"][1] for row in queued]
    assert len(set(told)) == 2


@pytest.mark.django_db(transaction=True)
def test_two_servers_at_once_send_each_mail_once(vendor, owner, mailoutbox):
    for _ in range(3):
        member(vendor)
    live(vendor, 400)
    today = moderator()
    Proof.objects.create(vendor=VendorFactory(), kind="mandate", state="waiting")

    def run(_):
        try:
            now = timezone.now()
            return send_reminders(now=now) + send_digests(now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(run, range(2))) == 5
    assert Reminder.objects.count() == 5
    assert today.reminders.get().kind == ReminderKind.DIGEST


def test_a_closed_account_keeps_nothing_of_its_reminders(site):
    user = person()
    Reminder.objects.create(kind=ReminderKind.DRAFT, user=user)
    reminders.stop(user=user, kind=ReminderKind.PROOF)
    exported = reminders.export(user)
    assert [row["kind"] for row in exported["rappels_envoyes"]] == ["draft"]
    assert [row["kind"] for row in exported["rappels_refuses"]] == ["proof"]
    close_account(user=user)
    assert not Reminder.objects.exists()
    assert not user.reminder_stops.exists()


@pytest.fixture
def late(vendor, owner):
    submission = sheets.submit(sheets.draft(vendor, owner, "Ardoise Courrier"), owner)
    Submission.objects.filter(pk=submission.pk).update(due_on=dt.date(2026, 1, 5))
    mail.outbox.clear()
    return submission


def test_the_digest_names_late_sheets_and_counts_the_rest(late):
    chief = moderator()
    Proof.objects.create(vendor=VendorFactory(), kind="mandate", state="waiting")
    elsewhere = {"Demandes de recommandation": 3}
    assert send_digests(now=timezone.now(), elsewhere=elsewhere) == 1
    (message,) = mail.outbox
    assert message.to == [chief.email]
    assert subjects() == ["À traiter aujourd'hui : 5"]
    for line in (
        "Fiches en retard : 1",
        "Preuves de rattachement : 1",
        "Demandes de recommandation : 3",
        "En retard depuis le 05/01/2026 : « Ardoise Courrier » (Fictilog)",
    ):
        assert line in message.body
    assert "Fiches à relire" not in message.body
    assert "/gestion/" in message.body


def test_the_digest_comes_once_a_local_day(late):
    moderator()
    with time_machine.travel("2026-11-22 22:30Z", tick=False):  # 23:30 in Paris
        assert send_digests(now=timezone.now()) == 1
        assert send_digests(now=timezone.now()) == 0
    with time_machine.travel("2026-11-22 23:10Z", tick=False):
        assert send_digests(now=timezone.now()) == 1


def test_no_digest_when_nothing_waits_or_to_who_refused_it(site, vendor, owner):
    chief = moderator()
    assert send_digests(now=timezone.now(), elsewhere={"Demandes": 0}) == 0
    reminders.stop(user=chief, kind=ReminderKind.DIGEST)
    assert send_digests(now=timezone.now(), elsewhere={"Demandes": 1}) == 0
    assert not mail.outbox


def test_the_digest_is_for_active_staff_who_moderate(site):
    chief, gone, nameless = moderator(), moderator(), moderator()
    reviewer(), person(agent=True), member(VendorFactory())
    gone.is_active = False
    gone.save()
    nameless.email = None
    nameless.save()
    assert list(moderators()) == [chief]
    assert ReminderKind.DIGEST in kinds_for(chief)
    assert ReminderKind.DIGEST not in kinds_for(person())


def test_the_digest_of_a_day_does_not_hold_back_a_reminder(vendor, owner):
    chief = moderator()
    vendor.memberships.create(user=chief, role="owner")
    live(vendor, 400)
    assert send_digests(now=timezone.now(), elsewhere={"Demandes": 1}) == 1
    assert send() == 2


def test_a_link_that_was_altered_or_is_too_old_stops_nothing(owner):
    token = reminders.stop_token(owner, ReminderKind.DRAFT)
    assert reminders.read_stop_token(token) == (owner, ReminderKind.DRAFT)
    assert reminders.read_stop_token(f"{token}x") is None
    assert reminders.read_stop_token("rien") is None
    with time_machine.travel(timezone.now() + dt.timedelta(days=401)):
        assert reminders.read_stop_token(token) is None
    owner.is_active = False
    owner.save()
    assert reminders.read_stop_token(token) is None


def test_choosing_touches_no_kind_that_was_not_offered(owner):
    reminders.stop(user=owner, kind=ReminderKind.DIGEST)
    reminders.choose(user=owner, wanted=["draft", "digest"])
    stops = set(owner.reminder_stops.values_list("kind", flat=True))
    assert stops == {"stale", "proof", "digest"}
