"""What the editor of a sheet shows, tab by tab."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    PublishingPanel,
    TabbedInterface,
    TitleFieldPanel,
)

from catalogue.cloud import LEVEL_TEXTS, SYNTHESIS_TEXTS
from catalogue.forms import SolutionForm, WithUidForm
from catalogue.models import ReferenceConfiguration
from catalogue.offer_sheet import OfferSheet
from catalogue.presentation import OfferQuote
from catalogue.pricing import PRICE_KIND_LABELS, Need, money_fr
from catalogue.sheet import build_sheet

BOXES = forms.CheckboxSelectMultiple


def scrolling_boxes() -> forms.Widget:
    """Boxes of a long vocabulary, in a frame that scrolls."""
    return forms.CheckboxSelectMultiple(attrs={"class": "catalogue-long-choices"})


class UidInlinePanel(InlinePanel):
    """Children of a sheet whose `uid` must outlive drafts."""

    def get_form_options(self) -> dict[str, Any]:
        options = super().get_form_options()
        base = options["formsets"][self.relation_name].get("form")
        bases = (WithUidForm,) if base is None else (WithUidForm, base)
        options["formsets"][self.relation_name]["form"] = type(
            f"{self.db_field.related_model.__name__}Form", bases, {}
        )
        return options


class ReadingPanel(Panel):
    """What is true of the sheet whatever its revisions say, and what the rules conclude today."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "catalogue/admin/reading_panel.html"

        def is_shown(self) -> bool:
            return bool(self.instance and self.instance.pk)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            sheet = build_sheet(self.instance, need=Need.MEDIUM, on=timezone.localdate())
            context["sheet"] = sheet
            context["can_change_listing"] = self.request.user.has_perm("catalogue.change_listing")
            context["can_claim"] = self.request.user.has_perm("catalogue.change_claim")
            context["offers"] = [_offer_reading(row) for row in (*sheet.offers, *sheet.trials)]
            return context


def _offer_reading(shown: OfferSheet) -> dict[str, Any]:
    level, synthesis = LEVEL_TEXTS[shown.cloud.level], SYNTHESIS_TEXTS[shown.cloud.synthesis]
    return {
        "offer": shown.offer,
        "level": f"{shown.cloud.level.upper()} – {level.label}",
        "synthesis": synthesis.label,
        "reasons": shown.cloud.reasons,
        "totals": [
            (ReferenceConfiguration.Size(need).label, _quote_words(quote))
            for need, quote in shown.totals
        ],
    }


def _quote_words(quote: OfferQuote) -> str:
    if quote.total is None:
        words = PRICE_KIND_LABELS[quote.kind]
        return f"{words} ({_('tarif échu')})" if quote.expired else words
    return f"{money_fr(quote.total)} {quote.label}".strip()


PRESENTATION = [
    TitleFieldPanel(
        "title",
        heading=_("Nom de la solution"),
        help_text=_("Le nom sous lequel on la cherche, sans slogan."),
        placeholder=_("Nom de la solution"),
    ),
    FieldPanel("vendor", required_on_save=True),
    FieldPanel(
        "summary", help_text=_("Une phrase, 150 caractères au plus : elle est sur la carte.")
    ),
    FieldPanel("description", help_text=_("Ce que fait la solution et pour qui. Texte simple.")),
    FieldRowPanel(
        [
            FieldPanel(
                "features", help_text=_("Une par ligne, 15 au plus, 120 caractères chacune.")
            ),
            FieldPanel("benefits", help_text=_("Un par ligne, 10 au plus, 140 caractères chacun.")),
        ]
    ),
    MultiFieldPanel(
        [FieldPanel("categories", heading=_("Catégories")), FieldPanel("tags")],
        heading=_("Classement"),
        help_text=_("Une sous-catégorie suffit : sa catégorie mère est comptée avec elle."),
    ),
    MultiFieldPanel(
        [
            FieldPanel("buyer_categories", widget=BOXES),
            FieldPanel("populations"),
            FieldPanel("languages"),
        ],
        heading=_("Publics"),
    ),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("version"), FieldPanel("version_date")]),
            FieldRowPanel([FieldPanel("website"), FieldPanel("documentation_url")]),
            FieldRowPanel([FieldPanel("delay"), FieldPanel("support_hours")]),
            FieldPanel("reversibility"),
        ],
        heading=_("Mise en œuvre"),
    ),
]

TARIFF = MultiFieldPanel(
    [
        FieldPanel(
            "pricing",
            help_text=_("« Prestations non chiffrées » : la licence est connue, pas le reste."),
        ),
        FieldRowPanel([FieldPanel("metric"), FieldPanel("period")]),
        FieldRowPanel(
            [FieldPanel("setup_price"), FieldPanel("unit_price"), FieldPanel("flat_price")]
        ),
        FieldPanel("price_valid_until"),
        InlinePanel(
            "tiers",
            panels=[FieldRowPanel([FieldPanel("from_quantity"), FieldPanel("unit_price")])],
            heading=_("Paliers"),
            label=_("Palier"),
            help_text=_("À partir de tant d'unités, toutes les unités sont à ce prix."),
        ),
        FieldPanel("vehicles", widget=BOXES),
    ],
    heading=_("Tarif, en euros hors taxes"),
    classname="catalogue-group",
)

