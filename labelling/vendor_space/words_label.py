"""Where a file of a label stands, in the vendor's words: whose turn it is, until when, and its dates."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalogue.presentation import french_date
from labelling.eligibility import renewable_from
from labelling.models import Appeal, Award, LabelApplication, Letter, Question
from labelling.rules import Rules, SilenceEffect
from labelling.state_words import Audience, state_label
from labelling.states import LIVING, NOTICES, ApplicationState, AwardState, Subject

_A, _W, _VENDOR = ApplicationState, AwardState, Audience.VENDOR
MESSAGE = gettext_lazy("Votre message à la mission LABEL")
MESSAGE_HELP = gettext_lazy("Il n'arrête aucun délai.")
MESSAGE_BESIDE = gettext_lazy(
    "Il n'arrête aucun délai. Pour répondre à une question, utilisez plutôt le bouton « Répondre »."
)
"""States in which the company is heard before anything is decided."""


@dataclass(frozen=True)
class Turn:
    """Whose turn it is and what comes next. `until` is the vendor's last day, that day included.

    `is_ours` is None when nobody has anything to do.
    """

    is_ours: bool | None
    words: str
    until: dt.date | None = None

    @property
    def who(self) -> str:
        """Whose turn, in two words; empty when it is nobody's."""
        if self.is_ours is None:
            return ""
        return _("À vous") if self.is_ours else _("À la mission LABEL")


_NEXT: Mapping[str, str | Promise] = {
    _A.SUBMITTED: gettext_lazy(
        "La mission LABEL vérifie que la demande est complète. Vous n'avez rien à faire."
    ),
    _A.ADMISSIBLE: gettext_lazy(
        "Votre demande est complète. Une personne de la mission LABEL va l'instruire."
    ),
    _A.UNDER_REVIEW: gettext_lazy(
        "La mission LABEL examine vos réponses et vos pièces, critère par critère. Elle vous écrit ici "
        "si elle a besoin d'une précision."
    ),
    _A.EXPERT_CONSULTED: gettext_lazy(
        "La mission LABEL examine vos réponses et vos pièces, critère par critère. Elle vous écrit ici "
        "si elle a besoin d'une précision."
    ),
    _A.PROPOSED: gettext_lazy(
        "L'instruction est finie. Une autre personne que celle qui a instruit votre dossier décide ; la "
        "décision, motivée, arrive ici."
    ),
}
_OVER: Mapping[str, str | Promise] = {
    _A.DRAFT: gettext_lazy("Complétez la demande, puis déposez-la : rien n'est parti."),
    _A.INADMISSIBLE: gettext_lazy(
        "La demande n'a pas été examinée au fond : la lettre dit pourquoi. Vous pouvez former un recours, "
        "ou corriger et déposer une nouvelle demande."
    ),
    _A.REFUSED: gettext_lazy(
        "La lettre et les motifs ci-dessous disent pourquoi. Vous pouvez former un recours, ou corriger "
        "et déposer une nouvelle demande."
    ),
    _A.LAPSED: gettext_lazy(
        "La question est restée sans réponse à sa date : la demande n'est plus instruite. Vous pouvez en "
        "déposer une nouvelle à tout moment."
    ),
    _A.WITHDRAWN: gettext_lazy(
        "Vous avez retiré cette demande. Vous pouvez en déposer une nouvelle à tout moment."
    ),
}
_AWARDED: Mapping[str, str | Promise] = {
    _W.ACTIVE: gettext_lazy(
        "Le label est en vigueur. Un changement d'hébergeur, de contrôle, de licence ou de titulaire "
        "ouvre un réexamen."
    ),
    _W.UNDER_REEXAMINATION: gettext_lazy(
        "La solution a changé depuis l'attribution : la mission LABEL regarde si le label tient toujours. "
        "Il reste en vigueur pendant ce temps."
    ),
    _W.SUSPENDED: gettext_lazy(
        "Le label est suspendu : le public le lit. Écrivez à la mission LABEL ce que vous avez corrigé, "
        "ou formez un recours."
    ),
    _W.ABROGATED: gettext_lazy(
        "Le label est abrogé pour l'avenir. Vous pouvez former un recours, ou déposer une nouvelle demande."
    ),
    _W.WITHDRAWN: gettext_lazy(
        "Le label est retiré, comme s'il n'avait pas été attribué. Vous pouvez former un recours."
    ),
    _W.EXPIRED: gettext_lazy(
        "Le label est arrivé à son terme. Vous pouvez le demander de nouveau."
    ),
    _W.SUPERSEDED: gettext_lazy("Un label plus récent l'a remplacé."),
}


def state_words(application: LabelApplication, award: Award | None, today: dt.date) -> str:
    """What the vendor calls the state of a file: that of its award once there is one."""
    if award is None:
        return application.state_for(_VENDOR)
    over = award.public_state(today) is _W.EXPIRED  # be it written already or not
    return state_label(Subject.AWARD, _W.EXPIRED if over else award.state, _VENDOR)


