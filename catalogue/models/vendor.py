"""Companies and associations that offer solutions."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from stdnum.fr import siren as siren_number

from catalogue.choices import Origin, Region, Size, SizeSource
from catalogue.fields import SirenField


def validate_siren(value: str) -> None:
    """Refuse a SIREN that is not nine digits with a right Luhn key."""
    if not (len(value) == 9 and value.isdigit() and siren_number.is_valid(value)):
        raise ValidationError(_("Ce SIREN n'existe pas : vérifiez ses neuf chiffres."))


class VendorQuerySet(models.QuerySet):
    def with_live_sheets(self):
        """Vendors who have at least one sheet that the public sees."""
        return self.filter(listings__page__live=True, listings__archived_at__isnull=True).distinct()


class Vendor(models.Model):
    """Who offers. A SIREN says where a company is registered, never who controls it in the end."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("adresse"), max_length=100, unique=True)
    name = models.CharField(_("nom d'usage"), max_length=160)
    legal_name = models.CharField(_("raison sociale"), max_length=200, blank=True)
    country = models.CharField(
        _("pays d'immatriculation"),
        max_length=2,
        default="FR",
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Code de pays à deux lettres majuscules."))],
    )
    siren = SirenField(
        _("SIREN"), max_length=9, unique=True, null=True, blank=True, validators=[validate_siren]
    )
    national_id = models.CharField(
        _("identifiant national"),
        max_length=60,
        blank=True,
        help_text=_("Pour une société étrangère : numéro de registre ou de TVA."),
    )
    size = models.CharField(_("taille"), max_length=20, choices=Size.choices, default=Size.UNKNOWN)
    size_source = models.CharField(
        _("source de la taille"), max_length=10, choices=SizeSource.choices, default="", blank=True
    )
    size_year = models.PositiveSmallIntegerField(_("année de la taille"), null=True, blank=True)
    region = models.CharField(_("région"), max_length=2, choices=Region.choices, blank=True)
    origin = models.CharField(
        _("origine (contrôle ultime)"),
        max_length=20,
        choices=Origin.choices,
        default=Origin.UNKNOWN,
        help_text=_("Déclarée avec sa preuve ; un SIREN seul ne prouve rien."),
    )
    origin_proof = models.CharField(_("preuve de l'origine"), max_length=300, blank=True)
    ess = models.BooleanField(_("économie sociale et solidaire"), default=False)
    mission_company = models.BooleanField(_("société à mission"), default=False)
    website = models.URLField(_("site"), blank=True)
    contact_email = models.EmailField(
        _("adresse de contact"), blank=True, help_text=_("Jamais publiée.")
    )
    description = models.TextField(_("présentation"), max_length=2000, blank=True)
    is_fictitious = models.BooleanField(
        _("société fictive de démonstration"), default=False, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = VendorQuerySet.as_manager()

    class Meta:
        verbose_name = _("offreur")
        verbose_name_plural = _("offreurs")
        constraints = (
            models.CheckConstraint(
                name="vendor_siren_is_french",
                condition=Q(siren__isnull=True) | (Q(country="FR") & Q(siren__regex=r"^[0-9]{9}$")),
                violation_error_message=_(
                    "Un SIREN est celui d'une société immatriculée en France."
                ),
            ),
            models.CheckConstraint(
                name="vendor_foreign_has_national_id",
                condition=Q(country="FR") | ~Q(national_id=""),
                violation_error_message=_("Une société étrangère donne son identifiant national."),
            ),
            models.UniqueConstraint(
                fields=("country", "national_id"),
                condition=~Q(national_id=""),
                name="vendor_national_id_once_a_country",
                violation_error_message=_("Cet identifiant national est déjà inscrit."),
            ),
            models.CheckConstraint(
                name="vendor_known_size_has_source",
                condition=Q(size="non-renseignee") | ~Q(size_source=""),
                violation_error_message=_("Dites d'où vient la taille."),
            ),
            models.CheckConstraint(
                name="vendor_known_origin_has_proof",
                condition=Q(origin="non-renseignee") | ~Q(origin_proof=""),
                violation_error_message=_("L'origine se déclare avec sa preuve."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("vendor", args=[self.slug])

    @property
    def is_attached(self) -> bool:
        """Whether a proof shows that its members may act for it: without one, drafts only."""
        return self.proofs.in_force().exists()
