"""Labels, files in any state, awards and the people of the review desk, for tests."""

import datetime as dt
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from catalogue.models import Listing, Role, Vendor
from home.services import DECIDERS, EXPERTS, REVIEWERS
from labelling.models import (
    Appeal,
    Award,
    Delegation,
    Label,
    LabelApplication,
    LabelLevel,
    Letter,
    Question,
    ReferentialVersion,
    Reservation,
)
from labelling.states import DECIDED, OPEN, AppealState, ApplicationState, AwardState
from tests.catalogue.factories import VendorFactory, make_offer, make_sheet
from tests.catalogue.people import attach, member, person
from tests.labelling.factories import make_result, make_version
from tests.labelling.referentials import criterion

_numbers = count(1)
REMEDIES = "Recours administratif dans les deux mois, ou tribunal administratif de Paris."


def make_label(version: ReferentialVersion | None = None, **columns: Any) -> Label:
    """A label on a small referential of two criteria, the first blocking, with two levels."""
    version = version or make_version(
        criterion("SE-01", blocking=True), criterion("DO-01", theme="donnees")
    )
    label = Label.objects.create(
        **{
            "slug": f"essai-{next(_numbers)}",
            "name": "Label d'essai",
            "description": "Pour les tests.",
            "referential": version.referential,
            "valid_from": dt.date(2026, 1, 1),
            "service": "Mission LABEL, 1 rue Fictive, 75000 Paris",
            "decided_by": "La responsable de la mission LABEL, ou qui a délégation",
            "legal_basis": "CRPA, article L231-4",
            "confidence": "à confirmer",
            "remedies": REMEDIES,
            **columns,
        }
    )
    LabelLevel.objects.create(label=label, code="essentiel", name="Essentiel", position=0)
    LabelLevel.objects.create(
        label=label, code="avance", name="Avancé", position=1, least_percent=80
    )
    return label


def make_reviewer() -> User:
    """Somebody of the review desk who instructs."""
    return _staff(REVIEWERS)


def make_expert() -> User:
    """Somebody who may be asked about a theme."""
    return _staff(EXPERTS)


def make_decider(label: Label | None = None, *groups: str, **columns: Any) -> User:
    """Somebody who may decide; signs on a label when one is given."""
    user = _staff(DECIDERS, *groups)
    if label is not None:
        delegate(user, label, **columns)
    return user


def delegate(user: User, label: Label, **columns: Any) -> Delegation:
    """Let somebody sign on a label this year."""
    today = timezone.localdate()
    return Delegation.objects.create(
        user=user,
        label=label,
        **{
            "capacity": "Adjointe à la responsable de la mission LABEL",
            "act": "Arrêté fictif du 2 janvier 2026",
            "valid_from": today - dt.timedelta(days=200),
            "valid_to": today + dt.timedelta(days=200),
            **columns,
        },
    )


def _staff(*groups: str) -> User:
    user = person()
    user.is_staff, user.first_name, user.last_name = True, "Camille", f"Exemple {user.pk}"
    user.save()
    user.groups.add(*Group.objects.filter(name__in=groups))
    return user


def labelled_sheet(label: Label, vendor: Vendor | None = None, **answers: str) -> Listing:
    """A public sheet with an offer and a handover that meets the label; its company is attached."""
    vendor = vendor or VendorFactory()
    page = make_sheet(f"Solution {next(_numbers)}", vendor=vendor)
    make_offer(page)
    attach(vendor)
    version = ReferentialVersion.objects.in_force(timezone.localdate()).get(
        referential=label.referential
    )
    make_result(page.listing, version, {"SE-01": "oui", "DO-01": "oui", **answers})
    return page.listing


def owner_of(listing: Listing) -> User:
    """A new owner of the sheet's company."""
    return member(listing.vendor, Role.OWNER)


