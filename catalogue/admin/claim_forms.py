"""What mission LABEL types when it verifies or contests a claim."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput

from catalogue import verifying
from catalogue.admin.choosers import official_chooser
from catalogue.models import Claim, OfficialEntry


def _words(label: Any, longest: int, missing: Any = None, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=missing is not None,
        help_text=help_text,
        error_messages={"required": missing} if missing else {},
        widget=AdminAutoHeightTextInput(attrs={"rows": 3}),
    )


class ActForm(forms.Form):
    """What was looked at when the page was opened: `seen` is decided on, not what came since."""

    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, claim: Claim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claim = claim


class FindingForm(ActForm):
    """What was found, and until when it holds."""

    finding = _words(
        _("Constat"),
        500,
        _("Écrivez ce que vous avez constaté."),
        _("Publié. Aucun nom de personne."),
    )
    expires_on = forms.DateField(
        label=_("Valable jusqu'au"),
        widget=AdminDateInput(),
        error_messages={"required": _("Dites jusqu'à quand la vérification vaut.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = verifying.latest_end(self.claim, timezone.localdate())
        self.fields["expires_on"].initial = last
        self.fields["expires_on"].help_text = _("Ce jour compris, au plus tard le %(last)s.") % {
            "last": verifying.day_words(last)
        }


class OfficialForm(FindingForm):
    """An official source: an address, or a line of a list that was imported."""

    source_url = forms.URLField(
        label=_("Adresse de la source officielle"),
        required=False,
        max_length=200,
        help_text=_(
            "La page (https) où chacun peut le constater, sur le site de l'organisme officiel qui le "
            "publie : jamais sur celui de l'offreur."
        ),
    )
    official = forms.ModelChoiceField(
        label=_("Ligne d'une liste officielle"),
        queryset=OfficialEntry.objects.none(),
        required=False,
        help_text=_("Au lieu d'une adresse, une ligne d'une liste importée."),
        error_messages={
            "invalid_choice": _("Cette ligne n'est plus en vigueur : choisissez-en une autre.")
        },
    )
    kind = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ("source_url", "official", "finding", "expires_on", "kind", "seen")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and not self.data.get(self.add_prefix("official"), "").isdecimal():
            # The chooser looks its row up to show it, and takes a number for granted.
            self.data = {**self.data.dict(), self.add_prefix("official"): ""}
        entries = verifying.entries_for(self.claim, timezone.localdate())
        self.fields["kind"].initial = self.claim.kind
        if not verifying.LISTS.get(self.claim.kind):
            del self.fields["official"]
            self.fields["source_url"].required = True
            return
        self.fields["official"].queryset = entries
        # Its dialogue asks for the lists that bear on this kind of claim.
        self.fields["official"].widget = official_chooser.widget_class(
            linked_fields={"kind": "#id_kind"}
        )


class ProposalForm(FindingForm):
    """What somebody else is asked to confirm."""

    comment = _words(_("Pour la seconde personne"), 1000, help_text=_("Jamais publié."))


class ConfirmForm(ActForm):
    comment = _words(_("Commentaire interne"), 1000, help_text=_("Jamais publié."))


class RefuseForm(ActForm):
    comment = _words(
        _("Pourquoi"),
        1000,
        _("Écrivez pourquoi : la personne qui propose le lira."),
        _("Jamais publié."),
    )


class EndForm(ActForm):
    reason = _words(
        _("Motif"),
        300,
        _("Écrivez pourquoi : le motif est publié."),
        _("Publié, et envoyé à l'offreur."),
    )


class ContestForm(ActForm):
    reason = _words(
        _("Motif"),
        500,
        _("Écrivez le motif : l'offreur le lit, puis le public."),
        _("Envoyé à l'offreur, puis publié. Aucun nom de personne."),
    )


class SettleForm(ActForm):
    decision = _words(
        _("Décision"),
        500,
        _("Écrivez la décision : l'offreur la lit."),
        _("Envoyée à l'offreur ; publiée si la contestation l'est. Aucun nom de personne."),
    )
