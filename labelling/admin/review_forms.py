"""What reviewers and experts type."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput

from accounts.models import User
from labelling.holding import name_of
from labelling.models import LabelApplication, Question
from labelling.permissions import ADVISE, people_with
from labelling.state_words import Audience, state_label
from labelling.states import DECIDED, ApplicationState, Subject
from labelling.verdicts import (
    LONGEST_DAYS,
    Verdict,
    asked_of,
    clock_words,
    definition_of,
    motives_of,
    standing_verdicts,
)

RESERVATIONS = 6


def text_field(
    label: Any, longest: int, missing: Any, help_text: Any = "", rows: int = 4
) -> forms.CharField:
    """A long text."""
    return forms.CharField(
        label=label,
        max_length=longest,
        help_text=help_text,
        error_messages={"required": missing},
        widget=AdminAutoHeightTextInput(attrs={"rows": rows}),
    )


def _days(label: Any, initial: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, initial=initial, min_value=1, max_value=LONGEST_DAYS, help_text=help_text
    )


class ActForm(forms.Form):
    """What is typed for an act on a file."""

    def __init__(self, *args: Any, file: LabelApplication, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file, self.by = file, by
        self.prepare()

    def prepare(self) -> None:
        """Fill choices and what is proposed from the file."""

    @property
    def folded(self) -> list[forms.BoundField]:
        """Fields that most leave alone."""
        return []

    @property
    def plain(self) -> list[forms.BoundField]:
        """Fields that everybody reads."""
        apart = {field.name for field in self.folded}
        return [field for field in self.visible_fields() if field.name not in apart]


class NoteForm(ActForm):
    text = text_field(
        _("Note privée"),
        4000,
        _("Écrivez la note."),
        _("Lue par la mission LABEL seule. L'offreur ne la voit jamais."),
        rows=3,
    )


class MessageForm(ActForm):
    text = text_field(
        _("Message à l'offreur"),
        4000,
        _("Écrivez le message."),
        _("L'offreur le lit dans son espace. Un message n'arrête aucun délai."),
        rows=3,
    )


class ConflictForm(ActForm):
    reason = text_field(
        _("Pourquoi vous ne pouvez pas juger cet offreur"),
        300,
        _("Écrivez pourquoi : votre responsable le lit."),
        _(
            "Par exemple : ancien employeur, parent salarié, intérêt financier. L'offreur ne le lit pas."
        ),
        rows=2,
    )


class AskForm(ActForm):
    """A question; criteria « à préciser » are ticked, and start its text."""

    kind = forms.ChoiceField(
        label=_("Nature"),
        widget=forms.RadioSelect,
        initial=Question.Kind.PRECISION,
        help_text=_("Seule une pièce manquante, indispensable, arrête le délai légal."),
    )
    text = text_field(_("Question"), 4000, _("Écrivez la question : l'offreur la lit."), rows=6)
    criteria = forms.MultipleChoiceField(
        label=_("Critères concernés"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("La lettre reprend vos commentaires sur ces critères."),
    )
    days = _days(
        _("Jours pour répondre"), 30, _("Ensuite la demande est caduque, après deux rappels.")
    )

    def prepare(self) -> None:
        by_id, verdicts = definition_of(self.file).by_id, standing_verdicts(self.file)
        unclear = [
            one
            for one in asked_of(self.file)
            if one in verdicts and verdicts[one].verdict == Verdict.UNCLEAR
        ]
        self.fields["kind"].choices = [
            (value, f"{label.capitalize()} – {clock_words(value)}")
            for value, label in Question.Kind.choices
        ]
        self.fields["criteria"].choices = [
            (one, f"{one} {by_id[one].text}") for one in asked_of(self.file)
        ]
        self.fields["criteria"].initial = unclear
        self.fields["days"].initial = self.file.terms.answer_days
        lines = [f"{one} : {verdicts[one].comment}" for one in unclear]
        self.fields["text"].initial = "\n".join(lines)


class ConsultForm(ActForm):
    expert = forms.ModelChoiceField(
        label=_("Expert"),
        queryset=User.objects.none(),
        error_messages={"required": _("Choisissez qui consulter.")},
    )
    theme = forms.ChoiceField(
        label=_("Thème"), help_text=_("L'expert ne lira que les réponses et pièces de ce thème.")
    )
    question = text_field(_("Question"), 4000, _("Écrivez ce que vous demandez à l'expert."))
    days = _days(_("Jours pour répondre"), 15)

    def prepare(self) -> None:
        field = self.fields["expert"]
        people = people_with(ADVISE).filter(is_superuser=False).exclude(pk=self.by.pk)
        field.queryset = people.order_by("last_name", "pk")
        field.label_from_instance = name_of
        self.fields["theme"].choices = [
            (theme.id, theme.title) for theme in definition_of(self.file).themes
        ]


class GoOnForm(ActForm):
    comment = text_field(
        _("Pourquoi ne pas attendre"), 4000, _("Écrivez pourquoi : le dossier le garde.")
    )


class AdviseForm(ActForm):
    opinion = text_field(
        _("Votre avis"),
        8000,
        _("Écrivez votre avis."),
        _("Lu par la mission LABEL ; qui instruit peut s'en servir dans ses motifs."),
        rows=8,
    )


class ProposeForm(ActForm):
    """A decision that somebody else will take; motives start from the verdicts' comments."""

    outcome = forms.ChoiceField(
        label=_("Décision proposée"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez la décision que vous proposez.")},
    )
    level = forms.ModelChoiceField(
        label=_("Niveau"),
        queryset=None,
        required=False,
        empty_label=_("Aucun (refus)"),
        help_text=_("Celui que l'offreur demande est proposé."),
    )
    motives = text_field(
        _("Motifs"),
        8000,
        _("Écrivez les motifs : la décision les reprend."),
        _("En droit et en fait. Jamais une note privée."),
        rows=10,
    )

    def prepare(self) -> None:
        file = self.file
        self.fields["outcome"].choices = [
            (str(state), state_label(Subject.APPLICATION, state, Audience.STAFF))
            for state in DECIDED
        ]
        self.fields["level"].queryset = file.label.levels.all()
        self.fields["level"].initial = file.proposed_level_id or file.level_id
        self.fields["motives"].initial = file.proposal or _motives(file)
        stored = list(file.proposed_reservations)
        by_default = timezone.localdate() + dt.timedelta(days=file.terms.reservation_days)
        for rank in range(max(RESERVATIONS, len(stored) + 1)):
            row = stored[rank] if rank < len(stored) else {}
            self.fields[f"text_{rank}"] = forms.CharField(
                label=_("Réserve %d") % (rank + 1),
                max_length=500,
                required=False,
                initial=row.get("text", ""),
                widget=AdminAutoHeightTextInput(attrs={"rows": 1}),
            )
            self.fields[f"due_{rank}"] = forms.DateField(
                label=_("À lever avant le (réserve %d)") % (rank + 1),
                required=False,
                initial=row.get("due_on") or by_default,
                widget=AdminDateInput(),
            )

    @property
    def folded(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(("text_", "due_"))]

    @property
    def is_unfolded(self) -> bool:
        """Whether reservations are shown at once: there are some, or should be."""
        reserved = self["outcome"].value() == ApplicationState.GRANTED_WITH_RESERVATIONS
        texts = [field for field in self.folded if field.name.startswith("text_")]
        return (
            reserved or any(one.value() for one in texts) or any(one.errors for one in self.folded)
        )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        rows, rank = [], 0
        while f"text_{rank}" in self.fields:
            text, due_on = found.pop(f"text_{rank}", ""), found.pop(f"due_{rank}", None)
            if text and due_on:
                rows.append((text, due_on))
            elif text and f"due_{rank}" not in self.errors:
                self.add_error(f"due_{rank}", gettext("Dites avant quand la lever."))
            rank += 1
        found["reservations"] = rows
        if found.get("outcome") == ApplicationState.REFUSED:
            # The level that the form proposes goes with a grant.
            found["level"] = None
        return found


def _motives(file: LabelApplication) -> str:
    """Comments of the verdicts, one a paragraph."""
    rows = motives_of(file, asked_of(file))
    return "\n\n".join(f"{row.criterion} ({row.verdict.lower()}) : {row.comment}" for row in rows)
