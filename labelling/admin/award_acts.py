"""What mission LABEL does with an award: one screen an act, its form, its service."""

import datetime as dt
from typing import Any

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalogue.presentation import french_date
from labelling import awarding, procedure
from labelling.admin.acts import Act, ActScreen, ReliefForm, words_field
from labelling.admin.desk import FileScreen
from labelling.deadlines import add_months
from labelling.models import Award, LabelApplication, Reservation
from labelling.permissions import roles_of
from labelling.states import LIVING, Role, Subject, transition


class NoticeForm(forms.Form):
    reason = words_field(
        _("Faits et motifs"),
        4000,
        _("Écrivez les faits et les motifs : l'offreur y répond."),
        _("Envoyés à l'offreur. Jamais publiés."),
    )


class LossForm(forms.Form):
    comment = words_field(
        _("Motifs de la décision"),
        4000,
        _("Écrivez les motifs : la lettre les reprend."),
        _("Repris dans la lettre à l'offreur. Jamais publiés."),
    )
    reason = words_field(
        _("Motif public"),
        1000,
        _("Écrivez le motif que le public lira."),
        _("Publié au registre et sur la fiche. Aucun nom de personne, rien de confidentiel."),
    )


class WithdrawalForm(LossForm):
    fraud = forms.TypedChoiceField(
        label=_("Fondement"),
        choices=[("", _("Illégal dès l'origine")), ("fraude", _("Obtenu par fraude"))],
        required=False,
        coerce=bool,
        empty_value=False,
        widget=forms.RadioSelect,
        help_text=_(
            "La fraude peut être opposée à tout moment ; le reste, dans le délai du label."
        ),
    )


_TOLD = _("C'est décidé ; l'entreprise est prévenue, la lettre est dans son espace.")
_HEARD = _(
    "Possible une fois le préavis échu, ou dès que l'offreur a répondu ; jamais par la personne qui a donné "
    "le préavis. "
)


def _run(service: Any, **fixed: Any) -> Any:
    return lambda award, by, **typed: service(award=award, by=by, **fixed, **typed)


ACTS = {
    "engager-suspension": Act(
        "announce_suspension",
        _("Engager une suspension"),
        _(
            "L'offreur a %(days)s jours, jusqu'au %(until)s, pour présenter ses observations ; le label reste "
            "en vigueur et rien n'est publié. Une autre personne décidera."
        ),
        NoticeForm,
        _("Le préavis est envoyé à l'offreur."),
        _run(awarding.announce, measure="suspension"),
        is_grave=True,
    ),
    "suspendre": Act(
        "suspend",
        _("Suspendre"),
        [_HEARD, _("Le label ne compte plus aussitôt : badge, registre et fiche le disent.")],
        LossForm,
        _TOLD,
        _run(awarding.suspend),
        is_grave=True,
    ),
    "suspendre-en-urgence": Act(
        "suspend_urgently",
        _("Suspendre en urgence"),
        _(
            "Sans préavis : le label ne compte plus aussitôt. Réservé à l'urgence (CRPA, article L. 121-2), "
            "que les motifs doivent dire ; la lettre dit que le préavis n'a pas été suivi."
        ),
        LossForm,
        _TOLD,
        _run(awarding.suspend_urgently),
        is_grave=True,
    ),
    "renoncer-a-suspendre": Act(
        "drop_suspension",
        _("Renoncer à suspendre"),
        _("Le label reprend l'état qu'il avait. Un changement survenu depuis rouvre son examen."),
        ReliefForm,
        _TOLD,
        _run(awarding.drop),
    ),
    "maintenir": Act(
        "maintain",
        _("Maintenir le label"),
        _(
            "Le label porte désormais sur la solution telle qu'elle est : offres, hébergeur, licence et "
            "entreprise d'aujourd'hui."
        ),
        ReliefForm,
        _TOLD,
        _run(awarding.maintain),
    ),
    "retablir": Act(
        "reinstate",
        _("Rétablir"),
        _("Le label compte de nouveau aussitôt. Les réserves, s'il y en a, sont levées d'abord."),
        ReliefForm,
        _TOLD,
        _run(awarding.reinstate),
    ),
    "engager-abrogation": Act(
        "announce_abrogation",
        _("Engager une abrogation ou un retrait"),
        _(
            "L'offreur a %(days)s jours, jusqu'au %(until)s, pour présenter ses observations ; le label garde "
            "son état et rien n'est publié. Une autre personne décidera."
        ),
        NoticeForm,
        _("Le préavis est envoyé à l'offreur."),
        _run(awarding.announce, measure="abrogation"),
        is_grave=True,
    ),
    "abroger": Act(
        "abrogate",
        _("Abroger"),
        [_HEARD, _("Le label prend fin aussitôt, pour l'avenir.")],
        LossForm,
        _TOLD,
        _run(awarding.abrogate),
        is_grave=True,
    ),
    "retirer": Act(
        "withdraw",
        _("Retirer, illégal dès l'origine"),
        [
            _HEARD,
            _(
                "Le label est réputé n'avoir jamais été accordé. Possible jusqu'au %(withdrawal)s, sauf fraude."
            ),
        ],
        WithdrawalForm,
        _TOLD,
        _run(awarding.withdraw),
        is_grave=True,
    ),
    "renoncer-a-abroger": Act(
        "drop_abrogation",
        _("Renoncer à abroger"),
        _("Le label reprend l'état qu'il avait. Un changement survenu depuis rouvre son examen."),
        ReliefForm,
        _TOLD,
        _run(awarding.drop),
    ),
}
LIFT = Act(
    "lift",
    _("Lever la réserve"),
    _(
        "L'offreur lit pourquoi. Une fois toutes les réserves levées, le label est en vigueur sans réserve."
    ),
    ReliefForm,
    _TOLD,
    lambda reservation, by, **typed: awarding.lift_reservation(
        reservation=reservation, by=by, **typed
    ),
)


