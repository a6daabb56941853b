"""The sheet of a solution: a page whose content is moderated, and the node that holds them all."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from taggit.models import ItemBase, TagBase
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, WorkflowState
from wagtail.models.pages import PageManager, PagePermissionTester
from wagtail.query import PageQuerySet
from wagtail.url_routing import RouteResult

from catalogue.choices import (
    Consent,
    Delay,
    Distribution,
    IntegrationState,
    Rgaa,
    language_choices,
    population_choices,
)
from catalogue.fields import CodesField, LinesField
from catalogue.models.base import BasePage, CatalogueImage
from catalogue.models.vocabulary import BuyerCategory, Category, Integration
from catalogue.signals import sheet_read


class CatalogueTester(PagePermissionTester):
    """Rights at the catalogue's node or below count, those given higher do not.

    Whoever keeps the site's pages would otherwise publish sheets, around moderation.
    """

    def __init__(self, user: Any, page: BasePage) -> None:
        super().__init__(user, page)
        if hasattr(self, "permissions"):  # Wagtail sets it for those whose rights are limited
            node = page.path if isinstance(page, CataloguePage) else page.path[: -page.steplen]
            self.permissions = {
                row.permission.codename.rsplit("_", maxsplit=1)[0]
                for row in self.permission_policy.get_cached_permissions_for_user(user)
                if page.path.startswith(row.page.path) and row.page.path.startswith(node)
            }

    def can_unpublish(self) -> bool:
        """Nobody unpublishes a sheet by Wagtail's own means: it is taken down, with a reason."""
        return isinstance(self.page, CataloguePage) and super().can_unpublish()


class CataloguePage(BasePage):
    """Holds the sheets and the editorial introduction. `/solutions/` itself is a view of `search`."""

    intro = RichTextField(_("introduction"), blank=True, features=["bold", "link", "ul"])

    content_panels = [*BasePage.content_panels, FieldPanel("intro")]
    max_count = 1
    subpage_types = ["catalogue.SolutionPage"]
    parent_page_types = ["home.HomePage"]
    preview_modes = []
    search_fields = []

    class Meta:
        verbose_name = _("catalogue des solutions")

    def permissions_for_user(self, user: Any) -> CatalogueTester:
        return CatalogueTester(user, self)


class SolutionTag(TagBase):
    """A free word on sheets; apart from Wagtail's own tags, so that images don't mix in."""

    free_tagging = True

    class Meta:
        verbose_name = _("mot-clé")
        verbose_name_plural = _("mots-clés")


class TaggedSolution(ItemBase):
    tag = models.ForeignKey(SolutionTag, related_name="tagged_solutions", on_delete=models.CASCADE)
    content_object = ParentalKey(
        "catalogue.SolutionPage", related_name="tagged_items", on_delete=models.CASCADE
    )


class SolutionQuerySet(PageQuerySet):
    def prefetch_workflow_states(self) -> "SolutionQuerySet":
        """Read where the review of each sheet stands, at once.

        Wagtail's own looks through a relation that finds nothing on a queryset of one type.
        """
        active = WorkflowState.objects.active().select_related("current_task_state__task")
        return self.prefetch_related(
            models.Prefetch(
                "_specific_workflow_states", queryset=active, to_attr="_current_workflow_states"
            )
        )


