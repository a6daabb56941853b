"""Lists that others publish and that claims are checked against, as imported at a date."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class OfficialList(models.TextChoices):
    """The lists that the catalogue follows."""

    SECNUMCLOUD = "secnumcloud", _("Services qualifiés SecNumCloud")
    ADEQUACY = "adequacy", _("Pays adéquats (RGPD, art. 45)")
    LICENCES = "licences", _("Licences acceptées ou refusées")


class ListImport(models.Model):
    """One import of a list: of which day it is, from where, and what it changed."""

    list = models.CharField(_("liste"), max_length=20, choices=OfficialList)
    dated_on = models.DateField(_("liste arrêtée au"))
    source_url = models.URLField(_("source"), blank=True)
    sha256 = models.CharField(_("empreinte SHA-256 du fichier"), max_length=64)
    imported_at = models.DateTimeField(_("importée le"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("par"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    rows = models.PositiveIntegerField(_("lignes"))
    changes = models.JSONField(
        _("ce qui a changé"),
        default=dict,
        help_text=_("added, ended, changed : codes et libellés."),
    )

    class Meta:
        verbose_name = _("import d'une liste officielle")
        verbose_name_plural = _("imports de listes officielles")
        ordering = ("-dated_on", "-pk")

    def __str__(self) -> str:
        return f"{self.get_list_display()}, {self.dated_on:%d/%m/%Y}"


class OfficialEntryQuerySet(models.QuerySet["OfficialEntry"]):
    def at(self, on):
        """What a list holds on a day."""
        return self.filter(valid_from__lte=on).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )


class OfficialEntry(models.Model):
    """A line of a list: a qualified service, an adequate country, a licence; from when to when."""

    list = models.CharField(_("liste"), max_length=20, choices=OfficialList)
    code = models.CharField(_("code"), max_length=120)
    label = models.CharField(_("libellé"), max_length=200)
    valid_from = models.DateField(_("à partir du"))
    valid_to = models.DateField(_("jusqu'au"), null=True, blank=True)
    legal_reference = models.CharField(_("référence"), max_length=300, blank=True)
    source_url = models.URLField(_("source"), blank=True)
    detail = models.JSONField(
        _("précisions"),
        default=dict,
        help_text=_("Par liste : prestataire et type de service ; portée ; statut."),
    )
    is_fictitious = models.BooleanField(_("fictive"), default=False)
    last_import = models.ForeignKey(
        ListImport,
        verbose_name=_("vue pour la dernière fois"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="entries",
    )

    objects = OfficialEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ligne d'une liste officielle")
        verbose_name_plural = _("lignes de listes officielles")
        ordering = ("list", "label", "-valid_from")
        constraints = (
            models.UniqueConstraint(
                fields=("list", "code", "valid_from"), name="official_entry_once"
            ),
            models.CheckConstraint(
                name="official_entry_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        )

    def __str__(self) -> str:
        return self.label
