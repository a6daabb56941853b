"""What the index still has to learn, and the words that staff relate to each other."""

import secrets

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.fields import LinesField
from catalogue.models import Category


class PendingDocument(models.Model):
    """« This sheet is to be refreshed in that index »: without a sheet, all of them are.

    Rows are inserted and deleted by id. That of a sheet that could not be indexed stays, and is
    left alone until `not_before`.
    """

    target = models.CharField(max_length=60)
    document = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=("target", "id"), name="pending_by_target"),)

    def __str__(self) -> str:
        return f"{self.target}: {self.document or '*'}"


class IndexTarget(models.Model):
    """An index that wants to hear of changes; a rebuild registers its generation before it reads."""

    name = models.CharField(max_length=60, unique=True)
    registered_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


def new_seed() -> str:
    return secrets.token_hex(8)


class SearchState(models.Model):
    """The one row that both engines share: seed of the neutral order, and when it was drawn."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seed = models.CharField(max_length=32, default=new_seed)
    drawn_at = models.DateTimeField(auto_now=True)
    dates_checked_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="search_state_is_one_row", condition=models.Q(id=1)),
        )

    def __str__(self) -> str:
        return self.seed


class SynonymGroup(models.Model):
    """Expressions that mean the same to someone who searches."""

    expressions = LinesField(
        _("expressions équivalentes"),
        blank=False,
        max_items=20,
        max_line_length=80,
        help_text=_(
            "Une par ligne, deux au moins. « GED » et « gestion électronique de documents »."
        ),
    )

    class Meta:
        verbose_name = _("groupe de synonymes")
        verbose_name_plural = _("synonymes")

    def __str__(self) -> str:
        return " = ".join(self.expressions)

    def clean(self) -> None:
        super().clean()
        if len(self.expressions or []) < 2:
            raise ValidationError(
                {"expressions": _("Donnez au moins deux expressions, une par ligne.")}
            )


class ReplacedProduct(models.Model):
    """A product that people name when they look for something else instead of it."""

    name = models.CharField(_("produit nommé"), max_length=80, unique=True)
    categories = models.ManyToManyField(
        Category, verbose_name=_("sous-catégories où sont ses alternatives"), related_name="+"
    )

    class Meta:
        verbose_name = _("produit remplacé")
        verbose_name_plural = _("produits remplacés")

    def __str__(self) -> str:
        return self.name


class EmptyQuery(models.Model):
    """Words that found nothing, how many times on one day: never who searched, nor when exactly.

    `text` is unstemmed, without case nor accents, so that spellings of one need count together.
    """

    text = models.CharField(_("recherche"), max_length=100)
    day = models.DateField(_("jour"))
    count = models.PositiveIntegerField(_("nombre"), default=0)

    class Meta:
        verbose_name = _("recherche sans résultat")
        verbose_name_plural = _("recherches sans résultat")
        # Staff see them by the right to edit synonyms, which sites have given already.
        default_permissions = ()
        # The day first: its index also counts and erases by day.
        constraints = (
            models.UniqueConstraint(fields=("day", "text"), name="empty_query_once_a_day"),
        )

    def __str__(self) -> str:
        return self.text
