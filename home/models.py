"""The home page, the editorial pages, and the messages that visitors send."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import StreamField

from catalogue.models import BasePage


class HomePage(BasePage):
    """The front door: search box, categories, figures."""

    heading = models.CharField(
        _("accroche"),
        max_length=120,
        default="Trouver la bonne solution numérique pour votre service public",
    )
    lead = models.CharField(_("chapeau"), max_length=300, blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("heading"), FieldPanel("lead")]
    max_count = 1
    parent_page_types = ["catalogue.BasePage"]  # the root
    subpage_types = ["catalogue.CataloguePage", "home.ContentPage"]
    search_fields = []
    template = "home/home_page.html"

    class Meta:
        verbose_name = _("page d'accueil")


class ContentBlocks(blocks.StreamBlock):
    """What an editorial page is made of."""

    heading = blocks.CharBlock(label=_("Titre"), icon="title", template="home/blocks/heading.html")
    text = blocks.RichTextBlock(
        label=_("Texte"),
        features=["h3", "bold", "italic", "link", "ol", "ul", "document-link"],
        template="home/blocks/text.html",
    )
    notice = blocks.TextBlock(
        label=_("Encadré"), icon="warning", template="home/blocks/notice.html"
    )


class ContentPage(BasePage):
    """An editorial or legal page; terms of use carry a version and the date they apply from."""

    lead = models.CharField(_("chapeau"), max_length=300, blank=True)
    body = StreamField(ContentBlocks(), verbose_name=_("contenu"), blank=True)
    version = models.CharField(_("version"), max_length=20, blank=True)
    effective_on = models.DateField(_("applicable le"), null=True, blank=True)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("lead"),
        FieldPanel("body"),
        FieldRowPanel([FieldPanel("version"), FieldPanel("effective_on")]),
    ]
    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    search_fields = []
    template = "home/content_page.html"

    class Meta:
        verbose_name = _("page éditoriale")
        verbose_name_plural = _("pages éditoriales")


class ContactMessage(models.Model):
    """A message to mission LABEL, or the report of an anomaly on a sheet."""

    class Subject(models.TextChoices):
        QUESTION = "question", _("Poser une question")
        ANOMALY = "signalement", _("Signaler une anomalie sur une fiche")
        LISTING = "inscription", _("Inscrire une solution")
        ACCESSIBILITY = "accessibilite", _("Signaler un défaut d'accessibilité")
        PERSONAL_DATA = "donnees", _("Exercer un droit sur mes données")

    subject = models.CharField(_("objet"), max_length=20, choices=Subject.choices)
    listing = models.ForeignKey(
        "catalogue.Listing",
        verbose_name=_("fiche concernée"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    email = models.EmailField(_("votre adresse électronique"), blank=True)
    message = models.TextField(_("message"), max_length=4000)
    sent_at = models.DateTimeField(_("reçu le"), auto_now_add=True)
    handled_at = models.DateTimeField(_("traité le"), null=True, blank=True)

    class Meta:
        verbose_name = _("message reçu")
        verbose_name_plural = _("messages reçus")

    def __str__(self) -> str:
        return f"{self.get_subject_display()} ({self.sent_at:%d/%m/%Y})"

    @staticmethod
    def retention() -> dt.timedelta:
        """How long a handled message is kept: a year, as the privacy page says."""
        return dt.timedelta(days=365)
