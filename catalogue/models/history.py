"""The public log of a sheet, and how often it was seen: facts without people."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalogue.models.listing import Listing


class SheetEvent(models.Model):
    """Something that happened to a sheet and that the public may know. Written once, never edited.

    Holds no person: who did it is a side (the vendor, mission LABEL, an import), never a name.
    """

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("Première publication")
        CHANGED = "changed", _("Modification publiée")
        CONFIRMED = "confirmed", _("Exactitude confirmée")
        ARCHIVED = "archived", _("Archivage")
        RESTORED = "restored", _("Retour au catalogue")
        TRANSFERRED = "transferred", _("Passage à un autre offreur")
        TAKEN_DOWN = "taken-down", _("Retrait par la mission LABEL")
        PUT_BACK = "put-back", _("Remise en ligne")
        MERGED = "merged", _("Regroupement avec une autre fiche")
        ASSESSED = "assessed", _("Auto-évaluation remise")
        VERIFIED = "verified", _("Vérification")
        UNVERIFIED = "unverified", _("Fin d'une vérification")
        CONTESTED = "contested", _("Contestation")
        SETTLED = "settled", _("Fin d'une contestation")
        LABEL = "label", _("Label")

    class Side(models.TextChoices):
        VENDOR = "vendor", _("l'offreur")
        STAFF = "staff", _("la mission LABEL")
        IMPORT = "import", _("une reprise de données")

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("fait"), max_length=20, choices=Kind.choices)
    at = models.DateTimeField(_("le"), auto_now_add=True)
    side = models.CharField(_("par"), max_length=10, choices=Side.choices)
    changes = models.JSONField(
        _("ce qui a changé"), default=list, help_text=_("Noms des champs, jamais leur contenu.")
    )
    detail = models.CharField(_("précision"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("fait de la vie d'une fiche")
        verbose_name_plural = _("faits de la vie des fiches")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.listing} : {self.get_kind_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the line; raises `TypeError` on a second time, as `delete` always does."""
        if not self._state.adding:
            raise TypeError("A line of the public log is never edited.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> None:
        # It goes with the sheet alone, in the database's cascade.
        raise TypeError("A line of the public log is never deleted.")


class SheetCount(models.Model):
    """How often a sheet was seen on a day; of whom nothing is kept."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="counts")
    day = models.DateField(_("jour"))
    views = models.PositiveIntegerField(_("lectures"), default=0)
    comparisons = models.PositiveIntegerField(_("comparaisons"), default=0)
    appearances = models.PositiveIntegerField(_("apparitions dans une recherche"), default=0)

    class Meta:
        verbose_name = _("fréquentation d'une fiche")
        verbose_name_plural = _("fréquentation des fiches")
        constraints = (
            models.UniqueConstraint(fields=("listing", "day"), name="sheet_count_once_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.listing}, {self.day}"