def tone(application: LabelApplication, award: Award | None) -> str:
    """The badge's look of a state, as DSFR names it."""
    if award is not None:
        tones = {_W.ACTIVE: "success", _W.SUPERSEDED: "", _W.EXPIRED: "", _W.SUSPENDED: "error",
                 _W.ABROGATED: "error", _W.WITHDRAWN: "error"}  # fmt: skip
        return tones.get(AwardState(award.state), "warning")
    if application.state == _A.AWAITING_VENDOR:
        return "warning"
    if application.state in (_A.REFUSED, _A.INADMISSIBLE, _A.LAPSED):
        return "error"
    return "info" if application.is_open else ""


def turn_of(
    application: LabelApplication, award: Award | None, appeal: Appeal | None, today: dt.date
) -> Turn:
    """Whose turn it is on a file, and what comes next; a day of the vendor's comes before an appeal."""
    turn = _award_turn(award, today) if award else _application_turn(application)
    if appeal is None or turn.until is not None:
        return turn
    words = _(
        "Votre recours est examiné par une troisième personne, qui n'a ni instruit ni décidé. Réponse "
        "prévue au plus tard le %(day)s."
    )
    return Turn(False, words % {"day": french_date(appeal.due_on)})


def _application_turn(application: LabelApplication) -> Turn:
    if application.state == _A.AWAITING_VENDOR:
        words = _(
            "Répondez à la question : sans réponse à cette date, votre demande devient caduque."
        )
        return Turn(True, words, application.answer_due_on)
    if application.state in _NEXT:
        return Turn(False, str(_NEXT[application.state]))
    return Turn(True if application.state == _A.DRAFT else None, str(_OVER[application.state]))


def _award_turn(award: Award, today: dt.date) -> Turn:
    if award.state in NOTICES:
        if award.notice_reply:
            return Turn(
                False, _("Votre réponse est lue avant toute décision ; le label reste en vigueur.")
            )
        words = _(
            "Dites ce que vous en pensez avant que la mission LABEL décide ; rien n'est décidé."
        )
        return Turn(True, words, award.notice_until)
    waiting = [row for row in award.reservations.all() if row.lifted_at is None]
    if award.state == _W.RESERVED:
        unsaid = [row for row in waiting if not row.answer]
        if not unsaid:
            return Turn(
                False, _("La mission LABEL vérifie ce que vous avez fait pour lever les réserves.")
            )
        words = _(
            "Faites ce que demandent les réserves et dites-le ici : passé cette date, le label est suspendu."
        )
        return Turn(True, words, min(row.due_on for row in unsaid))
    state = award.public_state(today)
    ours = {_W.SUSPENDED: True, _W.UNDER_REEXAMINATION: False}.get(state)
    return Turn(ours, str(_AWARDED[state]))


def certificate_of(award: Award, today: dt.date) -> str:
    """The path of an award's certificate, empty while it is not in force."""
    return reverse("award_certificate", args=[award.number]) if award.is_in_force(today) else ""


def silence_words(rules: Rules) -> str:
    """What the law makes of a silence: in so many months, and of what."""
    effect = (
        _("vaut rejet de la demande")
        if rules.silence_effect is SilenceEffect.REJECTION
        else _("vaut acceptation de la demande")
    )
    months = ngettext("%(n)d mois", "%(n)d mois", rules.silence_months) % {
        "n": rules.silence_months
    }
    return _("Le silence gardé pendant %(months)s %(effect)s.") % {
        "months": months,
        "effect": effect,
    }


def legal_words(
    application: LabelApplication, questions: Iterable[Question], today: dt.date
) -> str:
    """Where the legal deadline of an open application stands; nothing once it is over."""
    if not application.is_open or application.silence_on is None:
        return ""
    if application.state == _A.AWAITING_VENDOR and any(
        one.answered_at is None and one.kind == Question.Kind.MISSING for one in questions
    ):
        return _(
            "Ce délai est arrêté jusqu'à votre réponse : il reculera d'autant de jours que vous en prenez."
        )
    if application.silence_on < today:
        return _(
            "Ce jour est passé sans décision : le silence en tient lieu, et les délais de recours "
            "courent. La mission LABEL peut encore vous répondre."
        )
    return _(
        "Si rien ne vous est notifié ce jour-là au plus tard, c'est cette décision qui vaut. Seule une "
        "demande de pièce manquante arrête ce délai."
    )


def is_renewable(award: Award | None, today: dt.date) -> bool:
    """Whether an award is near enough its end to be asked for again."""
    return award is not None and award.state in LIVING and renewable_from(award) <= today


@dataclass(frozen=True)
class ShownLetter:
    """A letter with what its dates come to on a day."""

    letter: Letter
    notified_on: dt.date | None
    deemed_on: dt.date

    @property
    def is_new(self) -> bool:
        """Whether nobody of the company opened it."""
        return self.letter.opened_at is None


def shown_letters(letters: Iterable[Letter], rules: Rules, today: dt.date) -> list[ShownLetter]:
    """Letters with the day that each counts as notified, or will without being opened."""
    wait = dt.timedelta(days=rules.deemed_days)
    return [
        ShownLetter(one, one.notified_on(today), timezone.localdate(one.made_at) + wait)
        for one in letters
    ]


def verdicts_of(application: LabelApplication, by_id: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the decision says of each criterion, the last round of each; those met without a word last."""
    latest = {row.criterion: row for row in application.reviews.order_by("round")}
    rows = [{"criterion": by_id[one], "review": row} for one, row in latest.items() if one in by_id]
    return sorted(rows, key=lambda one: (one["review"].verdict == "conforme", one["criterion"].id))
