"""Forms about a company: registering it, presenting it, proving to act for it, its members."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from catalogue.choices import Origin, Region, Size
from catalogue.companies import Company, merge
from catalogue.countries import country_choices
from catalogue.fields import SirenFormField
from catalogue.models import Request, Role, Vendor
from catalogue.models.vendor import validate_siren
from catalogue.registration import FIELDS, version
from catalogue.uploads import safe_evidence
from catalogue.vendor_space.forms_base import DsfrMixin

ABROAD = (Origin.EU.value, Origin.OUTSIDE.value)
_ADDRESS = {"invalid": _("Écrivez une adresse complète, par exemple nom@domaine.fr.")}


class DsfrForm(DsfrMixin, forms.Form):
    """A form in the State's design system."""


class SirenForm(DsfrForm):
    """The nine digits that name a French company."""

    siren = SirenFormField(
        label=_("SIREN"),
        help_text=_("Neuf chiffres : les neuf premiers du SIRET. Les espaces sont acceptées."),
        validators=[validate_siren],
        error_messages={"required": _("Écrivez le SIREN de l'entreprise.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class CompanyForm(DsfrForm):
    """What a company says of itself. Origin, size and region are information, no ground for rejection."""

    name = forms.CharField(
        label=_("Nom d'usage"),
        max_length=160,
        help_text=_("Celui que les acheteurs connaissent ; il est public."),
        error_messages={"required": _("Écrivez le nom de l'entreprise.")},
    )
    legal_name = forms.CharField(label=_("Raison sociale"), max_length=200, required=False)
    region = forms.ChoiceField(
        label=_("Région du siège"),
        choices=[("", _("Non renseignée")), *Region.choices],
        required=False,
    )
    size = forms.ChoiceField(
        label=_("Taille de l'entreprise"), choices=Size.choices, initial=Size.UNKNOWN
    )
    origin = forms.ChoiceField(
        label=_("Qui contrôle l'entreprise en dernier ressort ?"),
        choices=Origin.choices,
        initial=Origin.UNKNOWN,
        help_text=_(
            "Le pays de la société ou des personnes à la tête du groupe. Un SIREN n'en dit rien."
        ),
    )
    origin_proof = forms.CharField(
        label=_("Ce qui le prouve"),
        max_length=300,
        required=False,
        help_text=_(
            "Obligatoire dès qu'une origine est dite. Par exemple : statuts déposés au greffe le 3 mars 2025, rapport annuel du groupe. "
            "N'y nommez personne : ce texte est public."
        ),
    )
    group_size = forms.ChoiceField(
        label=_("Taille du groupe qui la contrôle"),
        choices=[("", _("Choisissez")), *Size.choices],
        required=False,
        help_text=_(
            "Obligatoire si l'entreprise est contrôlée hors de France, et dans ce cas seulement : "
            "c'est elle qui est affichée."
        ),
    )
    ess = forms.BooleanField(label=_("Économie sociale et solidaire (ESS)"), required=False)
    mission_company = forms.BooleanField(label=_("Société à mission"), required=False)
    website = forms.URLField(
        label=_("Site"),
        required=False,
        help_text=_("Format attendu : https://www.exemple.fr"),
        error_messages={
            "invalid": _("Écrivez une adresse complète, par exemple https://www.exemple.fr.")
        },
    )
    contact_email = forms.EmailField(
        label=_("Adresse de contact"),
        required=False,
        help_text=_("Pour la mission LABEL ; jamais publiée. Format attendu : nom@domaine.fr"),
        error_messages=_ADDRESS,
    )
    description = forms.CharField(
        label=_("Présentation"),
        max_length=2000,
        required=False,
        help_text=_("2 000 caractères au plus."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        origin = data.get("origin")
        if origin and origin != Origin.UNKNOWN and not data.get("origin_proof"):
            self.add_error(
                "origin_proof", _("L'origine se déclare avec sa preuve : dites laquelle.")
            )
        if origin in ABROAD and not data.get("group_size"):
            self.add_error(
                "group_size",
                _(
                    "L'Insee ne connaît que la partie française du groupe : choisissez la taille du "
                    "groupe entier, ou « Non renseignée »."
                ),
            )
        return data


class CheckForm(CompanyForm):
    """The same at registration, with what the register says proposed."""

    def __init__(self, *args: Any, company: Company | None = None, **kwargs: Any) -> None:
        proposals = merge({}, company) if company else []
        kwargs["initial"] = {p.field: p.value for p in proposals} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        del self.fields["description"]
        for proposal in proposals:
            if proposal.field in self.fields:
                told = _("Proposé d'après %(source)s.") % {"source": proposal.source}
                words = (told, proposal.note, self.fields[proposal.field].help_text)
                self.fields[proposal.field].help_text = " ".join(
                    str(word) for word in words if word
                )
        if company and company.sole_trader:
            self.fields["name"].help_text = _(
                "Entreprise individuelle : nous ne reprenons pas votre nom du répertoire. Écrivez "
                "celui sous lequel vous exercez ; il sera public."
            )


class AbroadForm(CompanyForm):
    """Registering a company that has no SIREN."""

    country = forms.ChoiceField(
        label=_("Pays d'immatriculation"),
        choices=lambda: [("", _("Choisissez")), *(c for c in country_choices() if c[0] != "FR")],
        error_messages={"required": _("Choisissez le pays où l'entreprise est immatriculée.")},
    )
    national_id = forms.CharField(
        label=_("Identifiant national"),
        max_length=60,
        help_text=_("Numéro du registre du commerce, ou de TVA intracommunautaire."),
        error_messages={"required": _("Écrivez l'identifiant de l'entreprise dans son pays.")},
    )
    field_order = ("country", "national_id")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in ("region", "description"):
            del self.fields[field]

    def clean_national_id(self) -> str:
        # The same number typed with or without spaces is one company.
        return "".join(self.cleaned_data["national_id"].upper().split())


class PresentationForm(CompanyForm):
    """A company's presentation; `seen` is the version that its author read."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, vendor: Vendor, **kwargs: Any) -> None:
        initial = {field: getattr(vendor, field) for field in FIELDS}
        initial |= {"seen": version(vendor)}
        if vendor.origin in ABROAD:
            initial["group_size"] = vendor.size
        super().__init__(*args, initial=initial, **kwargs)
        if vendor.country != "FR":
            del self.fields["region"]


class AddressProofForm(DsfrForm):
    """An address of the company's own domain."""

    email = forms.EmailField(
        label=_("Adresse électronique au nom de domaine de l'entreprise"),
        help_text=_("Un code y sera envoyé. Format attendu : nom@domaine-de-l-entreprise.fr"),
        error_messages={"required": _("Écrivez l'adresse."), **_ADDRESS},
    )


class CodeForm(DsfrForm):
    """The code that was mailed."""

    code = forms.CharField(
        label=_("Code reçu"),
        max_length=20,
        help_text=_("Huit lettres ou chiffres, valables soixante minutes. Format : ABCD-2345"),
        error_messages={"required": _("Tapez le code reçu par courriel.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )


def _safe_file(file: Any) -> ContentFile[bytes] | None:
    return safe_evidence(file).file if file else None


class MandateForm(DsfrForm):
    """A signed mandate."""

    mandate = forms.FileField(
        label=_("Mandat signé"),
        help_text=_("PDF, JPEG ou PNG, 10 Mo au plus. Seule la mission LABEL le lit."),
        error_messages={
            "required": _("Choisissez le fichier du mandat."),
            "empty": _("Ce fichier est vide. Choisissez-en un autre."),
        },
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def clean_mandate(self) -> ContentFile[bytes] | None:
        return _safe_file(self.cleaned_data["mandate"])


class InvitationForm(DsfrForm):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=_("Adresse électronique"),
        help_text=_(
            "L'invitation ne vaut que pour un compte à cette adresse. Format attendu : nom@domaine.fr"
        ),
        error_messages={"required": _("Écrivez l'adresse de la personne."), **_ADDRESS},
    )
    role = forms.ChoiceField(
        label=_("Rôle"),
        choices=Role.choices,
        initial=Role.EDITOR,
        help_text=_("Un contributeur écrit les fiches ; un propriétaire gère aussi les membres."),
    )


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(choices=Role.choices)


class AskForm(DsfrForm):
    """A request to join a company, or a dispute about who acts for it."""

    kind = forms.ChoiceField(
        label=_("Votre demande"),
        choices=[
            (Request.Kind.JOIN.value, _("Rejoindre l'entreprise : ses propriétaires décident")),
            (
                Request.Kind.DISPUTE.value,
                _("Contester qui agit pour l'entreprise : la mission LABEL décide"),
            ),
        ],
        error_messages={"required": _("Choisissez l'objet de votre demande.")},
    )
    message = forms.CharField(
        label=_("Votre message"),
        min_length=10,
        max_length=2000,
        help_text=_(
            "Qui vous êtes dans l'entreprise, et pourquoi vous demandez. 2 000 caractères au plus."
        ),
        error_messages={
            "required": _("Écrivez votre message."),
            "min_length": _("Dites-en un peu plus : dix caractères au moins."),
        },
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    evidence = forms.FileField(
        label=_("Pièce à l'appui d'une contestation"),
        required=False,
        help_text=_("PDF, JPEG ou PNG, 10 Mo au plus. Seule la mission LABEL la lit."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def __init__(self, *args: Any, can_join: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_join:
            field = self.fields["kind"]
            field.choices = [c for c in field.choices if c[0] != Request.Kind.JOIN.value]

    def clean_evidence(self) -> ContentFile[bytes] | None:
        return _safe_file(self.cleaned_data["evidence"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == Request.Kind.JOIN and data.get("evidence"):
            raise ValidationError(
                _("Une pièce n'accompagne qu'une contestation : retirez-la ou changez d'objet.")
            )
        return data


class DecisionForm(DsfrForm):
    """An owner's answer to somebody who asks to join."""

    decision = forms.ChoiceField(choices=[("accept", ""), ("refuse", "")])
    answer = forms.CharField(
        label=_("Votre réponse"),
        max_length=2000,
        required=False,
        help_text=_("Facultative ; envoyée à la personne si vous refusez."),
    )
