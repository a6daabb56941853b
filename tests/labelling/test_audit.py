"""The chain of events shows whatever was changed behind the back of the services."""

import datetime as dt
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet

from labelling import events
from labelling.models import GENESIS, EventHead, LabelEvent
from labelling.states import Role
from tests.labelling.labels import make_application

pytestmark = pytest.mark.usefixtures("site")
AT = dt.datetime(2026, 3, 1, 23, 59, 59, 123456, tzinfo=dt.UTC)


@pytest.fixture
def application(site):
    """A file with five events."""
    application = make_application()
    for number in range(1, 6):
        events.record(
            application=application,
            name="message",
            by=None,
            role=Role.CLOCK,
            comment=f"Fait {number}",
            data={"number": number, "due_on": dt.date(2026, 5, number)},
        )
    return application


def forge(rank: int, **columns: object) -> None:
    """Write in the table as somebody who has the database would."""
    QuerySet.update(LabelEvent.objects.filter(position=rank), **columns)


def take_away(position: int) -> None:
    LabelEvent.objects.filter(position=position)._raw_delete(using="default")


def faults() -> list[int]:
    return [fault.position for fault in events.verify()]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("comment", "Autre chose"),
        ("data", {"number": 33}),
        ("actor_id", 99),
        ("actor_role", "decider"),
        ("at", AT),
        ("name", "grant"),
        ("target", "granted"),
        ("subject_uid", uuid.UUID(int=1)),
    ],
)
def test_whatever_column_is_changed_the_event_is_named(application, column, value):
    forge(3, **{column: value})
    assert faults() == [3]


def test_an_event_that_is_taken_away_is_missed_and_so_is_the_last(application):
    take_away(2)
    assert faults() == [2, 3]
    take_away(5)
    assert faults() == [2, 3, 5]


def test_an_event_that_is_put_in_is_found_wherever_it_is(application):
    last = LabelEvent.objects.get(position=5)
    forged = LabelEvent(
        position=6,
        application=application,
        subject="application",
        subject_uid=application.uid,
        name="grant",
        at=AT,
        actor_role="decider",
        previous=last.digest,
    )
    forged.digest = forged.computed_digest()
    forged.save()
    assert faults() == [5]  # where the chain ended

    take_away(4)
    forge(6, position=4)
    assert 4 in faults()


def test_a_chain_written_anew_from_some_event_on_lacks_the_digest_noted_elsewhere(application):
    """Who has the database and the code can write a chain that holds: not the one noted elsewhere."""
    _count, noted = events.head()
    previous = LabelEvent.objects.get(position=3).digest
    for event in LabelEvent.objects.filter(position__gt=3):
        event.comment, event.previous = "Réécrit", previous
        event.digest = previous = event.computed_digest()
        forge(event.position, comment=event.comment, previous=event.previous, digest=event.digest)
    EventHead.objects.update(digest=previous)

    assert events.verify() == []
    assert [fault.reason for fault in events.verify(anchor=noted)] == [
        "l'empreinte donnée n'est pas dans la chaîne"
    ]


def test_the_command_says_where_and_fails_and_gives_what_to_note(application, capsys):
    call_command("verify_label_events")
    count, digest = events.head()
    assert f"{count} faits" in (out := capsys.readouterr().out)
    assert digest in out
    events.record(application=application, name="message", by=None, role=Role.CLOCK)
    call_command("verify_label_events", "--anchor", digest.upper())
    with pytest.raises(CommandError):
        call_command("verify_label_events", "--anchor", "0" * 64)
    with pytest.raises(CommandError, match="64"):
        call_command("verify_label_events", "--anchor", "abc")

    forge(4, comment="Non")
    with pytest.raises(CommandError, match="rompue"):
        call_command("verify_label_events")
    assert "fait 4 : a été modifié" in capsys.readouterr().err


def test_a_chain_that_nothing_was_written_in_holds(site, capsys):
    call_command("verify_label_events")
    assert f"0 faits, empreinte du dernier : {GENESIS}" in capsys.readouterr().out


def test_a_digest_is_the_same_whichever_database_keeps_the_event(site):
    """Read back from PostgreSQL or SQLite: dates, microseconds, JSON whose keys were in no order."""
    application = make_application()
    LabelEvent.objects.create(
        position=1,
        application=application,
        subject="application",
        subject_uid=uuid.UUID(int=7),
        name="message",
        at=AT.astimezone(dt.timezone(dt.timedelta(hours=2))),
        actor_id=12,
        actor_role="holder",
        comment="Déjà « vu » ?\r\nOui 🙂",
        data={"z": [1, 2.5, None, True], "a": {"é": "2026-03-01", "b": -0.1}, "n": 12345678901},
        previous=GENESIS,
        digest="-",
    )
    event = LabelEvent.objects.get(position=1)
    event.application_id = 1
    assert event.computed_digest() == (
        "bd0ffbb2d4e6e84750e6cca15831f19abf985ab71bd3972da39d81927369a76d"
    )