class SolutionPage(BasePage):
    """What a vendor says of a solution. What others say (vendor, claims, dates) is in `Listing`."""

    summary = models.CharField(_("description courte"), max_length=150, blank=True)
    description = models.TextField(_("description"), max_length=10_000, blank=True)
    features = LinesField(_("fonctionnalités"), max_items=15, max_line_length=120)
    benefits = LinesField(_("bénéfices"), max_items=10, max_line_length=140)
    categories = ParentalManyToManyField(Category, verbose_name=_("catégories"), blank=True)
    tags = ClusterTaggableManager(through=TaggedSolution, verbose_name=_("mots-clés"), blank=True)
    logo = models.ForeignKey(
        CatalogueImage,
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    version = models.CharField(_("version"), max_length=40, blank=True)
    version_date = models.DateField(_("date de la version"), null=True, blank=True)
    distribution = models.CharField(
        _("distribution"),
        max_length=30,
        choices=Distribution.choices,
        default=Distribution.PROPRIETARY,
    )
    licence = models.CharField(
        _("licence (SPDX)"),
        max_length=200,
        blank=True,
        help_text=_("Par exemple AGPL-3.0-or-later."),
    )
    repository_url = models.URLField(_("dépôt du code source"), blank=True)
    website = models.URLField(_("site de la solution"), blank=True)
    documentation_url = models.URLField(_("documentation"), blank=True)
    buyer_categories = ParentalManyToManyField(
        BuyerCategory, verbose_name=_("publics visés"), blank=True, related_name="targeted_by"
    )
    populations = CodesField(_("population des communes visées"), vocabulary=population_choices)
    languages = CodesField(_("langues"), vocabulary=language_choices)
    support_hours = models.CharField(_("horaires d'assistance"), max_length=200, blank=True)
    uses_ai = models.BooleanField(_("utilise de l'intelligence artificielle"), default=False)
    ai_note = models.TextField(_("usage de l'IA"), max_length=1000, blank=True)
    innovation_claimed = models.BooleanField(_("se dit innovante"), default=False)
    innovation_grounds = models.TextField(
        _("ce qui fonde cette affirmation"),
        max_length=2000,
        blank=True,
        help_text=_(
            "Affiché comme une allégation de l'offreur ; ne vaut pas qualification juridique."
        ),
    )
    delay = models.CharField(
        _("délai de déploiement"), max_length=10, choices=Delay.choices, blank=True
    )
    rgaa = models.CharField(
        _("accessibilité (RGAA)"), max_length=20, choices=Rgaa.choices, default=Rgaa.UNKNOWN
    )
    rgaa_url = models.URLField(_("déclaration d'accessibilité"), blank=True)
    rgesn_score = models.PositiveSmallIntegerField(
        _("score RGESN (%)"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    reversibility = models.TextField(_("réversibilité"), max_length=2000, blank=True)

    parent_page_types = ["catalogue.CataloguePage"]
    subpage_types = []
    # The catalogue has an engine of its own; Wagtail's on SQLite takes seconds at 10,000 pages.
    search_fields = []
    template = "catalogue/solution_page.html"

    objects = PageManager.from_queryset(SolutionQuerySet)()

    class Meta:
        verbose_name = _("fiche solution")
        verbose_name_plural = _("fiches solutions")
        constraints = (
            models.CheckConstraint(
                name="solution_innovation_has_grounds",
                condition=models.Q(innovation_claimed=False) | ~models.Q(innovation_grounds=""),
                violation_error_message=_("Dites ce qui rend la solution innovante."),
            ),
            models.CheckConstraint(
                name="solution_rgesn_is_percentage",
                condition=models.Q(rgesn_score__isnull=True) | models.Q(rgesn_score__lte=100),
            ),
        )

    def permissions_for_user(self, user: Any) -> CatalogueTester:
        return CatalogueTester(user, self)

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Answer also for what mission LABEL hid or merged, which Wagtail says never was (404)."""
        if not path_components and not self.live:
            kept = getattr(self, "listing", None)
            gone = kept is not None and (kept.taken_down_at or kept.merged_into_id)
            if gone and kept.was_public:
                return RouteResult(self)
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serve the sheet; lead to the one it was merged into, or say that it is gone.

        What is gone answers 410 and not 404: search engines forget it at once, and read it again if
        it comes back. What mission LABEL took down is not even named: its name may be the reason.
        """
        kept = getattr(self, "listing", None)
        if kept is not None and kept.merged_into_id:
            address = kept.survivor().page.get_url(request)
            query = request.META["QUERY_STRING"]
            return redirect(f"{address}?{query}" if query else address, permanent=True)
        if kept is not None and not self.live:
            return TemplateResponse(request, "catalogue/solution_taken_down.html", status=410)
        if kept is not None and kept.archived_at:
            return TemplateResponse(
                request, "catalogue/solution_archived.html", {"page": self}, status=410
            )
        sheet_read.send(sender=type(self), page=self, request=request)
        return super().serve(request, *args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if self.innovation_claimed and not self.innovation_grounds:
            raise ValidationError(
                {"innovation_grounds": _("Dites ce qui rend la solution innovante.")}
            )


class Screenshot(Orderable):
    """A picture of the product, always with its text alternative."""

    page = ParentalKey(SolutionPage, related_name="screenshots", on_delete=models.CASCADE)
    image = models.ForeignKey(
        CatalogueImage, verbose_name=_("image"), on_delete=models.CASCADE, related_name="+"
    )
    alternative = models.CharField(_("texte alternatif"), max_length=200)

    class Meta(Orderable.Meta):
        verbose_name = _("capture d'écran")


class SolutionIntegration(Orderable):
    """How far the solution is connected to a service of the State."""

    page = ParentalKey(SolutionPage, related_name="integrations", on_delete=models.CASCADE)
    integration = models.ForeignKey(
        Integration, verbose_name=_("service"), on_delete=models.CASCADE, related_name="+"
    )
    state = models.CharField(
        _("état"), max_length=10, choices=IntegrationState.choices, default=IntegrationState.DONE
    )
    since = models.DateField(_("depuis le"), null=True, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("raccordement")
        constraints = (
            models.UniqueConstraint(
                fields=("page", "integration"), name="integration_once_a_sheet"
            ),
        )


class ReferenceQuerySet(models.QuerySet):
    def public(self):
        """References that may be shown: the client agreed."""
        return self.exclude(consent=Consent.NONE)


class Reference(Orderable):
    """A public client, shown only with the client's agreement; never a statement about OIV."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    page = ParentalKey(SolutionPage, related_name="references", on_delete=models.CASCADE)
    client = models.CharField(_("organisme client"), max_length=200)
    # Null for a kind of buyer since deleted, which drafts may still hold: they have to open. Asked
    # for whenever a reference is checked, and no reference is shown without.
    buyer_category = models.ForeignKey(
        BuyerCategory,
        verbose_name=_("catégorie"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    year = models.PositiveSmallIntegerField(
        _("depuis (année)"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    consent = models.CharField(
        _("accord du client"), max_length=10, choices=Consent.choices, default=Consent.NONE
    )
    consented_on = models.DateField(_("accord du"), null=True, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta(Orderable.Meta):
        verbose_name = _("référence client")
        verbose_name_plural = _("références clients")
        constraints = (
            models.UniqueConstraint(fields=("page", "uid"), name="reference_uid_once_a_sheet"),
            models.CheckConstraint(
                name="reference_consent_is_dated",
                condition=models.Q(consent="none") | models.Q(consented_on__isnull=False),
                violation_error_message=_("Datez l'accord du client."),
            ),
        )

    def __str__(self) -> str:
        return self.client
