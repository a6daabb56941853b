"""Deleting what sheets rely on: refused in words, never a silent loss nor an error page."""

from typing import Any

from django.contrib import messages
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, ProtectedError
from django.db.models.deletion import Collector
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.views import generic

from catalogue.models import RecordedValue


def is_in_use(thing: Model) -> bool:
    """Whether any row refers to it. Asked of the database: Wagtail's index of references does not
    know the sheets that were written in bulk."""
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: thing}).exists()
        for relation in thing._meta.related_objects
        if relation.related_model is not RecordedValue  # where its own values come from
    )


def is_protected(thing: Model) -> bool:
    """Whether the database keeps it: rows that outlive it name it, whichever app they are of."""
    try:
        Collector(using=thing._state.db or DEFAULT_DB_ALIAS, origin=thing).collect([thing])
    except ProtectedError:
        return True
    return False


class UnusedOnlyDeleteView(generic.DeleteView):
    """Deletes what nothing uses any more; else says so and goes back to the edit screen."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._refusal() or super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        return self._refusal() or super().form_valid(form)

    def is_kept(self, thing: Model) -> bool:
        """Whether it may not be deleted."""
        return is_in_use(thing)

    def words(self) -> str:
        """Why, and what to do."""
        return _("« %s » est utilisé : retirez-le d'abord de ce qui s'y réfère.")

    def _refusal(self) -> HttpResponse | None:
        thing = self.get_object()
        if not self.is_kept(thing):
            return None
        messages.error(self.request, self.words() % thing)
        return HttpResponseRedirect(reverse(self.edit_url_name, args=[thing.pk]))
