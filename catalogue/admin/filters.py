"""Filters of the sheets' listing, and those that several listings share."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from catalogue.admin.choosers import vendor_chooser
from catalogue.choices import Distribution, Region, Size, Source
from catalogue.due_reminders import unconfirmed
from catalogue.forms import CategoryIterator
from catalogue.models import Category, SolutionPage, Vendor
from catalogue.presentation import STALE_AFTER

ANY = _("Toutes")


class Radios(django_filters.ChoiceFilter):
    """One choice among a few, shown as radio buttons."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.RadioSelect)
        kwargs.setdefault("empty_label", ANY)
        super().__init__(*args, **kwargs)


class Boxes(django_filters.MultipleChoiceFilter):
    """Several choices of a vocabulary, shown as boxes to tick."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(*args, **kwargs)


class GroupedCategoryField(django_filters.fields.ModelChoiceField):
    iterator = CategoryIterator


class CategoryFilter(django_filters.ModelChoiceFilter):
    """Sheets of a category or of one of its sub-categories."""

    field_class = GroupedCategoryField

    def filter(self, qs: QuerySet, value: Category | None) -> QuerySet:
        if value is None:
            return qs
        inside = Category.objects.filter(Q(pk=value.pk) | Q(parent=value))
        return qs.filter(
            pk__in=SolutionPage.categories.through.objects.filter(category__in=inside).values(
                "solutionpage"
            )
        )


class SheetFilterSet(WagtailFilterSet):
    """Which sheets a moderator looks at."""

    state = Radios(
        label=_("État"),
        method="filter_state",
        empty_label=_("Tous"),
        choices=[
            ("live", _("En ligne")),
            ("changed", _("En ligne, avec des modifications non publiées")),
            ("draft", _("Brouillon")),
            ("review", _("En modération")),
            ("taken-down", _("Retirée par la mission LABEL")),
            ("archived", _("Archivée")),
        ],
    )
    source = Radios(label=_("Source"), field_name="listing__source", choices=Source.choices)
    vendor = django_filters.ModelChoiceFilter(
        label=_("Offreur"),
        field_name="listing__vendor",
        queryset=Vendor.objects.all(),
        widget=vendor_chooser.widget_class,
    )
    category = CategoryFilter(
        label=_("Catégorie"), queryset=Category.objects.all(), empty_label=ANY
    )
    distribution = Boxes(label=_("Distribution"), choices=Distribution.choices)
    size = Boxes(
        label=_("Taille de l'offreur"), field_name="listing__vendor__size", choices=Size.choices
    )
    region = django_filters.ChoiceFilter(
        label=_("Région de l'offreur"),
        field_name="listing__vendor__region",
        choices=Region.choices,
        empty_label=ANY,
    )
    confirmed = Radios(
        label=_("Exactitude"),
        method="filter_confirmed",
        choices=[
            ("never", _("Jamais confirmée")),
            ("stale", _("Confirmée il y a plus d'un an")),
            ("unconfirmed", _("Sans confirmation depuis 18 mois : retrait possible")),
            ("fresh", _("Confirmée depuis moins d'un an")),
        ],
    )

    class Meta:
        model = SolutionPage
        fields: list[str] = []

    def filter_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        archived = Q(listing__archived_at__isnull=False)
        return queryset.filter(
            {
                "live": Q(live=True) & ~archived,
                "changed": Q(live=True, has_unpublished_changes=True) & ~archived,
                "draft": Q(live=False) & ~archived,
                "review": Q(
                    pk__in=SolutionPage.objects.filter(
                        _specific_workflow_states__status__in=("in_progress", "needs_changes")
                    ).values("pk")
                ),
                "taken-down": Q(listing__taken_down_at__isnull=False),
                "archived": archived,
            }[value]
        )

    def filter_confirmed(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        limit = today - STALE_AFTER
        return queryset.filter(
            **{
                "never": {"listing__confirmed_on__isnull": True},
                "stale": {"listing__confirmed_on__lt": limit},
                "unconfirmed": {"listing__in": unconfirmed(today).values("pk")},
                "fresh": {"listing__confirmed_on__gte": limit},
            }[value]
        )
