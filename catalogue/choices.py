"""Closed vocabularies of the catalogue: codes of the URLs (docs/interface) and French labels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Size(models.TextChoices):
    """Company size; `pme` when SIRENE does not say which kind of PME."""

    TPE = "tpe", _("Très petite entreprise (TPE)")
    PE = "pe", _("Petite entreprise")
    ME = "me", _("Moyenne entreprise")
    PME = "pme", _("PME (taille non précisée)")
    ETI = "eti", _("Entreprise de taille intermédiaire (ETI)")
    GE = "ge", _("Grande entreprise")
    UNKNOWN = "non-renseignee", _("Non renseignée")


class SizeSource(models.TextChoices):
    """Who says what size a company has."""

    SIRENE = "sirene", _("SIRENE (Insee)")
    DECLARED = "declare", _("Déclarée par l'offreur")
    JUSTIFIED = "justifie", _("Justifiée par une pièce")
    NONE = "", _("Aucune")


class Origin(models.TextChoices):
    """Country of ultimate control, not of registration."""

    FRANCE = "fr", _("France")
    EU = "ue", _("Union européenne ou EEE")
    OUTSIDE = "hors-ue", _("Hors Union européenne")
    UNKNOWN = "non-renseignee", _("Non renseignée")


class Region(models.TextChoices):
    """French regions by their INSEE code."""

    AUVERGNE_RHONE_ALPES = "84", _("Auvergne-Rhône-Alpes")
    BOURGOGNE_FRANCHE_COMTE = "27", _("Bourgogne-Franche-Comté")
    BRETAGNE = "53", _("Bretagne")
    CENTRE_VAL_DE_LOIRE = "24", _("Centre-Val de Loire")
    CORSE = "94", _("Corse")
    GRAND_EST = "44", _("Grand Est")
    GUADELOUPE = "01", _("Guadeloupe")
    GUYANE = "03", _("Guyane")
    HAUTS_DE_FRANCE = "32", _("Hauts-de-France")
    ILE_DE_FRANCE = "11", _("Île-de-France")
    LA_REUNION = "04", _("La Réunion")
    MARTINIQUE = "02", _("Martinique")
    MAYOTTE = "06", _("Mayotte")
    NORMANDIE = "28", _("Normandie")
    NOUVELLE_AQUITAINE = "75", _("Nouvelle-Aquitaine")
    OCCITANIE = "76", _("Occitanie")
    PAYS_DE_LA_LOIRE = "52", _("Pays de la Loire")
    PACA = "93", _("Provence-Alpes-Côte d'Azur")


class Distribution(models.TextChoices):
    """How open the product is, as declared; `catalogue.licences` says what the claim is worth."""

    FREE = "libre", _("Logiciel libre")
    HYBRID = "hybride", _("Hybride (cœur libre, modules fermés)")
    PROPRIETARY = "proprietaire", _("Propriétaire")
    FREE_BRICKS = "proprietaire-briques-libres", _("Propriétaire à briques libres")
    SOURCE_AVAILABLE = "code-accessible", _("Code accessible, licence non libre")


class Deployment(models.TextChoices):
    """Where an offer runs."""

    SAAS = "saas", _("En ligne (SaaS)")
    ON_PREMISES = "sur-site", _("Sur site, chez l'acheteur")
    STATE_CLOUD = "cloud-etat", _("Cloud interne de l'État")


class SecNumCloud(models.TextChoices):
    """What ANSSI's qualification covers; a company is never qualified, a service is."""

    NONE = "none", _("Non")
    IN_PROGRESS = "in-progress", _("Qualification en cours (ne vaut pas qualification)")
    HOSTING = "hosting", _("Hébergement sur une offre qualifiée")
    SERVICE = "service", _("Le service lui-même est qualifié")


class StateCloud(models.TextChoices):
    """Clouds run by the State for the State."""

    NUBO = "nubo", _("Nubo")
    PI = "pi", _("Pi")


class OfferKind(models.TextChoices):
    """An offer to run in production, or a trial."""

    PRODUCTION = "production", _("Production")
    TRIAL = "pilote", _("Pilote (essai)")


class Pricing(models.TextChoices):
    """What an offer says of its price."""

    PRICED = "priced", _("Tarif publié")
    FREE = "free", _("Gratuite, hébergement et services compris")
    QUOTE = "quote", _("Sur devis")
    UNPRICED = "unpriced", _("Prestations non chiffrées")


class Metric(models.TextChoices):
    """What a price is counted by."""

    AGENT = "agent", _("agent")
    INHABITANT = "habitant", _("habitant")
    LOT = "lot", _("lot")
    FLAT = "forfait", _("forfait")


class Period(models.TextChoices):
    """How often a recurring price is due."""

    MONTH = "month", _("par mois")
    YEAR = "year", _("par an")
    ONCE = "once", _("une fois")


class IntegrationState(models.TextChoices):
    """How far a solution is connected to a service of the State."""

    DONE = "integre", _("Intégré")
    IN_PROGRESS = "en-cours", _("En cours")
    PLANNED = "prevu", _("Prévu")
    IRRELEVANT = "sans-objet", _("Sans objet")


class Rgaa(models.TextChoices):
    """State of accessibility, RGAA 4.1.2."""

    FULL = "totalement", _("Totalement conforme")
    PARTIAL = "partiellement", _("Partiellement conforme")
    NONE = "non-conforme", _("Non conforme")
    UNKNOWN = "inconnu", _("Inconnu")


class Delay(models.TextChoices):
    """Time to deploy, at most."""

    DAY = "jour", _("Un jour au plus")
    WEEK = "semaine", _("Une semaine au plus")
    MONTH = "mois", _("Un mois au plus")
    MORE = "plus", _("Plus d'un mois")


class Population(models.TextChoices):
    """Population of the communes a solution is made for; bands are half-open."""

    UNDER_3500 = "moins-3500", _("Moins de 3 500 habitants")
    UNDER_20000 = "3500-20000", _("De 3 500 à 20 000 habitants")
    UNDER_100000 = "20000-100000", _("De 20 000 à 100 000 habitants")
    OVER_100000 = "100000-plus", _("100 000 habitants et plus")


class Language(models.TextChoices):
    """Languages of a solution's screens."""

    FRENCH = "fr", _("Français")
    ENGLISH = "en", _("Anglais")
    GERMAN = "de", _("Allemand")
    SPANISH = "es", _("Espagnol")
    ITALIAN = "it", _("Italien")
    DUTCH = "nl", _("Néerlandais")
    PORTUGUESE = "pt", _("Portugais")


class Source(models.TextChoices):
    """Where a sheet comes from."""

    VENDOR = "vendeur", _("Fiche d'un offreur")
    SILL = "sill", _("Logiciel communautaire (SILL)")


class Consent(models.TextChoices):
    """How a client agreed to be named."""

    NONE = "none", _("Pas encore d'accord : référence non affichée")
    FILE = "file", _("Accord écrit fourni")
    CLIENT = "client", _("Accord confirmé par le client")


class Stage(models.TextChoices):
    """Highest stage that a sheet reached."""

    LISTED = "referencee", _("Auto-référencée")
    ASSESSED = "auto-evaluee", _("Auto-évaluée")
    LABELLED = "labellisee", _("Labellisée")


def population_choices() -> list[tuple[str, str]]:
    return Population.choices


def language_choices() -> list[tuple[str, str]]:
    return Language.choices


def state_cloud_choices() -> list[tuple[str, str]]:
    return StateCloud.choices
