"""The facets, declared once: engines, form, exports, comparison and docs all read this."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from catalogue import choices
from search.contract import Choice, Facet, Scope


def _choices(vocabulary: type[TextChoices], *without: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(code, label)  # a lazy label: translated when shown
        for code, label in vocabulary.choices
        if code not in without
    )


def _yes(label: str) -> tuple[Choice, ...]:
    return (Choice("1", label),)


CLOUD = (
    Choice("conforme", _("Conforme, toutes données")),
    Choice("conforme-hors-sensibles", _("Conforme, hors données sensibles")),
    Choice("declare-conforme", _("Déclarée conforme, non vérifiée")),
    Choice("a-justifier", _("À justifier")),
    Choice("non-conforme", _("Non conforme")),
    Choice("sans-objet", _("Sans objet (sur site)")),
    Choice("indetermine", _("Indéterminé")),
)
LEVELS = (
    Choice("c1", _("C1 – Service qualifié SecNumCloud")),
    Choice("c2", _("C2 – Hébergé sur une offre qualifiée SecNumCloud")),
    Choice("c3", _("C3 – Cloud interne, réservé à l'État")),
    Choice("c4", _("C4 – Union européenne, sans droit extra-européen")),
    Choice("c5", _("C5 – Union européenne, exposé à un droit extra-européen")),
    Choice("c6a", _("C6a – Pays jugé adéquat")),
    Choice("c6b", _("C6b – Autre pays")),
    Choice("c7", _("C7 – Installable chez l'acheteur")),
    Choice("c0", _("C0 – Non renseigné")),
)
PROOF = (
    Choice("verifie", _("Vérifié")),
    Choice("justifie", _("Justifié par une pièce")),
    Choice("declare", _("Déclaré par l'offreur")),
)
# Bands are dated rows: people read the labels of those in force (`search.services.facet_labels`).
PRICES = (
    *(
        Choice(code, code)
        for code in (
            "gratuit",
            "moins-de-25k",
            "25-60k",
            "60-100k",
            "100k-formalise",
            "formalise-et-plus",
        )
    ),
    Choice("sur-devis", _("Sur devis")),
    Choice("non-renseigne", _("Prix non renseigné")),
)
SIZES = tuple(
    Choice("pme", _("PME (TPE, petites et moyennes)")) if code == "pme" else Choice(code, label)
    for code, label in sorted(choices.Size.choices, key=lambda pair: pair[0] != "pme")
)

EVERY_VALUE = 10_000
"""Limit of the facets whose vocabulary staff keep in the database: all their values are listed."""

FACETS: tuple[Facet, ...] = (
    Facet("categorie", _("Catégorie"), limit=EVERY_VALUE),
    Facet("taille", _("Taille de l'entreprise"), choices=SIZES),
    Facet("distribution", _("Distribution"), choices=_choices(choices.Distribution)),
    Facet("cloud", _("Cloud au centre"), Scope.OFFER, choices=CLOUD),
    Facet(
        "moins-de-100k",
        _("Moins de 100 000 € HT"),
        Scope.OFFER,
        choices=_yes(_("Une offre chiffrée sous 100 000 € HT")),
        per_need=True,
        price=True,
    ),
    Facet("prix", _("Coût total"), Scope.OFFER, choices=PRICES, per_need=True, price=True),
    Facet("deploiement", _("Déploiement"), Scope.OFFER, choices=_choices(choices.Deployment)),
    Facet("etape", _("Étape"), choices=_choices(choices.Stage)),
    Facet("preuve", _("Preuve de la conformité cloud"), Scope.OFFER, choices=PROOF),
    # On the offer, because an offer on the State's own cloud is not open to local bodies.
    Facet("public", _("Public visé"), Scope.OFFER, limit=EVERY_VALUE),
    Facet(
        "population",
        _("Population de la commune"),
        Scope.OFFER,
        choices=_choices(choices.Population),
    ),
    Facet("origine", _("Origine (contrôle ultime)"), choices=_choices(choices.Origin)),
    Facet("region", _("Région de l'offreur"), choices=_choices(choices.Region)),
    Facet("ess", _("Économie sociale et solidaire"), choices=_yes(_("Entreprise de l'ESS"))),
    Facet("niveau", _("Niveau d'hébergement"), Scope.OFFER, choices=LEVELS),
    Facet("hebergement", _("Pays d'hébergement"), Scope.OFFER),
    Facet("hds", _("Données de santé"), Scope.OFFER, choices=_yes(_("Hébergement HDS"))),
    Facet(
        "secnumcloud-en-cours",
        _("SecNumCloud en cours"),
        Scope.OFFER,
        choices=_yes(_("Qualification demandée, non obtenue")),
    ),
    Facet("pilote", _("Essai"), Scope.OFFER, choices=_yes(_("Offre pilote disponible"))),
    Facet("vehicule", _("Centrale d'achat"), Scope.OFFER, limit=EVERY_VALUE),
    Facet("licence", _("Licence")),
    Facet("integration", _("Raccordée à"), limit=EVERY_VALUE),
    Facet("reference", _("Références par type d'acheteur"), limit=EVERY_VALUE),
    Facet("reference-confirmee", _("Références confirmées par un agent"), limit=EVERY_VALUE),
    Facet("rgaa", _("Accessibilité (RGAA)"), choices=_choices(choices.Rgaa)),
    Facet("rgesn", _("Éco-conception"), choices=_yes(_("Score RGESN publié"))),
    Facet("delai", _("Délai de déploiement"), choices=_choices(choices.Delay)),
    Facet("langue", _("Langue"), choices=_choices(choices.Language)),
    Facet("ia", _("Intelligence artificielle"), choices=_yes(_("Utilise de l'IA"))),
    Facet("innovant", _("Innovation"), choices=_yes(_("Se dit innovante"))),
    Facet("source", _("Source de la fiche"), choices=_choices(choices.Source)),
    Facet("tag", _("Mot-clé")),
)

FACETS_BY_NAME = {facet.name: facet for facet in FACETS}
STAFF_FACETS = tuple(facet.name for facet in FACETS if facet.limit == EVERY_VALUE)
