"""A piece of evidence: a file, an address, or one given before; and who may read it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.services import Refused
from catalogue.models import Evidence
from catalogue.vendor_space.forms_base import DsfrMixin
from catalogue.vendor_space.forms_pictures import EvidenceField

_CHOOSE_AGAIN = _("Choisissez de nouveau le fichier : votre navigateur ne l'a pas gardé.")


class RestrictionForm(DsfrMixin, forms.Form):
    """Whether the public reads a piece, and if not why."""

    restricted = forms.BooleanField(
        label=_("Réserver cette pièce : secret des affaires"),
        required=False,
        help_text=_(
            "Seule la mission LABEL la lit. Le public lit qu'une pièce est réservée, et pourquoi. "
            "Sans cette marque, tout le monde peut la télécharger."
        ),
    )
    restriction_reason = forms.CharField(
        label=_("Pourquoi elle relève du secret des affaires"),
        max_length=300,
        required=False,
        help_text=_("Publié. Par exemple « Plan d'architecture détaillé ». Sans nom de personne."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        reason, field = data.get("restriction_reason"), "restriction_reason"
        if field in self.errors:
            return data
        if data.get("restricted") and not reason:
            self.add_error(field, _("Dites pourquoi : le public le lira."))
        # Whoever writes a reason wants the piece restricted: better ask than publish it.
        if reason and field in self.changed_data and not data.get("restricted"):
            self.add_error("restricted", _("Cochez cette case, ou effacez le motif."))
        return data

    def refuse(self, error: ValidationError | Refused) -> None:
        """Say what the service refused, beside the field concerned when there is one."""
        self.add_error(None, error if isinstance(error, ValidationError) else str(error))


class EvidenceForm(RestrictionForm):
    """A piece for one claim; `pieces` are those that may be taken again."""

    field_order = ("title", "file", "url", "piece", "restricted", "restriction_reason")

    title = forms.CharField(
        label=_("Intitulé"),
        max_length=200,
        required=False,
        help_text=_("Par exemple « Certificat HDS 2026 ». Sans nom de personne."),
    )
    file = EvidenceField(
        label=_("Fichier"),
        help_text=_(
            "PDF, PNG ou JPEG, 10 Mo au plus. Masquez d'abord les données personnelles : "
            "signatures, téléphones."
        ),
    )
    url = forms.URLField(
        label=_("Ou adresse d'une page publique"),
        max_length=200,
        required=False,
        assume_scheme="https",
        help_text=_("Elle commence par https:// et se lit sans mot de passe."),
        error_messages={"invalid": _("Donnez une adresse complète, qui commence par https://.")},
    )
    expires_on = forms.DateField(
        label=_("Valable jusqu'au, s'il y a une fin"),
        required=False,
        widget=forms.DateInput,
        help_text=_("Ce jour compris. Passé ce jour, la pièce ne compte plus."),
    )

    def __init__(self, *args: Any, pieces: Iterable[Evidence] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(piece.uid): piece for piece in pieces}
        if known:
            self.fields["piece"] = forms.TypedChoiceField(
                label=_("Ou reprendre une pièce déjà déposée"),
                choices=[("", _("Aucune")), *((uid, row.title) for uid, row in known.items())],
                coerce=known.get,
                empty_value=None,
                required=False,
                help_text=_(
                    "Elle garde son intitulé, son accès et sa date : laissez-les vides ici."
                ),
                widget=forms.Select(attrs={"class": "fr-select"}),
            )
            self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        sent = bool(self.files.get("file"))
        given = sum((sent, bool(data.get("url")), bool(data.get("piece"))))
        if given > 1:
            self.add_error(
                None, _("Un fichier, une adresse ou une pièce reprise : un seul à la fois.")
            )
        elif not given and not self.errors.keys() & {"url", "piece"}:
            self.add_error("file", _("Choisissez un fichier, ou donnez une adresse."))
        if not data.get("piece") and not data.get("title") and "title" not in self.errors:
            self.add_error("title", _("Donnez un intitulé à la pièce."))
        self._ask_file_again()
        return data

    def refuse(self, error: ValidationError | Refused) -> None:
        super().refuse(error)
        self._ask_file_again()

    def _ask_file_again(self) -> None:
        """No browser sends a file twice by itself: say so, unless the file itself is refused."""
        if self.errors and self.files.get("file") and "file" not in self.errors:
            self.add_error("file", _CHOOSE_AGAIN)
