"""What is typed to write a draft: the whole text, what it says of itself, a theme, a criterion."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labelling import wording
from labelling.definition import FACTS, Confidence, Kind, Problem
from labelling.editing import inline, read_inline

RANGE = ("minimum", "maximum", "zero_at", "full_at")
_SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
_SLUG_HELP = gettext_lazy("Des minuscules sans accent, des chiffres et des tirets.")


class DraftForm(forms.Form):
    """Part of a draft. `seen` is the fingerprint of the draft when its author began to type."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """What goes into the file, by key; None for what has no value."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return {
            name: value.replace("\r\n", "\n") or None if isinstance(value, str) else value
            for name, value in typed.items()
        }

    def place(self, problems: Iterable[Problem], id: str = "") -> None:
        """Say each problem beside its field, or above all fields with its place in the file."""
        for one in problems:
            if one.id == id and one.key in self.fields:
                self.add_error(one.key, one.message)
            else:
                self.add_error(None, str(one))

    def see(self, sha256: str, theirs: Mapping[str, Any]) -> list[tuple[str, str]]:
        """After a conflict: what is stored where it differs; sent again, what was typed wins."""
        self.data = self.data.copy()
        self.data["seen"] = sha256
        return [
            (str(field.label), str(theirs.get(name) or "–"))
            for name, field in self.fields.items()
            if name != "seen" and field.has_changed(theirs.get(name), self[name].data)
        ]


class TextForm(DraftForm):
    """The whole file."""

    source = forms.CharField(
        label=gettext_lazy("Texte du fichier (TOML)"),
        strip=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 40, "spellcheck": "false"}),
    )


class StartForm(forms.Form):
    """The number of a new version."""

    version = forms.RegexField(
        r"^[0-9]+(\.[0-9]+)*$",
        label=gettext_lazy("Numéro de la nouvelle version"),
        max_length=20,
        help_text=gettext_lazy("Des chiffres et des points, par exemple 2 ou 2.1."),
    )


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class HeadForm(DraftForm):
    """What a version says of itself."""

    version = StartForm.base_fields["version"]
    title = forms.CharField(label=gettext_lazy("Titre"), max_length=200)
    summary = forms.CharField(label=gettext_lazy("Présentation"), max_length=1000, widget=_area(5))
    valid_from = forms.DateField(label=gettext_lazy("En vigueur à partir du"), widget=_day())
    valid_to = forms.DateField(
        label=gettext_lazy("En vigueur jusqu'au"), required=False, widget=_day()
    )
    legal_basis = forms.CharField(
        label=gettext_lazy("Fondement"), required=False, max_length=2000, widget=_area(3)
    )
    editor_note = forms.CharField(
        label=gettext_lazy("Note de la rédaction"), required=False, max_length=2000, widget=_area(5)
    )

    def clean(self) -> None:
        start, end = self.cleaned_data.get("valid_from"), self.cleaned_data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", _("La fin vient après le début."))


class ThemeForm(DraftForm):
    """A family of criteria."""

    id = forms.RegexField(
        f"^{_SLUG}$", label=gettext_lazy("Identifiant"), max_length=60, help_text=_SLUG_HELP
    )
    title = forms.CharField(label=gettext_lazy("Titre"), max_length=200)
    summary = forms.CharField(
        label=gettext_lazy("Présentation"), required=False, max_length=2000, widget=_area(3)
    )


