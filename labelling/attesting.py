"""What an award gives to show and to check: its image, its certificate, its credential, its status.

Built anew whenever it is asked, from the award as it stands: none can lag behind a suspension.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from catalogue.presentation import french_date
from labelling import badges, credentials, papers
from labelling.credentials import Badge, Issuer, Purpose
from labelling.models import Award, LabelLevel
from labelling.registry import PublicAward
from labelling.states import AwardState

_W = AwardState
_STATES = {
    Purpose.REVOCATION: Q(state__in=(str(_W.ABROGATED), str(_W.WITHDRAWN), str(_W.SUPERSEDED))),
    Purpose.SUSPENSION: Q(state=str(_W.SUSPENDED))
    | Q(state=str(_W.ABROGATION_NOTICE), before=str(_W.SUSPENDED)),
}
"""Which awards each list says. Those that expired say so themselves: they carry their last day."""


def badge_of(told: PublicAward) -> str:
    """The image of an award in its public state, as SVG."""
    award = told.award
    return badges.badge_svg(
        badges.BadgeImage(award.label.name, award.level.name, told.state, award.valid_to)
    )


def certificate_of(told: PublicAward, on: dt.date) -> bytes:
    """The certificate of an award in force, as PDF."""
    award = told.award
    left = [
        _("%(what)s À lever au plus tard le %(day)s.")
        % {"what": one.text, "day": french_date(one.due_on)}
        for one in told.reservations
    ]
    return papers.certificate(
        papers.Certificate(
            label=award.label.name,
            level=award.level.name,
            number=award.number,
            solution=award.title,
            company=award.vendor.name,
            offers=tuple(told.offers),
            sheet_dated_on=judged_on(award),
            granted_on=award.granted_on,
            valid_to=award.valid_to,
            address=f"{settings.SITE_URL}{told.path}",
            dated_on=on,
            reservations="\n\n".join(left),
        )
    )


def judged_on(award: Award) -> dt.date:
    """The day of the version of the sheet that was judged."""
    application = award.application
    moment = parse_datetime(application.snapshot.get("at", "")) or application.submitted_at
    return timezone.localdate(moment) if moment else award.granted_on


def issuer() -> Issuer:
    """Mission LABEL, as credentials name it."""
    return Issuer(
        url=_address("label_issuer"), name=_("Mission LABEL"), email=settings.CONTACT_EMAIL
    )


def issuer_profile() -> dict[str, Any]:
    """Who awards, as the address that credentials name it by tells (Open Badges 3.0, Profile)."""
    who = issuer()
    return {
        "@context": [credentials.CREDENTIAL, credentials.OPEN_BADGES],
        "id": who.url,
        "type": ["Profile"],
        "name": who.name,
        "description": _("Direction interministérielle du numérique, mission LABEL."),
        "url": _address("register"),
        "email": who.email,
    }


def credential_of(award: Award) -> str:
    """The signed credential of an award, whatever became of it: the lists tell that."""
    label, level = award.label, award.level
    handover = award.application.handover
    if handover is None:
        raise ValueError("A label is granted on what was handed in.")
    version = handover.assessment.version
    name = _("%(label)s, niveau « %(level)s »") % {"label": label.name, "level": level.name}
    return credentials.credential_jwt(
        Badge(
            url=_address("award_credential", award.number),
            issuer=issuer(),
            name=name,
            description=label.description,
            covers=_("Offres couvertes : %s.") % ", ".join(one["name"] for one in award.offers),
            achievement_url=f"{_address('register')}#{label.slug}-{level.code}",
            criteria=criteria_of(level),
            criteria_url=f"{settings.SITE_URL}{version.get_absolute_url()}",
            image_url=_address("award_badge", award.number),
            subject_url=f"{settings.SITE_URL}/solutions/{award.listing.page.slug}/",
            company=award.vendor.name,
            siren=award.vendor.siren,
            valid_from=award.granted_on,
            valid_to=award.valid_to,
            status_index=award.status_index,
            status_urls={one: status_list_address(one) for one in Purpose},
        )
    )


def criteria_of(level: LabelLevel) -> str:
    """What a level asks, in a sentence."""
    asked = _("Chaque critère bloquant du référentiel est satisfait")
    if level.least_percent:
        asked = _("%(asked)s, et chaque thème atteint %(percent)d %% au moins") % {
            "asked": asked,
            "percent": level.least_percent,
        }
    return f"{asked}."


def status_list_of(purpose: Purpose) -> str:
    """The signed list of the credentials that are revoked, or suspended, at this moment."""
    rows = Award.objects.filter(_STATES[purpose]).order_by("status_index")
    return credentials.status_list_jwt(
        purpose,
        rows.values_list("status_index", flat=True),
        url=status_list_address(purpose),
        issuer=issuer(),
        now=timezone.now(),
    )


def status_list_address(purpose: Purpose) -> str:
    """Where a list is published, signed."""
    return _address("status_list_jwt", purpose.value)


def _address(name: str, *parts: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=parts)}"
