"""Letters of a file: made once, kept as they are, read by the company in its space."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalogue import tasks
from labelling import events, papers
from labelling.models import LabelApplication, Letter
from labelling.permissions import delegation_of, roles_of, vendor_of
from labelling.procedure import lock_file
from labelling.states import Role

Kind = Letter.Kind


@dataclass(frozen=True)
class Words:
    """What a letter says, before it is set.

    :param kind: a `Letter.Kind`.
    :param body: paragraphs between blank lines; never a private note.
    :param reasons: the criteria that it sets apart.
    :param appealable: it takes something away or gives less than was asked: it says how to appeal.
    """

    kind: str
    title: str
    body: str
    reasons: Sequence[papers.Reason] = ()
    reservations: Sequence[papers.Reservation] = ()
    appealable: bool = False


@transaction.atomic
def send(
    *,
    application: LabelApplication,
    words: Words,
    by: User | None = None,
    mail: str = "label/letter",
) -> Letter:
    """Write a letter to the company of a file, keep it, and tell its members that it is there.

    :param by: who signs, with their delegation; None for a letter that nobody decided.
    :param mail: which announcement is mailed; it holds nothing of the letter.
    """
    vendor = vendor_of(application) or application.vendor
    letter = _draft(application, words)
    content = _pdf(letter, words, by)
    letter.sha256 = hashlib.sha256(content).hexdigest()
    letter.file.save(f"{letter.uid}.pdf", ContentFile(content), save=False)
    letter.save()
    events.record(
        application=application,
        name="letter",
        by=by,
        role=Role.CONSEQUENCE,
        data={"kind": words.kind, "uid": letter.uid, "sha256": letter.sha256},
    )
    path = reverse("label_file", args=[application.uid])
    tasks.tell_members(vendor, mail, path, number=application.number or "", what=letter.title)
    return letter


def preview(*, application: LabelApplication, words: Words, by: User) -> bytes:
    """The letter as PDF, as it would be if `by` sent it now."""
    return _pdf(_draft(application, words), words, by)


def _draft(application: LabelApplication, words: Words) -> Letter:
    return Letter(
        application=application, kind=words.kind, title=words.title[:200], made_at=timezone.now()
    )


def _pdf(letter: Letter, words: Words, by: User | None) -> bytes:
    application = letter.application
    vendor = vendor_of(application) or application.vendor
    rules = application.terms
    data = papers.Letter(
        subject=letter.title,
        number=application.number or "",
        place="Paris",
        dated_on=timezone.localdate(letter.made_at),
        company=vendor.name,
        siren=vendor.siren or "",
        body=words.body,
        address=f"{settings.SITE_URL}{reverse('label_file', args=[application.uid])}",
        reasons=tuple(words.reasons),
        reservations=tuple(words.reservations),
        signatory=_signatory(application, by),
        remedies=rules.remedies if words.appealable else "",
        sender=tuple(line.strip() for line in rules.service.splitlines() if line.strip()),
    )
    return papers.letter(data)


@transaction.atomic
def open_letter(*, letter: Letter, by: User) -> Letter:
    """Note the first opening by the company, which notifies the letter; others read without a trace.

    Raises `PermissionDenied` for who is not of the company.
    """
    application = lock_file(letter.application)
    found = {Role.OWNER, Role.MEMBER}.intersection(roles_of(by, application))
    if not found:
        raise PermissionDenied
    fresh = Letter.objects.get(pk=letter.pk)
    if fresh.opened_at is None:
        fresh.opened_at, fresh.opened_by = timezone.now(), by
        fresh.save(update_fields=["opened_at", "opened_by"])
        events.record(
            application=application,
            name="letter_opened",
            by=by,
            role=min(found),
            data={"uid": fresh.uid},
        )
    return fresh


def _signatory(application: LabelApplication, by: User | None) -> papers.Signatory | None:
    """Who signs, as CRPA article L212-1 asks: first name, name, capacity; and by which delegation."""
    delegation = delegation_of(by, application) if by else None
    if by is None or delegation is None:
        return None
    return papers.Signatory(by.first_name, by.last_name, delegation.capacity, delegation.act)