HOSTING = MultiFieldPanel(
    [
        FieldRowPanel([FieldPanel("deployment"), FieldPanel("state_cloud")]),
        FieldPanel("host"),
        FieldRowPanel(
            [
                FieldPanel("hosting_countries", widget=scrolling_boxes()),
                FieldPanel("support_countries", widget=scrolling_boxes()),
            ]
        ),
    ],
    heading=_("Déploiement et hébergement"),
    classname="catalogue-group",
)

ASSURANCE = MultiFieldPanel(
    [
        FieldRowPanel([FieldPanel("secnumcloud"), FieldPanel("host_outside_eu_control")]),
        FieldRowPanel([FieldPanel("gdpr_contract"), FieldPanel("multi_zone")]),
        FieldRowPanel([FieldPanel("reversibility_documented"), FieldPanel("exit_cost")]),
        FieldRowPanel([FieldPanel("hds"), FieldPanel("hds_until")]),
        FieldRowPanel([FieldPanel("iso27001_holder"), FieldPanel("iso27001_number")]),
        FieldRowPanel([FieldPanel("iso27001_scope"), FieldPanel("iso27001_until")]),
    ],
    heading=_("Cloud au centre et certifications"),
    classname="catalogue-group",
)

OFFERS = [
    UidInlinePanel(
        "offers",
        panels=[
            FieldRowPanel([FieldPanel("name"), FieldPanel("kind")]),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("trial_days"), FieldPanel("trial_quantity")]),
                    FieldPanel("trial_next"),
                ],
                heading=_("Pilote"),
                classname="catalogue-group",
            ),
            HOSTING,
            TARIFF,
            ASSURANCE,
        ],
        heading=_("Offres"),
        label=_("Offre"),
        help_text=_(
            "Une offre dit à la fois où la solution s'exécute et ce qu'elle coûte. Même en "
            "brouillon, elle s'enregistre complète : déploiement, unité et prix d'un tarif publié, "
            "durée d'un pilote."
        ),
    ),
]

COMPLIANCE = [
    MultiFieldPanel(
        [
            FieldPanel("distribution"),
            FieldRowPanel([FieldPanel("licence"), FieldPanel("repository_url")]),
        ],
        heading=_("Logiciel libre"),
        help_text=_("« Libre » demande une licence acceptée et un dépôt joignable."),
    ),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("rgaa"), FieldPanel("rgaa_url")]), FieldPanel("rgesn_score")],
        heading=_("Accessibilité et écoconception"),
    ),
    MultiFieldPanel(
        [FieldPanel("uses_ai"), FieldPanel("ai_note")], heading=_("Intelligence artificielle")
    ),
    MultiFieldPanel(
        [FieldPanel("innovation_claimed"), FieldPanel("innovation_grounds")],
        heading=_("Innovation"),
    ),
    InlinePanel(
        "integrations",
        panels=[
            FieldRowPanel([FieldPanel("integration"), FieldPanel("state"), FieldPanel("since")])
        ],
        heading=_("Raccordements aux services de l'État"),
        label=_("Raccordement"),
    ),
]

REFERENCES = [
    UidInlinePanel(
        "references",
        panels=[
            FieldRowPanel([FieldPanel("client"), FieldPanel("buyer_category")]),
            FieldRowPanel([FieldPanel("year"), FieldPanel("consent"), FieldPanel("consented_on")]),
        ],
        heading=_("Références clients"),
        label=_("Référence"),
        help_text=_(
            "Affichée seulement avec l'accord du client. Ne dites jamais qu'il est un OIV."
        ),
    ),
]

MEDIA = [
    FieldPanel("logo"),
    InlinePanel(
        "screenshots",
        panels=[
            FieldPanel("image"),
            FieldPanel(
                "alternative", help_text=_("Ce que montre l'image, pour qui ne la voit pas.")
            ),
        ],
        heading=_("Captures d'écran"),
        label=_("Capture d'écran"),
    ),
]

SETTINGS = [
    ReadingPanel(heading=_("Inscription et calculs"), icon="info-circle"),
    FieldPanel(
        "slug", heading=_("Adresse"), help_text=_("Dernière partie de l'adresse de la fiche.")
    ),
    PublishingPanel(heading=_("Publication programmée")),
]

SOLUTION_TABS = TabbedInterface(
    [
        ObjectList(PRESENTATION, heading=_("Présentation")),
        ObjectList(OFFERS, heading=_("Offres et tarifs")),
        ObjectList(COMPLIANCE, heading=_("Conformité")),
        ObjectList(REFERENCES, heading=_("Références")),
        ObjectList(MEDIA, heading=_("Médias")),
        ObjectList(SETTINGS, heading=_("Paramètres")),
    ],
    base_form_class=SolutionForm,
)
