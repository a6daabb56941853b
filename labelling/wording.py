"""What people read of a referential: its rules in French sentences."""

from django.utils.translation import gettext_lazy as _

from labelling.conditions import Condition, Leaf, Tree
from labelling.definition import (
    FACTS,
    NOT_APPLICABLE,
    Confidence,
    Criterion,
    EvidenceRule,
    Kind,
    Link,
    NumberRange,
)

KINDS = {
    Kind.SCALE: _("Oui, partiellement ou non"),
    Kind.YES_NO: _("Oui ou non"),
    Kind.CHOICE: _("Un choix dans une liste"),
    Kind.NUMBER: _("Un nombre"),
    Kind.TEXT: _("Un texte"),
    Kind.URL: _("Une adresse"),
    Kind.DATE: _("Une date"),
}
EVIDENCE = {
    EvidenceRule.NONE: _("Aucune pièce demandée"),
    EvidenceRule.OPTIONAL: _("Pièce facultative"),
    EvidenceRule.REQUIRED: _("Pièce demandée"),
}
CONFIDENCE = {
    Confidence.SURE: _("Texte officiel lu"),
    Confidence.SECONDARY: _("D'après des sources secondaires"),
    Confidence.MEMORY: _("À confirmer"),
}
ORIGINS = {
    "2021": _("Sous-thème du catalogue de 2021"),
    "catalogue": _("Ajouté par ce catalogue"),
}
FIELDS = {
    "theme": _("le thème"),
    "text": _("la question"),
    "guidance": _("l'aide"),
    "legal_reference": _("le fondement"),
    "source_url": _("la source"),
    "origin": _("l'origine"),
    "confidence": _("le degré de certitude"),
    "editor_note": _("la note de la rédaction"),
    "kind": _("la forme de la réponse"),
    "na_allowed": _("la possibilité de répondre « sans objet »"),
    "evidence": _("la pièce demandée"),
    "evidence_expected": _("ce qu'est une bonne pièce"),
    "blocking": _("le caractère bloquant"),
    "weight": _("le poids"),
    "max_age_months": _("la durée d'une vérification"),
    "choices": _("les réponses possibles"),
    "number": _("les bornes du nombre"),
    "when": _("la condition"),
    "future": _("la possibilité d'une date à venir"),
    "feeds": _("ce que la réponse change sur la fiche"),
    "suggestion": _("ce que la fiche propose comme réponse"),
}
"""What changed between two versions, by field of `Criterion`."""

_JOINED = {"all": _(" et "), "any": _(" ou ")}


def condition_in_words(condition: Condition, criteria: dict[str, Criterion]) -> str:
    """A condition as a French clause: « SE-01 vaut Oui et … »."""
    if isinstance(condition, Leaf):
        if condition.of == "fact":
            name, labels = FACTS[condition.name], {}
        else:
            name = condition.name
            labels = {choice.value: choice.label for choice in criteria[name].choices}
            labels[NOT_APPLICABLE] = str(_("Sans objet"))
        values = str(_(" ou ")).join(labels.get(one, one) for one in sorted(condition.values))
        return str(_("%(name)s : %(values)s")) % {"name": name, "values": values}
    parts = [condition_in_words(part, criteria) for part in condition.parts]
    if condition.operator == "not":
        return str(_("sauf si %(what)s")) % {"what": parts[0]}
    return str(_JOINED[condition.operator]).join(
        f"({part})" if len(parts) > 1 and isinstance(inner, Leaf) is False else part
        for part, inner in zip(parts, condition.parts, strict=True)
    )


def value_in_words(criterion: Criterion, field: str, criteria: dict[str, Criterion]) -> str:
    """What a criterion says under one of `FIELDS`, as people read it."""
    match value := getattr(criterion, field):
        case None | "" | ():
            return "–"
        case bool():
            return str(_("oui") if value else _("non"))
        case Kind():
            return str(KINDS[value])
        case EvidenceRule():
            return str(EVIDENCE[value])
        case Confidence():
            return str(CONFIDENCE[value])
        case Leaf() | Tree():
            return condition_in_words(value, criteria)
        case Link():
            pairs = [f"{ours} → {theirs}" for ours, theirs in value.values]
            return f"{value.name} ({', '.join(pairs)})" if pairs else value.name
        case NumberRange():
            return str(
                _("de %(minimum)g à %(maximum)g %(unit)s ; 0 point à %(zero)g, tous à %(full)g")
            ) % {
                "minimum": value.minimum, "maximum": value.maximum, "unit": value.unit,
                "zero": value.zero_at, "full": value.full_at,
            }  # fmt: skip
        case tuple():
            return "\n".join(f"{one.label} ({one.points:g})" for one in value)
    return str(ORIGINS[value] if field == "origin" else value)
