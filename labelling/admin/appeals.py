"""« Recours » in the admin: what companies contest, decided by a third person."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from catalogue.admin.columns import day_column
from catalogue.admin.filters import Radios
from catalogue.presentation import french_date
from labelling import appealing, procedure
from labelling.admin.acts import Act, ActScreen, words_field
from labelling.admin.desk import FileScreen
from labelling.event_words import told_events
from labelling.holding import name_of
from labelling.models import Appeal, LabelApplication
from labelling.permissions import deciders_for_appeal
from labelling.review_desk import files_for
from labelling.states import AppealState

_OPENED = str(AppealState.OPENED)


class AppealForm(forms.Form):
    decision = words_field(
        _("Motifs de la décision"),
        8000,
        _("Écrivez les motifs : la lettre les reprend."),
        _("Répondez à chaque moyen de l'offreur. Repris dans la lettre ; jamais publiés."),
    )


def _act(transition: str, label: Any, explanation: Any, *, is_grave: bool = False) -> Act:
    return Act(
        transition,
        label,
        explanation,
        AppealForm,
        _("C'est décidé ; l'entreprise est prévenue, la lettre est dans son espace."),
        lambda appeal, by, **typed: appealing.decide(
            appeal=appeal, outcome=transition, by=by, **typed
        ),
        is_grave,
    )


ACTS = {
    "faire-droit": _act(
        "allow",
        _("Faire droit au recours"),
        _(
            "Une demande refusée ou irrecevable reprend son instruction, avec de nouvelles échéances. Un "
            "label suspendu, abrogé, retiré ou sous réserves est rétabli sans réserve, et le public le lit. "
            "Contre le niveau seul, le niveau demandé est donné, et les réserves restent."
        ),
    ),
    "rejeter": _act(
        "dismiss",
        _("Rejeter le recours"),
        _("La décision contestée tient. La lettre dit comment saisir le juge."),
        is_grave=True,
    ),
    "declarer-tardif": _act(
        "declare_late",
        _("Déclarer le recours tardif"),
        _(
            "Il a été formé après le dernier jour : la décision contestée tient, sans débat au fond."
        ),
        is_grave=True,
    ),
}


class AppealScreen(FileScreen):
    """A screen about one appeal, for who may read its file."""

    @cached_property
    def appeal(self) -> Appeal:
        """The appeal that the address names."""
        rows = Appeal.objects.select_related(
            "award", "first_judge", "second_judge", "decided_by", "opened_by",
            "application__label", "application__level", "application__vendor",
            "application__listing__vendor", "application__listing__page",
        )  # fmt: skip
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def file(self) -> LabelApplication:
        return self.appeal.application


class AppealActView(AppealScreen, ActScreen):
    """One decision on an appeal."""

    @property
    def thing(self) -> Appeal:
        return self.appeal

    @property
    def back(self) -> str:
        return reverse("recours:inspect", args=[self.appeal.pk])

    @property
    def act(self) -> Act:
        try:
            return ACTS[self.kwargs["act"]]
        except KeyError:
            raise Http404 from None

    def why_not(self) -> str:
        if self.act.transition == "declare_late" and not self.appeal.is_late:
            return gettext("Ce recours a été formé à temps : décidez-en sur le fond.")
        return super().why_not()

    def get_page_subtitle(self) -> str:
        return title_of(self.appeal)

    def facts(self) -> list[tuple[Any, Any]]:
        file, against = self.file, appealing.contested(self.appeal)
        rows = [
            (_("Dossier"), f"{file.number} – {file.listing.page.title} – {file.vendor}"),
            (_("Ce que dit l'offreur"), self.appeal.text),
            (_("Décision contestée"), against.motives or "–"),
        ]
        if self.appeal.against == Appeal.Against.LEVEL and self.appeal.award is not None:
            rows += [
                (_("Niveau demandé"), file.level),
                (_("Niveau attribué"), self.appeal.award.level),
            ]
        if against.public:
            rows.append((_("Motif public"), against.public))
        if against.letter is not None:
            there = reverse("file_letter", args=[file.pk, against.letter.uid])
            link = format_html('<a href="{}">{}</a>', there, against.letter.title)
            rows.append((_("Lettre de la décision"), link))
        return rows


def title_of(appeal: Appeal) -> str:
    """An appeal in words."""
    return gettext("Recours contre %(against)s, dossier %(number)s") % {
        "against": appeal.get_against_display(),
        "number": appeal.application.number,
    }


class AppealView(AppealScreen, TemplateView):
    """What is contested beside what the company says, and what to do."""

    model: Any = None  # the viewset gives it
    template_name = "labelling/admin/appeal.html"

    def get_page_title(self) -> str:
        return title_of(self.appeal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        appeal, user, today = self.appeal, self.request.user, timezone.localdate()
        offered = {row.name for row in procedure.offered(user, appeal)}
        judges = (appeal.first_judge_id, appeal.second_judge_id)
        return {
            **super().get_context_data(**kwargs),
            "appeal": appeal,
            "file": self.file,
            "contested": appealing.contested(appeal),
            "reservations": appeal.award.reservations.all() if appeal.award else (),
            "is_overdue": appeal.state == _OPENED and appeal.due_on < today,
            "acts": [
                (reverse("label_appeal_act", args=[appeal.pk, name]), act)
                for name, act in ACTS.items()
                if act.transition in offered and (name != "declarer-tardif" or appeal.is_late)
            ],
            "judges": ", ".join(
                sorted({name_of(one) for one in (appeal.first_judge, appeal.second_judge) if one})
            ),
            "deciders": [name_of(one) for one in deciders_for_appeal(self.file, judges)]
            if appeal.state == _OPENED
            else [],
            "letters": self.file.letters.order_by("-made_at"),
            "events": told_events(self.file),
            "file_url": self.file_url,
        }


class AppealFilterSet(WagtailFilterSet):
    """Appeals to decide, unless another state is asked for."""

    state = Radios(
        label=_("État"),
        empty_label=_("À décider"),
        choices=[
            (state, words)
            for state, words in Appeal._meta.get_field("state").choices
            if state != _OPENED
        ],
    )

    class Meta:
        model = Appeal
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        asked = self.form.cleaned_data["state"] or self.data.get("q")
        return found if asked else found.filter(state=_OPENED)


class AppealIndexView(generic.IndexView):
    """Appeals, the first due first."""

    export_headings = {
        "application.number": _("Dossier"),
        "application.listing.page.title": _("Solution"),
        "application.vendor.name": _("Offreur"),
        "get_against_display": _("Contre"),
        "get_state_display": _("État"),
    }

    def get_base_queryset(self) -> QuerySet:
        rows = super().get_base_queryset()
        rows = rows.filter(application__in=files_for(self.request.user).values("pk"))
        return rows.select_related("application__listing__page", "application__vendor")


def _due(appeal: Appeal) -> str:
    """The day, and a mark once it is over."""
    late = appeal.state == _OPENED and appeal.due_on < timezone.localdate()
    words = french_date(appeal.due_on)
    return gettext("%s – en retard") % words if late else words


class AppealViewSet(ModelViewSet):
    """« Recours » in the menu."""

    model = Appeal
    name = "recours"
    icon = "comment"
    menu_label = _("Recours")
    menu_order = 153
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    index_view_class = AppealIndexView
    inspect_view_class = AppealView
    form_fields = ["text"]  # nobody adds nor edits one: the viewset asks for it all the same
    filterset_class = AppealFilterSet
    ordering = ["due_on", "pk"]
    list_per_page = 50
    search_fields = [
        "application__number", "application__listing__page__title", "application__vendor__name",
    ]  # fmt: skip
    search_backend_name = None
    list_export = [
        "application.number", "application.listing.page.title", "application.vendor.name",
        "get_against_display", "opened_at", "due_on", "get_state_display",
    ]  # fmt: skip
    export_filename = "recours"
    list_display = [
        TitleColumn(
            "application",
            label=_("Dossier"),
            get_url=lambda row: reverse("recours:inspect", args=[row.pk]),
        ),
        Column("sheet", label=_("Solution"), accessor="application.listing.page.title"),
        Column("vendor", label=_("Offreur"), accessor="application.vendor"),
        Column("against", label=_("Contre"), accessor="get_against_display"),
        day_column("opened_at", _("Formé le")),
        Column("due_on", label=_("À décider avant le"), accessor=_due, sort_key="due_on"),
        StatusTagColumn(
            "state",
            label=_("État"),
            accessor="get_state_display",
            primary=lambda row: row.state == _OPENED,
        ),
    ]
