"""Reminding vendors that an answer is waited for, at most once a week each."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from labelling import events, permissions
from labelling.holding import need
from labelling.models import LabelApplication, LabelEvent
from labelling.procedure import lock_file
from labelling.states import ApplicationState, Role
from labelling.verdicts import typed

REMINDED_EVERY = dt.timedelta(days=7)


@transaction.atomic
def remind(*, application: LabelApplication, by: User, text: str) -> LabelApplication:
    """Remind the vendor that an answer is waited for; once a week at most."""
    fresh = lock_file(application)
    need(Role.REVIEWER, by, fresh)
    text = typed(text, 1000, _("Écrivez le rappel : l'offreur le lit."))
    if fresh.state != ApplicationState.AWAITING_VENDOR:
        raise Refused(_("Ce dossier n'attend pas l'offreur."))
    recent = LabelEvent.objects.filter(
        application=fresh, name="reminder", at__gt=timezone.now() - REMINDED_EVERY
    )
    if recent.exists():
        raise Refused(_("L'offreur a déjà été relancé dans les sept derniers jours."))
    events.record(application=fresh, name="reminder", by=by, role=Role.REVIEWER, comment=text)
    tasks.tell_members(
        permissions.vendor_of(fresh),
        "label/reminder",
        fresh.get_absolute_url(),
        number=fresh.number or "",
        sheet=fresh.listing.page.title,
        text=text,
    )
    return fresh
