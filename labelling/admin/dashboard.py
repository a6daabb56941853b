"""« Tableau de bord » of labels: what came in and out over some months, and where things stand today."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import HeaderButton

from catalogue.spreadsheets import csv_lines
from labelling.admin.desk import TeamScreen
from labelling.admin.plots import Plot, columns, rows
from labelling.deadlines import add_months
from labelling.figures import DECISIONS, ENDS, Figures, figures, months_of
from labelling.permissions import user_can_read_files
from labelling.shifting import user_can_shift
from labelling.state_words import Audience, state_label
from labelling.states import AppealState, Subject

MOST_MONTHS = 36
USUAL_MONTHS = 12
_MONTH = re.compile(r"(2\d{3})-(0[1-9]|1[0-2])")
_NONE = "–"
_OUTCOMES = {
    "grant": gettext_lazy("Label attribué"),
    "grant_with_reservations": gettext_lazy("Attribué avec réserves"),
    "refuse": gettext_lazy("Label refusé"),
    "reject": gettext_lazy("Irrecevable"),
    "lapse": gettext_lazy("Caduque, faute de réponse"),
    "withdraw": gettext_lazy("Retirée par l'offreur"),
}
_AWARDS = {
    "in_force": gettext_lazy("En vigueur"),
    "suspended": gettext_lazy("Suspendus"),
    "expired": gettext_lazy("Expirés"),
    "superseded": gettext_lazy("Renouvelés"),
    "abrogated": gettext_lazy("Abrogés"),
    "withdrawn": gettext_lazy("Retirés"),
}


class PeriodForm(forms.Form):
    """The first and the last month of the figures."""

    first = forms.CharField(label=gettext_lazy("Du mois de"))
    last = forms.CharField(label=gettext_lazy("Au mois de"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget = forms.TextInput(attrs={"type": "month", "placeholder": "AAAA-MM"})

    def clean_first(self) -> dt.date:
        return self._month("first")

    def clean_last(self) -> dt.date:
        return self._month("last")

    def _month(self, name: str) -> dt.date:
        found = _MONTH.fullmatch(self.cleaned_data[name].strip())
        if found:
            return dt.date(int(found[1]), int(found[2]), 1)
        raise forms.ValidationError(_("Écrivez un mois ainsi : 2026-03."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last:
            if first > last:
                raise forms.ValidationError(_("Le premier mois vient avant le dernier."))
            if add_months(first, MOST_MONTHS) <= last:
                raise forms.ValidationError(_("Choisissez %d mois au plus.") % MOST_MONTHS)
        return cleaned


@dataclass(frozen=True)
class Block:
    """Some figures: what they mean, their table, and the plot of it for those who like one.

    :param id: of its title in the page.
    :param legend: names of the series of the plot; empty for a single one.
    """

    id: str
    title: str
    meaning: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    plot: Plot | None = None
    legend: Sequence[str] = ()


def blocks(found: Figures) -> list[Block]:
    """All that the page and the file show."""
    return [_summary(found), _by_month(found), _outcomes(found), _delays(found), _themes(found),
            _appeals(found), _today(found), _awards(found)]  # fmt: skip


def _summary(found: Figures) -> Block:
    decided = found.total(*DECISIONS)
    share = f"{100 * found.late / len(found.delays):.0f} %" if found.delays else _NONE
    return Block(
        "resume",
        _("L'essentiel de la période"),
        _(
            "Le délai va du dépôt à la première décision, en jours calendaires, sans ceux où l'offreur "
            "devait répondre. Est en retard une décision prise après la date d'instruction du dossier."
        ),
        (_("Chiffre"), _("Valeur")),
        (
            (_("Demandes reçues"), found.total("submit")),
            (_("Demandes décidées"), decided),
            (_("Closes sans décision"), found.total(*ENDS)),
            (_("Délai médian de décision, en jours"), _number(found.median_days)),
            (_("Décisions en retard"), found.late),
            (_("Part des décisions en retard"), share),
        ),
    )


def _by_month(found: Figures) -> Block:
    names = [f"{month:%m/%Y}" for month in found.months]
    received, decided = found.by_month("submit"), found.by_month(*DECISIONS)
    ended = found.by_month(*ENDS)
    return Block(
        "mois",
        _("Demandes reçues et décidées, mois par mois"),
        _("Une demande rouverte par un recours puis décidée de nouveau est décidée deux fois."),
        (_("Mois"), _("Reçues"), _("Décidées"), _("Closes sans décision")),
        list(zip(names, received, decided, ended, strict=True)),
        columns([f"{month:%m/%y}" for month in found.months], (received, decided)),
        (_("Reçues"), _("Décidées")),
    )


def _outcomes(found: Figures) -> Block:
    counts = [found.total(name) for name in (*DECISIONS, *ENDS)]
    names = [str(_OUTCOMES[name]) for name in (*DECISIONS, *ENDS)]
    return Block(
        "issues",
        _("Issues des demandes"),
        _("Ce que sont devenues les demandes décidées ou closes pendant la période."),
        (_("Issue"), _("Demandes")),
        list(zip(names, counts, strict=True)),
        rows(names, counts) if any(counts) else None,
    )


def _delays(found: Figures) -> Block:
    medians = found.median_by_month()
    names = [f"{month:%m/%Y}" for month in found.months]
    late = [
        sum(one.is_late for one in found.delays if one.month == month) for month in found.months
    ]
    return Block(
        "delais",
        _("Délai médian de décision, mois par mois"),
        _("La moitié des demandes décidées pour la première fois ce mois-là ont pris moins de jours."),
        (_("Mois"), _("Jours"), _("Décisions en retard")),
        list(zip(names, map(_number, medians), late, strict=True)),
        columns([f"{month:%m/%y}" for month in found.months], (medians,)) if found.delays else None,
    )  # fmt: skip


def _themes(found: Figures) -> Block:
    names, counts = [name for name, _n in found.themes], [count for _name, count in found.themes]
    return Block(
        "themes",
        _("Thèmes des refus"),
        _(
            "Demandes refusées dont au moins un critère du thème était jugé non conforme ; une demande "
            "compte une fois par thème."
        ),
        (_("Thème"), _("Demandes refusées")),
        found.themes,
        rows(names, counts) if counts else None,
    )


def _appeals(found: Figures) -> Block:
    return Block(
        "recours",
        _("Recours"),
        _("Formés pendant la période, puis décidés pendant la période."),
        (_("Recours"), _("Nombre")),
        [
            (
                _("Formés")
                if state == AppealState.OPENED
                else state_label(Subject.APPEAL, state, Audience.STAFF),
                found.appeals[state.value],
            )
            for state in AppealState
        ],
    )


def _today(found: Figures) -> Block:
    files = sorted(
        (state_label(Subject.APPLICATION, state, Audience.STAFF), count)
        for state, count in found.files.items()
    )
    return Block(
        "ouverts",
        _("Demandes en cours aujourd'hui"),
        _("En retard : la date d'instruction est passée, et ce n'est pas à l'offreur de répondre."),
        (_("État"), _("Demandes")),
        [*files, (_("Toutes"), sum(found.files.values())), (_("Dont en retard"), found.late_files)],
    )


def _awards(found: Figures) -> Block:
    names = [str(words) for words in _AWARDS.values()]
    counts = [found.awards[name] for name in _AWARDS]
    return Block(
        "labels",
        _("Labels attribués, aujourd'hui"),
        _("Comme le registre public les dit : un préavis ne retire rien, une date passée si."),
        (_("État"), _("Labels")),
        list(zip(names, counts, strict=True)),
        rows(names, counts) if any(counts) else None,
    )


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:g}".replace(".", ",")


class DashboardView(TeamScreen, TemplateView):
    """Figures of a period, as tables and plots, or as a CSV file."""

    template_name = "labelling/admin/dashboard.html"
    page_title = gettext_lazy("Tableau de bord des labels")
    header_icon = "order"

    @cached_property
    def form(self) -> PeriodForm:
        """The period that is asked for, or the last twelve months."""
        asked = {name: self.request.GET[name] for name in ("first", "last")
                 if self.request.GET.get(name)}  # fmt: skip
        last = timezone.localdate().replace(day=1)
        usual = {
            "first": f"{add_months(last, 1 - USUAL_MONTHS):%Y-%m}",
            "last": f"{last:%Y-%m}",
        }
        return PeriodForm({**usual, **asked})

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") == "csv" and self.form.is_valid():
            return self._file()
        return super().get(request, *args, **kwargs)

    def _blocks(self) -> list[Block]:
        months = months_of(self.form.cleaned_data["first"], self.form.cleaned_data["last"])
        return blocks(figures(months, today=timezone.localdate()))

    def _file(self) -> HttpResponse:
        lines = "".join(csv_lines(as_table(self._blocks())))
        response = HttpResponse(lines, content_type="text/csv; charset=utf-8")
        first, last = self.form.cleaned_data["first"], self.form.cleaned_data["last"]
        name = f"labels-{first:%Y-%m}-{last:%Y-%m}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @property
    def header_buttons(self) -> list[HeaderButton]:
        if not user_can_shift(self.request.user):
            return []
        return [
            HeaderButton(
                _("Reporter les échéances"), reverse("label_shift"), icon_name="calendar-alt"
            )
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        valid = self.form.is_valid()
        period = {name: self.form[name].value() for name in ("first", "last")}
        return super().get_context_data(
            form=self.form,
            blocks=self._blocks() if valid else [],
            period=period,
            **kwargs,
        )


def as_table(found: Sequence[Block]) -> Iterator[Sequence[object]]:
    """The same figures as the rows of one file: a table's title, a row, a column, a value."""
    yield _("Tableau"), _("Ligne"), _("Colonne"), _("Valeur")
    for block in found:
        for name, *values in block.rows:
            for column, value in zip(block.columns[1:], values, strict=True):
                yield block.title, name, column, value


class DeskMenuItem(MenuItem):
    """An entry for who reads whole files."""

    def is_shown(self, request: HttpRequest) -> bool:
        return user_can_read_files(request.user)


class DashboardViewSet(ViewSet):
    """« Tableau des labels » in the menu."""

    name = "tableau-label"
    icon = "order"
    menu_label = gettext_lazy("Tableau des labels")
    menu_order = 155
    menu_item_class = DeskMenuItem
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", DashboardView.as_view(), name="index")]