class CriterionForm(DraftForm):
    """One question. What the sheet proposes or takes from it (`suggestion`, `feeds`) stays as it is."""

    id = forms.RegexField(
        r"^[A-Z]{2}-[0-9]{2}$",
        label=gettext_lazy("Identifiant"),
        help_text=gettext_lazy(
            "Deux capitales et deux chiffres, comme SE-01 ; jamais celui d'une question d'avant."
        ),
    )
    theme = forms.ChoiceField(label=gettext_lazy("Thème"))
    text = forms.CharField(
        label=gettext_lazy("Question"), min_length=10, max_length=250, widget=_area(2)
    )
    guidance = forms.CharField(
        label=gettext_lazy("Aide : quand répondre quoi"),
        min_length=10,
        max_length=1200,
        widget=_area(6),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Forme de la réponse"),
        choices=[(str(kind), words) for kind, words in wording.KINDS.items()],
    )
    choices = forms.CharField(
        label=gettext_lazy("Réponses possibles"),
        required=False,
        max_length=5000,
        widget=_area(5),
        help_text=gettext_lazy(
            "Pour un choix dans une liste : une par ligne, « valeur | libellé | points », les points "
            "de 0 à 1. Exemple : passi | Audit par un tiers | 1"
        ),
    )
    unit = forms.CharField(
        label=gettext_lazy("Unité (nombre)"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Les cinq champs qui suivent ne servent qu'à un nombre."),
    )
    minimum = forms.FloatField(label=gettext_lazy("Le plus petit possible"), required=False)
    maximum = forms.FloatField(label=gettext_lazy("Le plus grand possible"), required=False)
    zero_at = forms.FloatField(label=gettext_lazy("Vaut 0 point à"), required=False)
    full_at = forms.FloatField(label=gettext_lazy("Vaut tous les points à"), required=False)
    na_allowed = forms.BooleanField(label=gettext_lazy("« Sans objet » possible"), required=False)
    evidence = forms.ChoiceField(
        label=gettext_lazy("Pièce"),
        choices=[(str(rule), words) for rule, words in wording.EVIDENCE.items()],
    )
    evidence_expected = forms.CharField(
        label=gettext_lazy("Ce qu'est une bonne pièce"),
        required=False,
        max_length=500,
        widget=_area(3),
    )
    blocking = forms.BooleanField(label=gettext_lazy("Bloquant pour un label"), required=False)
    weight = forms.TypedChoiceField(
        label=gettext_lazy("Poids dans le thème"),
        choices=[(n, str(n)) for n in (1, 2, 3)],
        coerce=int,
    )
    max_age_months = forms.IntegerField(
        label=gettext_lazy("Durée d'une vérification, en mois"),
        min_value=0,
        max_value=120,
        help_text=gettext_lazy("0 : sans limite."),
    )
    legal_reference = forms.CharField(
        label=gettext_lazy("Fondement"), required=False, max_length=300, widget=_area(2)
    )
    source_url = forms.URLField(
        label=gettext_lazy("Adresse de la source"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Elle commence par https://"),
    )
    origin = forms.ChoiceField(label=gettext_lazy("Origine"), choices=list(wording.ORIGINS.items()))
    confidence = forms.ChoiceField(
        label=gettext_lazy("Degré de certitude"),
        choices=[(str(one), words) for one, words in wording.CONFIDENCE.items()],
    )
    editor_note = forms.CharField(
        label=gettext_lazy("Note de la rédaction"),
        required=False,
        max_length=2000,
        widget=_area(3),
        help_text=gettext_lazy(
            "Ce qui reste à confirmer, et par qui ; la page publique la montre."
        ),
    )
    when = forms.CharField(
        label=gettext_lazy("Demandé seulement si"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=gettext_lazy(
            'Vide : toujours. Sinon { criterion = "SE-01", is = ["oui"] } sur une question placée '
            'avant, { fact = "ia", is = ["oui"] } sur la fiche (%(facts)s), ou plusieurs : '
            "{ all = [ … ] } toutes, { any = [ … ] } l'une d'elles, { not = { … } } sauf."
        )
        % {"facts": ", ".join(FACTS)},
    )

    def __init__(self, *args: Any, themes: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["theme"].choices = list(themes)

    def clean_source_url(self) -> str:
        url: str = self.cleaned_data["source_url"]
        if url and not url.startswith("https://"):
            raise ValidationError(_("Donnez une adresse qui commence par https://."))
        return url

    def clean_choices(self) -> list[dict[str, Any]] | None:
        lines = enumerate(self.cleaned_data["choices"].splitlines(), start=1)
        return list(_choices((number, line) for number, line in lines if line.strip())) or None

    def clean_when(self) -> Any:
        if not self.cleaned_data["when"]:
            return None
        try:
            return read_inline(self.cleaned_data["when"])
        except ValueError as error:
            raise ValidationError(
                _("Cette condition ne se lit pas ; vérifiez accolades, crochets et guillemets.")
            ) from error

    def clean(self) -> None:
        kind = self.cleaned_data.get("kind")
        needed = {Kind.NUMBER: RANGE, Kind.CHOICE: ("choices",)}.get(kind, ())
        for name in (*RANGE, "unit", "choices"):
            if name not in needed and not (name == "unit" and kind == Kind.NUMBER):
                self.cleaned_data[name] = None
            elif name in needed and self.cleaned_data.get(name) is None and name not in self.errors:
                self.add_error(name, _("À remplir pour cette forme de réponse."))
        self._explain(kind)

    def _explain(self, kind: Any) -> None:
        """What is asked for only sometimes."""
        given = self.cleaned_data
        if given.get("evidence") not in (None, "none") and not given.get("evidence_expected"):
            self.add_error("evidence_expected", _("Dites ce qu'est une bonne pièce."))
        unsure = given.get("confidence") not in (None, Confidence.SURE)
        if unsure and len(given.get("editor_note") or "") < 10:
            self.add_error("editor_note", _("Dites en une phrase ce qui reste à confirmer."))

    def values(self) -> dict[str, Any]:
        found = super().values()
        for name in RANGE:
            if found[name] is not None and found[name].is_integer():
                found[name] = int(found[name])
        return found


def _choices(lines: Iterable[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    for number, line in lines:
        value, _bar, rest = line.partition("|")
        label, bar, points = rest.rpartition("|")
        try:
            worth = float(points.strip().replace(",", "."))
        except ValueError:
            worth = -1.0
        if not (bar and value.strip() and label.strip() and 0 <= worth <= 1):
            raise ValidationError(
                _("Ligne %d : écrivez « valeur | libellé | points », les points de 0 à 1.") % number
            )
        yield {"value": value.strip(), "label": label.strip(), "points": worth}


def typed_from(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a form shows of a criterion that a file holds."""
    lines = [
        f"{one['value']} | {one['label']} | {one['points']:.15g}" for one in row.get("choices", ())
    ]
    return {**row, "choices": "\n".join(lines), "when": inline(row.get("when"))}
