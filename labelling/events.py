"""The chain of events: written one after the other, and verified from the first to the last."""

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from labelling.models import GENESIS, EventHead, LabelApplication, LabelEvent
from labelling.states import Role, Subject


@dataclass(frozen=True)
class Fault:
    """Where the chain does not hold, and why, in French."""

    position: int
    reason: str


@transaction.atomic
def record(
    *,
    application: LabelApplication,
    name: str,
    by: User | None,
    role: Role,
    subject: Subject = Subject.APPLICATION,
    subject_uid: uuid.UUID | None = None,
    source: str = "",
    target: str = "",
    comment: str = "",
    data: dict[str, Any] | None = None,
    at: dt.datetime | None = None,
) -> LabelEvent:
    """Append an event to the chain; waits for whoever writes the one before.

    :param data: what it was about, as JSON (dates and UUIDs are written as text).
    """
    head = lock_head()
    event = LabelEvent(
        position=head.position + 1,
        application=application,
        subject=subject.value,
        subject_uid=subject_uid or application.uid,
        name=name,
        source=source,
        target=target,
        at=at or timezone.now(),
        actor_id=by.pk if by else None,
        actor_role=role.value,
        comment=comment,
        # As it will be read back: else the digest would be that of something else.
        data=json.loads(json.dumps(data or {}, cls=DjangoJSONEncoder)),
        previous=head.digest,
    )
    event.digest = event.computed_digest()
    event.save()
    head.position, head.digest = event.position, event.digest
    head.save()
    return event


def lock_head() -> EventHead:
    """Lock the end of the chain, which whoever acts on a file locks before it.

    Everybody writes an event sooner or later: who took the end last, with a file in hand, and then
    another file, would wait for somebody who waits for them.
    """
    head = EventHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        EventHead.objects.get_or_create(pk=1)
        head = EventHead.objects.select_for_update().get(pk=1)
    return head


def verify(*, anchor: str = "") -> list[Fault]:
    """Return what does not hold in the chain, from the first event to the last; empty when all does.

    :param anchor: a digest written down elsewhere earlier, which has to be in the chain.
    """
    faults, previous, expected, anchored = [], GENESIS, 1, not anchor
    for event in LabelEvent.objects.order_by("position").iterator(chunk_size=500):
        if event.position != expected:
            faults.append(Fault(expected, "il manque un ou plusieurs faits avant celui-ci"))
        if event.previous != previous:
            faults.append(Fault(event.position, "ne suit pas le fait précédent"))
        if event.digest != event.computed_digest():
            faults.append(Fault(event.position, "a été modifié"))
        anchored = anchored or event.digest == anchor
        previous, expected = event.digest, event.position + 1
    head = EventHead.objects.filter(pk=1).first()
    told = (head.position, head.digest) if head else (0, GENESIS)
    if told != (expected - 1, previous):
        faults.append(Fault(told[0], "la fin de la chaîne a été retirée ou ajoutée"))
    if not anchored:
        faults.append(Fault(0, "l'empreinte donnée n'est pas dans la chaîne"))
    return faults


def head() -> tuple[int, str]:
    """How many events there are, and the digest of the last: to be written down elsewhere."""
    row = EventHead.objects.filter(pk=1).first()
    return (row.position, row.digest) if row else (0, GENESIS)