def make_application(
    state: str = ApplicationState.SUBMITTED,
    *,
    label: Label | None = None,
    listing: Listing | None = None,
    **columns: Any,
) -> LabelApplication:
    """A file in any state, with the columns that this state asks for; no event tells of it.

    Needs the `site` fixture. `holder`, `proposed_by` and `decided_by` are whoever is given.
    """
    label = label or make_label()
    listing = listing or labelled_sheet(label)
    now, today = timezone.now(), timezone.localdate()
    wanted: dict[str, Any] = {
        "label": label,
        "level": label.levels.first(),
        "listing": listing,
        "vendor": listing.vendor,
        "offers": [str(offer.uid) for offer in listing.page.offers.all()],
        "state": str(state),
    }
    if state != ApplicationState.DRAFT:
        wanted |= {
            "number": f"D-2026-{next(_numbers):04d}",
            "handover": listing.results.get().handover,
            "rules": label.rules().as_json(),
            "submitted_at": now - dt.timedelta(days=10),
            "due_on": today + dt.timedelta(days=50),
            "silence_on": today + dt.timedelta(days=51),
        }
    if state == ApplicationState.AWAITING_VENDOR:
        wanted |= {"asked_on": today, "answer_due_on": today + dt.timedelta(days=30)}
    if state == ApplicationState.PROPOSED or state in DECIDED:
        outcome = state if state in DECIDED else ApplicationState.GRANTED
        wanted |= {"proposed_at": now, "proposed_outcome": str(outcome), "proposal": "Conforme."}
        wanted |= {"proposed_level": label.levels.first()}
    if state in (ApplicationState.INADMISSIBLE, *DECIDED):
        wanted |= {"decided_at": now, "decision": "Au vu du dossier."}
    if state != ApplicationState.DRAFT and state not in OPEN:
        wanted |= {"closed_at": now}
    if columns.get("holder") is not None:
        wanted |= {"held_since": now}
    application = LabelApplication.objects.create(**{**wanted, **columns})
    if state == ApplicationState.AWAITING_VENDOR:
        Question.objects.create(
            application=application,
            round=application.round,
            kind=Question.Kind.PRECISION,
            text="Précisez la fréquence des sauvegardes.",
            criteria=["SE-01"],
            due_on=application.answer_due_on,
        )
    return application


def make_award(
    state: str = AwardState.ACTIVE, *, application: LabelApplication | None = None, **columns: Any
) -> Award:
    """An award in any state, of a file that was granted; reserved ones have one reservation."""
    reserved = AwardState.RESERVED in (state, columns.get("before"))
    granted = ApplicationState.GRANTED_WITH_RESERVATIONS if reserved else ApplicationState.GRANTED
    application = application or make_application(granted)
    now, today = timezone.now(), timezone.localdate()
    wanted: dict[str, Any] = {
        "number": f"LG-2026-{next(_numbers):04d}",
        "application": application,
        "label": application.label,
        "level": application.level,
        "listing": application.listing,
        "vendor": application.vendor,
        "title": application.listing.page.title,
        "offers": [
            {"uid": str(offer.uid), "name": offer.name}
            for offer in application.listing.page.offers.all()
        ],
        "facts": {},
        "status_index": next(_numbers),
        "granted_on": today - dt.timedelta(days=30),
        "valid_to": today + dt.timedelta(days=700),
        "state": str(state),
        "state_since": today,
    }
    if state in (AwardState.SUSPENSION_NOTICE, AwardState.ABROGATION_NOTICE):
        wanted |= {
            "notice_at": now,
            "notice_until": today + dt.timedelta(days=15),
            "notice_reason": "L'hébergement a changé.",
            "before": str(AwardState.ACTIVE),
        }
    if state == AwardState.UNDER_REEXAMINATION:
        wanted |= {"before": str(AwardState.ACTIVE)}
    if state in (AwardState.SUSPENDED, AwardState.ABROGATED, AwardState.WITHDRAWN):
        wanted |= {"reason": "L'hébergement n'est plus celui qui a été examiné."}
    if state in (AwardState.ABROGATED, AwardState.WITHDRAWN, AwardState.EXPIRED):
        wanted |= {"ended_on": today}
    if state == AwardState.SUPERSEDED:
        wanted |= {"ended_on": today, "replaced_by": make_award()}
    award = Award.objects.create(**{**wanted, **columns})
    if reserved:
        Reservation.objects.create(
            award=award, text="Publier le rapport de test.", due_on=today + dt.timedelta(days=90)
        )
    return award


def make_letter(application: LabelApplication, **columns: Any) -> Letter:
    """A letter in the company's space that nobody opened; its file is no real PDF."""
    letter = Letter(
        application=application,
        **{
            "kind": Letter.Kind.RECEIPT,
            "title": "Accusé de réception",
            "sha256": "ab" * 32,
            "made_at": timezone.now(),
            **columns,
        },
    )
    letter.file.save("lettre.pdf", ContentFile(b"%PDF-1.7 lettre"))
    return letter


def make_appeal(application: LabelApplication, **columns: Any) -> Appeal:
    """An appeal that waits for a third person, against the refusal unless told."""
    now = timezone.now()
    return Appeal.objects.create(
        application=application,
        **{
            "against": Appeal.Against.REFUSED,
            "text": "La pièce était jointe.",
            "state": str(AppealState.OPENED),
            "opened_at": now,
            "due_on": timezone.localdate(now) + dt.timedelta(days=60),
            **columns,
        },
    )
