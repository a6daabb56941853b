"""Appeals of companies against what mission LABEL decided: a third person decides on them.

What raises `Refused` says in French why, and what to do.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from labelling import awarding, deadlines, events, letter_words, letters, procedure
from labelling.models import Appeal, Award, LabelApplication, LabelEvent, Letter
from labelling.permissions import deciders_for_appeal, roles_of, vendor_of
from labelling.states import LIVING, AppealState, ApplicationState, AwardState, Role, Subject
from labelling.telling import tell_mission

Against = Appeal.Against
LONGEST = 8000
SILENCE_MONTHS = 2
"""After which an appeal without an answer is dismissed, whatever the label (CRPA, article L411-7)."""
_LETTERS = {
    Against.INADMISSIBLE: (Letter.Kind.INADMISSIBLE,),
    Against.REFUSED: (Letter.Kind.REFUSED,),
    Against.LEVEL: (Letter.Kind.GRANTED, Letter.Kind.RESERVED),
    Against.RESERVATIONS: (Letter.Kind.RESERVED,),
    Against.SUSPENSION: (Letter.Kind.SUSPENSION,),
    Against.ABROGATION: (Letter.Kind.ABROGATION,),
    Against.WITHDRAWAL: (Letter.Kind.WITHDRAWAL,),
}
_OF_APPLICATION = {
    ApplicationState.INADMISSIBLE: Against.INADMISSIBLE,
    ApplicationState.REFUSED: Against.REFUSED,
}
_OF_AWARD = {
    AwardState.RESERVED: Against.RESERVATIONS,
    AwardState.SUSPENDED: Against.SUSPENSION,
    AwardState.ABROGATED: Against.ABROGATION,
    AwardState.WITHDRAWN: Against.WITHDRAWAL,
}
_GRANTS = (Against.LEVEL, Against.RESERVATIONS)
"""What an application is decided with that gives less than was asked."""
_MEASURES = {
    Against.SUSPENSION: ("suspend", "suspend_urgently", "miss"),
    Against.ABROGATION: ("abrogate",),
    Against.WITHDRAWAL: ("withdraw",),
}


_DECISIONS = {
    Against.INADMISSIBLE: ("reject",),
    Against.REFUSED: ("refuse",),
    Against.LEVEL: ("grant", "grant_with_reservations"),
    Against.RESERVATIONS: ("grant_with_reservations",),
    **_MEASURES,
}


@dataclass(frozen=True)
class Contested:
    """What an appeal is against, as it was taken.

    :param motives: as the letter gave them; never public.
    :param public: what the public read of a measure on a label.
    """

    motives: str
    public: str
    letter: Letter | None


def contested(appeal: Appeal) -> Contested:
    """The decision that an appeal is against: the events know, whatever was decided since."""
    file, against = appeal.application, Against(appeal.against)
    taken = file.events.filter(name__in=_DECISIONS[against], at__lte=appeal.opened_at).last()
    letters = file.letters.filter(kind__in=_LETTERS[against], made_at__lte=appeal.opened_at)
    if taken is not None:
        return Contested(taken.comment, taken.data.get("reason", ""), letters.last())
    return Contested(file.decision or file.proposal, "", letters.last())


@dataclass(frozen=True)
class Option:
    """A decision that a company may appeal against.

    :param against: an `Appeal.Against`.
    :param until: the last day; None while the letter is not notified, or when there is none.
    :param is_late: that day is over; the appeal is opened all the same, and a third person says so.
    :param tried_at: a first try, that nobody could decide then; its day counts.
    """

    against: str
    title: str
    until: dt.date | None
    is_late: bool
    tried_at: dt.datetime | None = None


def appealable(application: LabelApplication) -> list[Option]:
    """What may be appealed against today: the decisions that stand and were not appealed against yet."""
    if application.appeals.open().exists():
        return []
    standing = _standing(application, _award_of(application))
    options = (_option(application, against) for against in standing)
    return [option for option in options if option is not None]


def _option(application: LabelApplication, against: Against) -> Option | None:
    letter = application.letters.filter(kind__in=_LETTERS[against]).last()
    earlier = application.appeals.filter(against=against)
    if letter is not None:
        earlier = earlier.filter(opened_at__gte=letter.made_at)
    if earlier.exists():
        return None
    today = timezone.localdate()
    until = letter.appeal_until(today) if letter else None
    title = _("Recours contre %s") % against.label
    if letter is not None and against != Against.LEVEL:
        title = letter.title
    tried_at = _tried_at(application, against, letter)
    day = timezone.localdate(tried_at) if tried_at else today
    return Option(against.value, title, until, until is not None and until < day, tried_at)


def _tried_at(
    application: LabelApplication, against: str, letter: Letter | None
) -> dt.datetime | None:
    """When the company first appealed against that decision in vain, for want of a third person."""
    tries = application.events.filter(name="appeal_unstaffed", data__against=against)
    if letter is not None:
        tries = tries.filter(at__gte=letter.made_at)
    return tries.order_by("position").values_list("at", flat=True).first()


def open_appeal(*, application: LabelApplication, against: str, by: User, text: str) -> Appeal:
    """Open an appeal: acknowledged, and told to whoever may decide it.

    Raises `PermissionDenied` for who does not own the company, `Refused` without words, for what may
    not be appealed against, or when nobody could decide it: mission LABEL is told so, and the words
    and their day are kept in the file's events.
    """
    with transaction.atomic():
        appeal = _open(application, against, by, text.strip())
    if appeal is None:  # once what is kept of it is written
        raise Refused(
            _(
                "Personne ne peut décider de ce recours aujourd'hui : il faut quelqu'un qui n'a ni proposé "
                "ni pris la décision. Votre texte et sa date sont gardés, et la mission LABEL est "
                "prévenue : recommencez dans quelques jours."
            )
        )
    return appeal


def _open(application: LabelApplication, against: str, by: User, text: str) -> Appeal | None:
    row = procedure.lock_file(application)
    if Role.OWNER not in roles_of(by, row):
        raise PermissionDenied
    option = next((one for one in appealable(row) if one.against == against), None)
    if option is None:
        raise Refused(_("Il n'y a pas, ou plus, de décision à contester : rechargez la page."))
    if not 0 < len(text) <= LONGEST:
        raise Refused(_("Écrivez pourquoi vous contestez, en %d caractères au plus.") % LONGEST)
    award = _award_of(row) if against in _MEASURES or against in _GRANTS else None
    judges = _judges(row, award, against)
    deciders = deciders_for_appeal(row, judges)
    if not deciders.exists():
        _cannot_staff(row, against, by, text)
        return None
    first, second = judges
    opened_at = option.tried_at or timezone.now()
    received_on = timezone.localdate(opened_at)
    appeal = Appeal.objects.create(
        application=row,
        award=award,
        against=against,
        text=text,
        opened_at=opened_at,
        opened_by=by,
        due_on=deadlines.add_months(received_on, SILENCE_MONTHS),
        until=option.until,
        is_late=option.is_late,
        first_judge=_still_there(first),
        second_judge=_still_there(second),
    )
    _note(appeal, "open", by, Role.OWNER, text, against=against, until=option.until)
    words = letter_words.appeal_received(
        row, appeal.get_against_display(), received_on, appeal.due_on
    )
    letters.send(application=row, words=words)
    path = reverse("recours:inspect", args=[appeal.pk])
    for email in deciders.values_list("email", flat=True):
        tasks.tell("label/appeal", email, path, number=row.number or "", company=_company(row))
    return appeal


@transaction.atomic
def decide(*, appeal: Appeal, outcome: str, by: User, decision: str) -> Appeal:
    """Decide on an appeal.

    :param outcome: "allow" (the application is taken up again, or the award restored), "dismiss" or
        "declare_late".
    :param decision: motives; the letter gives them.

    Raises `PermissionDenied` unless `by` may sign, and neither proposed, took nor instructs what is
    contested; `Refused` without motives, when it is decided already, or not late at all.
    """
    decision = decision.strip()

    def change(row: Appeal) -> Mapping[str, Any]:
        if outcome == "declare_late" and not row.is_late:
            raise Refused(_("Ce recours a été formé à temps : décidez-en sur le fond."))
        row.decision = decision
        return {"against": row.against, "is_late": row.is_late}

    fresh = procedure.apply(thing=appeal, name=outcome, by=by, comment=decision, change=change)
    if outcome == "allow":
        _right(fresh, by, decision)
        fresh.application.refresh_from_db()
    award = _award_of(fresh.application) if fresh.award_id else None
    words = letter_words.appeal_decided(fresh, outcome, award)
    letters.send(application=fresh.application, words=words, by=by)
    return fresh


def _right(appeal: Appeal, by: User, decision: str) -> None:
    """What an allowed appeal leads to."""
    if appeal.award is not None:
        awarding.restore(appeal=appeal, by=by, comment=decision)
        return
    application = appeal.application
    rivals = LabelApplication.objects.filter(
        listing=application.listing_id, label=application.label_id, closed_at=None
    )
    if rivals.exists():
        raise Refused(
            _(
                "L'entreprise a commencé une autre demande pour cette fiche : elle la retire d'abord, pour "
                "que celle-ci reprenne."
            )
        )
    clocks = deadlines.begin(timezone.localdate(), application.terms)

    def change(row: LabelApplication) -> Mapping[str, Any]:
        row.due_on, row.silence_on = clocks.due_on, clocks.silence_on
        return {"appeal": appeal.uid, "due_on": clocks.due_on, "silence_on": clocks.silence_on}

    procedure.apply(
        thing=application, name="reopen", by=by, as_role=Role.CONSEQUENCE, comment=decision,
        change=change,
    )  # fmt: skip


def _award_of(application: LabelApplication) -> Award | None:
    return Award.objects.filter(application=application).first()


def _standing(application: LabelApplication, award: Award | None) -> list[Against]:
    """The decisions against the company that stand now."""
    if award is None:
        found = _OF_APPLICATION.get(ApplicationState(application.state))
        return [found] if found else []
    found = _OF_AWARD.get(AwardState(award.state))
    less = award.state in LIVING and award.level.is_below(application.level)
    return [*([found] if found else []), *([Against.LEVEL] if less else [])]


def _judges(
    application: LabelApplication, award: Award | None, against: str
) -> tuple[int | None, int | None]:
    """Who prepared and who took what is contested: the events know, whatever came after."""
    first = application.proposed_by_id or application.holder_id
    if award is None or against in _GRANTS:
        return first, application.decided_by_id
    acts = LabelEvent.objects.filter(subject_uid=award.uid)
    taken = acts.filter(name__in=_MEASURES[Against(against)]).last()
    if taken is None:
        return award.notice_by_id, award.decided_by_id
    if taken.name == "miss":  # nobody took it: it follows from the reservations
        return first, application.decided_by_id
    notices = acts.filter(name__startswith="announce_", position__lt=taken.position)
    notice = notices.last() if taken.name != "suspend_urgently" else None
    return (notice.actor_id if notice else None), taken.actor_id


def _still_there(person: int | None) -> User | None:
    return User.objects.filter(pk=person).first() if person else None


def _cannot_staff(application: LabelApplication, against: str, by: User, text: str) -> None:
    events.record(
        application=application,
        name="appeal_unstaffed",
        by=by,
        role=Role.OWNER,
        comment=text,
        data={"against": against},
    )
    tell_mission(application, "label/unstaffed")


def _note(appeal: Appeal, name: str, by: User, role: Role, comment: str, **data: Any) -> None:
    events.record(
        application=appeal.application,
        subject=Subject.APPEAL,
        subject_uid=appeal.uid,
        name=name,
        target=str(AppealState.OPENED),
        by=by,
        role=role,
        comment=comment,
        data=data,
    )


def _company(application: LabelApplication) -> str:
    vendor = vendor_of(application)
    return vendor.name if vendor else ""
