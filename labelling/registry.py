"""What the public register says of awards: which there are, in what state, since when and why.

Read by the register, the sheet, `status.json`, exports and the index alike. A notice is between
mission LABEL and the company: nothing here tells of one. No person is ever named.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import Listing
from labelling.badges import LOOKS, Look
from labelling.models import Award, Label, LabelEvent, Reservation
from labelling.models.award import AwardQuerySet
from labelling.state_words import Audience, state_label
from labelling.states import ApplicationState, AwardState, Role, Subject

_W = AwardState
_MARKS: Mapping[Look, tuple[str, str]] = {
    Look.IN_FORCE: ("award-line", "verified"),
    Look.RESERVED: ("error-warning-line", "contested"),
    Look.SUSPENDED: ("warning-fill", "refused"),
    Look.ENDED: ("close-circle-line", "declared"),
}
"""How a state shows on pages: an icon and a tone, always with its words."""
_MOTIVATED = (_W.UNDER_REEXAMINATION, _W.SUSPENDED, _W.ABROGATED, _W.WITHDRAWN)
"""States that the public is told the reason of."""
STEPS = {
    "lift": gettext_lazy("Réserves levées"),
    "lift_reservation": gettext_lazy("Une réserve levée"),
    "miss": gettext_lazy("Label suspendu, faute de réserves levées à temps"),
    "suspend": gettext_lazy("Label suspendu"),
    "suspend_urgently": gettext_lazy("Label suspendu en urgence"),
    "reinstate": gettext_lazy("Label rétabli"),
    "restore": gettext_lazy("Label rétabli"),
    "raise_level": gettext_lazy("Niveau « %(level)s » après un recours, au lieu de « %(before)s »"),
    "reexamine": gettext_lazy("Réexamen engagé : la solution a changé"),
    "maintain": gettext_lazy("Label maintenu après réexamen"),
    "abrogate": gettext_lazy("Label abrogé"),
    "withdraw": gettext_lazy("Label retiré, illégal dès l'origine"),
    "expire": gettext_lazy("Label expiré"),
    "supersede": gettext_lazy("Label renouvelé : une autre attribution le remplace"),
}
"""Events that the public is told of. Notices, and what becomes of them, are not there."""


@dataclass(frozen=True)
class Filters:
    """What somebody looks for in the register.

    :param every: also what is no longer in force.
    :param label: slug of a label, and `level` the code of one of its levels.
    :param text: part of the name of a solution or of its company, or a number.
    """

    every: bool = False
    label: str = ""
    level: str = ""
    text: str = ""


@dataclass(frozen=True)
class PublicAward:
    """An award as the public reads it on a day."""

    award: Award
    state: AwardState
    in_force: bool
    is_public: bool
    """Whether its sheet can be read."""

    @property
    def words(self) -> str:
        """Its state in words."""
        return state_label(Subject.AWARD, self.state, Audience.PUBLIC)

    @property
    def icon(self) -> str:
        """A DSFR icon, without prefix."""
        return _MARKS[LOOKS[self.state]][0]

    @property
    def tone(self) -> str:
        """The tone of its mark."""
        return _MARKS[LOOKS[self.state]][1]

    @property
    def reason(self) -> str:
        """Why it is in that state, where that is public; else empty."""
        return self.award.reason if self.state in _MOTIVATED else ""

    @property
    def reservations(self) -> list[Reservation]:
        """What the company still has to put right, while the label is in force."""
        rows = self.award.reservations.all() if self.in_force else ()
        return [one for one in rows if one.lifted_at is None]

    @property
    def offers(self) -> list[str]:
        """Names of the offers that it covers, as they were called when it was granted."""
        return [one["name"] for one in self.award.offers]

    @property
    def path(self) -> str:
        """Where the register tells all of it."""
        return self.award.get_absolute_url()

    @property
    def sheet_path(self) -> str:
        """The address of its sheet, whether anybody reads it or not."""
        return f"/solutions/{self.award.listing.page.slug}/"


@dataclass(frozen=True)
class Step:
    """A line of the history of an award."""

    on: dt.date
    words: str
    reason: str = ""


def shown(award: Award, on: dt.date) -> PublicAward:
    """An award as the public reads it on a day."""
    listing = award.listing
    return PublicAward(
        award=award,
        state=award.public_state(on),
        in_force=award.is_in_force(on),
        is_public=listing.page.live and listing.archived_at is None,
    )


def with_everything(awards: AwardQuerySet) -> AwardQuerySet:
    """Awards with all that `shown` reads, in a bounded number of queries."""
    return awards.select_related("label", "level", "vendor", "listing__page").prefetch_related(
        "reservations"
    )


_TOLD = (
    *("number", "title", "offers", "granted_on", "valid_to", "state", "before", "reason"),
    *("label__name", "level__name", "vendor__name", "vendor__siren"),
    *("listing__archived_at", "listing__page__slug", "listing__page__live"),
)


def exported(awards: AwardQuerySet, on: dt.date) -> Iterator[PublicAward]:
    """Awards one after the other as `as_json` and `as_row` read them, without what these do not."""
    for award in with_everything(awards).only(*_TOLD).iterator(500):
        yield shown(award, on)


def registered(filters: Filters, on: dt.date) -> AwardQuerySet:
    """Awards of the register that somebody looks for, the latest granted first: rows alone."""
    rows = Award.objects.all()
    if not filters.every:
        rows = rows.in_force(on)
    if filters.label:
        rows = rows.filter(label__slug=filters.label)
    if filters.level:
        rows = rows.filter(level__code=filters.level)
    if filters.text:
        rows = rows.filter(pk__in=_named(rows, filters.text))
    return rows


def _named(rows: AwardQuerySet, text: str) -> list[int]:
    """Keys of those whose names hold a text, whatever its accents: databases disagree on these."""
    words = slugify(text)
    names = rows.values_list("pk", "title", "vendor__name", "number")
    return [pk for pk, *told in names if words and any(words in slugify(one) for one in told)]


def labels_told() -> QuerySet[Label]:
    """All labels with their levels and referential, as the register explains them."""
    return Label.objects.select_related("referential").prefetch_related("levels").order_by("name")


def history(award: Award, on: dt.date) -> list[Step]:
    """What became of an award until a day, by public words only, the latest first."""
    reserved = award.application.state == ApplicationState.GRANTED_WITH_RESERVATIONS
    granted = _("Label attribué avec réserves") if reserved else _("Label attribué")
    steps = [Step(award.granted_on, granted)]
    steps += [step(event) for event in events_of(award).filter(name__in=STEPS)]
    if award.public_state(on) == _W.EXPIRED and award.state != _W.EXPIRED:
        # Nobody has to note it for that day to count.
        steps.append(Step(award.valid_to + dt.timedelta(days=1), str(STEPS["expire"])))
    return steps[::-1]


def step(event: LabelEvent) -> Step:
    """An event in public words; what people typed as its motive is published by `reason` alone."""
    told = "lift" if event.name == "restore" and event.source == _W.RESERVED else event.name
    reason = ""
    if event.target in _MOTIVATED:
        written_by_us = event.actor_role in (Role.CLOCK, Role.CONSEQUENCE)
        reason = event.data.get("reason") or (event.comment if written_by_us else "")
    words = str(STEPS[told])
    if event.name == "raise_level":
        words %= event.data
    return Step(timezone.localdate(event.at), words, reason)


def changed_at(told: PublicAward) -> dt.datetime:
    """When what is told of an award changed last: by an event, or by its last day."""
    award = told.award
    # A notice changes nothing of what is told: not even the day must tell of it.
    events = events_of(award).filter(name__in=STEPS).values_list("at", flat=True)
    expired = told.state == _W.EXPIRED
    day = award.valid_to + dt.timedelta(days=1) if expired else award.granted_on
    midnight = timezone.make_aware(dt.datetime.combine(day, dt.time.min))
    last = events.last()
    return max(midnight, last) if last else midnight


def events_of(award: Award) -> QuerySet[LabelEvent]:
    """What happened to an award, the oldest first."""
    return LabelEvent.objects.filter(
        application=award.application_id, subject=Subject.AWARD.value, subject_uid=award.uid
    ).order_by("position")


def chain(award: Award) -> AwardQuerySet:
    """Other awards of that label to that sheet, before and after, the oldest first."""
    same = Award.objects.filter(listing=award.listing_id, label=award.label_id)
    return with_everything(same.exclude(pk=award.pk).order_by("granted_on", "pk"))


def last_of_each_label(awards: Iterable[Award]) -> list[Award]:
    """What a sheet tells of its awards: the latest of each label, the latest granted first."""
    latest: dict[int, Award] = {}
    for award in sorted(awards, key=lambda one: (one.granted_on, one.pk)):
        latest[award.label_id] = award
    return sorted(latest.values(), key=lambda one: (one.granted_on, one.pk), reverse=True)


def status_of(told: PublicAward) -> dict[str, Any]:
    """What `status.json` answers about an award; the keys are a promise (`docs/label.md`)."""
    award = told.award
    return {
        "url": f"{settings.SITE_URL}{told.sheet_path}",
        "product": award.title,
        "number": award.number,
        "label": award.label.name,
        "level": award.level.name,
        "state": told.state.value,
        "in_force": told.in_force,
        "offers": told.offers,
        "reservations": [
            {"text": one.text, "due_on": one.due_on.isoformat()} for one in told.reservations
        ],
        "valid_from": award.granted_on.isoformat(),
        "valid_to": award.valid_to.isoformat(),
        "register": f"{settings.SITE_URL}{told.path}",
        "credential": _address("award_credential", award),
        "badge": _address("award_badge", award),
    }


def candidate(listing: Listing, award: Award | None, on: dt.date) -> dict[str, Any]:
    """One of several products that an address may be about: its status, or that it has none."""
    if award is not None:
        return status_of(shown(award, on))
    page = listing.page
    named = {"url": f"{settings.SITE_URL}/solutions/{page.slug}/", "product": page.title}
    return {**named, "number": None, "label": None, "state": None, "in_force": False}


def as_json(told: PublicAward) -> dict[str, Any]:
    """An award in the JSON of the register: its status, and what the page tells beside."""
    award = told.award
    return {
        **status_of(told),
        "state_label": told.words,
        "reason": told.reason,
        "holder": award.vendor.name,
        "siren": award.vendor.siren,
    }


COLUMNS = (
    *("numero", "label", "niveau", "etat", "en_vigueur", "solution", "titulaire", "siren"),
    *("attribue_le", "valable_jusqu_au", "motif", "reserves", "offres", "registre", "fiche"),
)
"""Head of the register as CSV."""


def as_row(told: PublicAward) -> tuple[object, ...]:
    """An award as a line under `COLUMNS`."""
    award, status = told.award, status_of(told)
    return (
        *(award.number, award.label.name, award.level.name, told.words, told.in_force),
        *(award.title, award.vendor.name, award.vendor.siren),
        *(award.granted_on.isoformat(), award.valid_to.isoformat(), told.reason),
        [one.text for one in told.reservations],
        told.offers,
        *(status["register"], status["url"]),
    )


def _address(name: str, award: Award) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=[award.number])}"
