"""What is done to several sheets at once from their list, each through its service."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.views.bulk_action import BulkAction

from accounts.models import User
from accounts.services import Refused
from catalogue import enforcement
from catalogue.admin.enforcement_forms import DecisionForm
from catalogue.admin.filters import SheetFilterSet
from catalogue.models import Listing, SolutionPage
from catalogue.permissions import user_can_enforce

MOST = 100
"""Sheets that one request treats: more would outlast it."""


class SheetBulkAction(BulkAction):
    """One service for each ticked sheet; those that it refuses are named, with why."""

    models = [SolutionPage]
    template_name = "catalogue/admin/enforcement_bulk.html"
    form_class: type[forms.Form] = forms.Form
    explanation: Any = ""
    destructive = False

    def act(self, listing: Listing, by: User) -> None:
        """Do it to one sheet; what it raises says why not."""
        raise NotImplementedError

    def counted(self, number: int) -> str:
        """How many it was done to, in words."""
        raise NotImplementedError

    @classmethod
    def get_queryset(cls, model: Any, object_ids: Any) -> list[SolutionPage]:
        keys = [key for key in object_ids if str(key).isdecimal()][: MOST + 1]
        rows = SolutionPage.objects.filter(pk__in=keys, listing__isnull=False)
        return list(rows.select_related("listing__vendor").order_by("title", "pk"))

    def get_all_objects_in_listing_query(self, parent_id: str | None) -> list[int]:
        """All that the list shows: Wagtail's own would forget its filters."""
        found = SheetFilterSet(self.request.GET, SolutionPage.objects.all(), request=self.request)
        return list(found.qs.values_list("pk", flat=True)[: MOST + 1])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("catalogue.change_listing"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def check_perm(self, page: SolutionPage) -> bool:
        return user_can_enforce(self.request.user, page.listing.vendor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        too_many = len(context["items"]) > MOST
        return {**context, "action": self, "most": MOST, "too_many": too_many}

    def prepare_action(self, objects: Any, objects_without_access: Any) -> HttpResponse | None:
        self.skipped = [
            (page.title, _("vous agissez pour cette entreprise"))
            for page in objects_without_access["items_with_no_access"]
        ]
        if len(objects) > MOST:
            return self.form_invalid(self.cleaned_form)
        return None

    def get_execution_context(self) -> dict[str, Any]:
        return {"view": self}

    @classmethod
    def execute_action(cls, objects: Any, view: Any = None, **kwargs: Any) -> tuple[int, int]:
        done = 0
        # All that locks several sheets does so in this order; only what is shown is by title.
        for page in sorted(objects, key=lambda page: page.pk):
            try:
                with transaction.atomic():
                    view.act(page.listing, view.request.user)
                done += 1
            except Refused as error:
                view.skipped.append((page.title, str(error)))
            except ValidationError as error:
                view.skipped.append((page.title, " ".join(error.messages)))
        return done, 0

    def get_success_message(self, done: int, _children: int) -> str | None:
        for title, why in sorted(self.skipped):
            messages.warning(
                self.request, _("« %(name)s » laissée : %(why)s") % {"name": title, "why": why}
            )
        return self.counted(done) if done else None


class TakeDownAction(SheetBulkAction):
    display_name = gettext_lazy("Retirer tout de suite")
    action_type = "retirer"
    aria_label = gettext_lazy("Retirer tout de suite les fiches choisies")
    action_priority = 10
    form_class = DecisionForm
    explanation = gettext_lazy("Un même motif pour toutes ; chaque entreprise est prévenue.")
    destructive = True

    def act(self, listing: Listing, by: User) -> None:
        enforcement.take_down(listing=listing, by=by, **self.cleaned_form.cleaned_data)

    def counted(self, number: int) -> str:
        return ngettext("%d fiche retirée.", "%d fiches retirées.", number) % number


class PutBackAction(SheetBulkAction):
    display_name = gettext_lazy("Remettre en ligne")
    action_type = "remettre"
    aria_label = gettext_lazy("Remettre en ligne les fiches choisies")
    action_priority = 20
    explanation = gettext_lazy("Chaque fiche retirée revient telle que le public la lisait.")

    def act(self, listing: Listing, by: User) -> None:
        takedown = listing.takedowns.open().first()
        if takedown is None:
            raise Refused(_("Cette fiche n'est pas retirée."))
        enforcement.put_back(takedown=takedown, by=by)

    def counted(self, number: int) -> str:
        return ngettext("%d fiche remise en ligne.", "%d fiches remises en ligne.", number) % number


class ArchiveAction(SheetBulkAction):
    display_name = gettext_lazy("Archiver")
    action_type = "archiver"
    aria_label = gettext_lazy("Archiver les fiches choisies")
    action_priority = 30
    explanation = gettext_lazy(
        "Leur adresse dira qu'elles ne sont plus au catalogue ; leur offreur ne les rétablit pas "
        "lui-même."
    )
    destructive = True

    def act(self, listing: Listing, by: User) -> None:
        enforcement.archive(listing=listing, by=by)

    def counted(self, number: int) -> str:
        return ngettext("%d fiche archivée.", "%d fiches archivées.", number) % number


class RestoreAction(SheetBulkAction):
    display_name = gettext_lazy("Rétablir")
    action_type = "retablir"
    aria_label = gettext_lazy("Rétablir les fiches choisies")
    action_priority = 40
    explanation = gettext_lazy(
        "Les fiches archivées reviennent telles qu'elles étaient ; celles qui étaient regroupées "
        "avec une autre ne le sont plus."
    )

    def act(self, listing: Listing, by: User) -> None:
        enforcement.restore(listing=listing, by=by)

    def counted(self, number: int) -> str:
        return ngettext("%d fiche rétablie.", "%d fiches rétablies.", number) % number


class ConfirmAction(SheetBulkAction):
    display_name = gettext_lazy("Confirmer l'exactitude")
    action_type = "confirmer"
    aria_label = gettext_lazy("Confirmer l'exactitude des fiches choisies")
    action_priority = 50
    explanation = gettext_lazy("Elles sont dites exactes à la date d'aujourd'hui.")

    def act(self, listing: Listing, by: User) -> None:
        enforcement.confirm(listing=listing, by=by)

    def counted(self, number: int) -> str:
        return ngettext("%d fiche confirmée.", "%d fiches confirmées.", number) % number


ACTIONS = (TakeDownAction, PutBackAction, ArchiveAction, RestoreAction, ConfirmAction)
