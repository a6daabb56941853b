"""Vocabularies that editors keep: categories, buyers, integrations, purchase vehicles."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalogue.fields import LinesField


class Term(models.Model):
    """A word of a vocabulary; its slug is the stable code of URLs and exports."""

    slug = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("nom"), max_length=120)
    position = models.PositiveSmallIntegerField(_("rang"), default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class CategoryQuerySet(models.QuerySet):
    def roots(self):
        return self.filter(parent__isnull=True).order_by("position", "name")

    def leaves(self):
        return (
            self.filter(parent__isnull=False)
            .select_related("parent")
            .order_by("parent__position", "position", "name")
        )


class Category(Term):
    """A need (twelve of them) or one of its sub-categories, mapped to CPV and publiccode.yml."""

    parent = models.ForeignKey(
        "self",
        verbose_name=_("catégorie mère"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        limit_choices_to={"parent__isnull": True},
    )
    cpv = LinesField(_("codes CPV"), max_items=10, max_line_length=10)
    publiccode = LinesField(_("catégories publiccode.yml"), max_items=20, max_line_length=60)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("catégorie")
        verbose_name_plural = _("catégories")
        constraints = (
            models.CheckConstraint(
                name="category_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
            ),
        )

    def clean(self) -> None:
        super().clean()
        if self.parent_id and (self.parent.parent_id or self.children.exists()):
            raise ValidationError(
                {"parent": _("Deux niveaux au plus : choisissez une catégorie mère.")}
            )

    def with_ancestors(self) -> list[str]:
        """Slugs of the category and of its mother: a sheet counts in both."""
        return [self.slug, self.parent.slug] if self.parent_id else [self.slug]


class BuyerCategory(Term):
    """A kind of public buyer, from INSEE's legal categories."""

    legal_codes = LinesField(_("catégories juridiques INSEE"), max_items=40, max_line_length=4)
    is_state = models.BooleanField(
        _("relève des seuils de l'État"),
        default=False,
        help_text=_("Seuil de procédure formalisée de l'État et des autorités centrales."),
    )
    is_local = models.BooleanField(
        _("collectivité ou établissement local"),
        default=False,
        help_text=_("Les clouds internes de l'État ne leur sont pas ouverts."),
    )

    class Meta:
        verbose_name = _("catégorie d'acheteur")
        verbose_name_plural = _("catégories d'acheteurs")


class Integration(Term):
    """A service of the State that a solution may be connected to."""

    url = models.URLField(_("site"), blank=True)

    class Meta:
        verbose_name = _("service raccordable")
        verbose_name_plural = _("services raccordables")


class PurchasingBody(Term):
    """A central purchasing body."""

    url = models.URLField(_("site"), blank=True)

    class Meta:
        verbose_name = _("centrale d'achat")
        verbose_name_plural = _("centrales d'achat")


class PurchaseVehicleQuerySet(models.QuerySet):
    def open_on(self, on: dt.date):
        """Contracts still running: those ended are hidden everywhere."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


class PurchaseVehicle(models.Model):
    """A contract of a central body through which offers can be bought."""

    body = models.ForeignKey(
        PurchasingBody,
        verbose_name=_("centrale d'achat"),
        on_delete=models.PROTECT,
        related_name="contracts",
    )
    number = models.CharField(_("numéro du marché"), max_length=60)
    lot = models.CharField(_("lot"), max_length=60, blank=True)
    title = models.CharField(_("objet"), max_length=200)
    holder = models.CharField(_("titulaire"), max_length=200)
    starts_on = models.DateField(_("début"), null=True, blank=True)
    ends_on = models.DateField(_("fin"), null=True, blank=True)
    url = models.URLField(_("lien"), blank=True)

    objects = PurchaseVehicleQuerySet.as_manager()

    class Meta:
        verbose_name = _("véhicule d'achat")
        verbose_name_plural = _("véhicules d'achat")
        constraints = (
            models.UniqueConstraint(fields=("body", "number", "lot"), name="purchase_vehicle_once"),
            models.CheckConstraint(
                name="purchase_vehicle_period",
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("La fin ne peut pas précéder le début."),
            ),
        )

    def __str__(self) -> str:
        lot = f", lot {self.lot}" if self.lot else ""
        return f"{self.body} – {self.number}{lot}"

    def is_over(self, on: dt.date) -> bool:
        """Whether the contract had ended before `on` (it runs on its last day)."""
        return bool(self.ends_on and self.ends_on < on)
