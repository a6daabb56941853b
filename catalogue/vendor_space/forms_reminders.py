"""Which reminders somebody wants."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalogue.models import ReminderKind
from catalogue.reminders import kinds_for

_HELP = {
    ReminderKind.DRAFT: _(
        "Au bout de deux semaines, six semaines puis quatre mois, puis plus rien."
    ),
    ReminderKind.STALE: _("Avant qu'elle soit marquée « à confirmer », puis avant un retrait."),
    ReminderKind.PROOF: _("Aux propriétaires : rattachement, accord d'un client, dépôt du code."),
    ReminderKind.DIGEST: _("Chaque jour où quelque chose attend la mission LABEL."),
}


class RemindersForm(forms.Form):
    """One box a kind that may concern the person, ticked unless refused."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        refused = set(user.reminder_stops.values_list("kind", flat=True))
        for kind in kinds_for(user):
            self.fields[kind.value] = forms.BooleanField(
                label=kind.label,
                help_text=_HELP[kind],
                required=False,
                initial=kind.value not in refused,
            )

    def wanted(self) -> list[str]:
        """The kinds that are ticked."""
        return [name for name, ticked in self.cleaned_data.items() if ticked]