def acts_for(award: Award, user: User) -> list[tuple[str, Act]]:
    """Address and act of what somebody may do with an award now. Services decide again."""
    offered = {row.name for row in procedure.offered(user, award)}
    return [
        (reverse("label_award_act", args=[award.pk, name]), act)
        for name, act in ACTS.items()
        if act.transition in offered
    ]


def may_lift(award: Award, user: User) -> bool:
    """Whether somebody may lift reservations of an award, in whatever state it lives."""
    return award.state in map(str, LIVING) and Role.DECIDER in roles_of(user, award)


class AwardScreen(FileScreen):
    """A screen about one award, for who may read its file."""

    @cached_property
    def award(self) -> Award:
        """The award that the address names."""
        rows = Award.objects.select_related(
            "label", "level", "vendor", "listing__page", "listing__vendor",
            "application__label", "application__vendor", "application__listing__vendor",
        )  # fmt: skip
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def file(self) -> LabelApplication:
        return self.award.application


class AwardAct(AwardScreen, ActScreen):
    """The screen of an act on an award."""

    @property
    def thing(self) -> Award:
        return self.award

    @property
    def back(self) -> str:
        return reverse("labels-attribues:inspect", args=[self.award.pk])


class AwardActView(AwardAct):
    """One act on an award."""

    @property
    def act(self) -> Act:
        try:
            return ACTS[self.kwargs["act"]]
        except KeyError:
            raise Http404 from None

    def facts(self) -> list[tuple[Any, Any]]:
        award = self.award
        rows = [(_("Label"), f"{award.number} – {award.title} – {award.vendor}")]
        if award.notice_reason:
            rows.append((_("Préavis"), award.notice_reason))
            rows.append((_("Réponse de l'offreur"), award.notice_reply or gettext("aucune")))
        if award.reason:
            rows.append((_("Motif public actuel"), award.reason))
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rules = self.award.application.terms
        until = timezone.localdate() + dt.timedelta(days=rules.notice_days)
        last = add_months(self.award.granted_on, rules.withdrawal_months)
        values = {
            "days": rules.notice_days,
            "until": french_date(until),
            "withdrawal": french_date(last),
        }
        words = self.act.explanation
        text = "".join(map(str, words)) if isinstance(words, list) else str(words)
        context = super().get_context_data(**kwargs)
        return {**context, "explanation": text % values}


class LiftView(AwardAct):
    """Lift one reservation."""

    act = LIFT

    @cached_property
    def reservation(self) -> Reservation:
        """The reservation that the address names, of this award."""
        rows = self.award.reservations.select_related("award")
        return get_object_or_404(rows, pk=self.kwargs["reservation"])

    @property
    def target(self) -> Reservation:
        return self.reservation

    def why_not(self) -> str:
        if self.reservation.lifted_at is not None:
            return gettext("Cette réserve est déjà levée : quelqu'un a agi entre-temps.")
        if may_lift(self.award, self.request.user):
            return ""
        return procedure.why_not(transition(Subject.AWARD, "lift"), self.award, self.request.user)

    def facts(self) -> list[tuple[Any, Any]]:
        row = self.reservation
        return [
            (_("Label"), f"{self.award.number} – {self.award.title}"),
            (_("Réserve"), row.text),
            (_("À lever avant le"), french_date(row.due_on)),
            (_("Ce qu'en dit l'offreur"), row.answer or gettext("rien à ce jour")),
        ]
