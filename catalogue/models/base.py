"""What every page, image and document of the site is made of: settled before the first migration."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.models import AbstractPage
from wagtail.models.pages import AbstractPageMeta


class BasePage(AbstractPage):
    """Base of all pages (WAGTAIL_PAGE_MODEL), so that a column can be added to all one day."""

    class Meta(AbstractPageMeta):
        verbose_name = _("page")
        verbose_name_plural = _("pages")


class CatalogueImage(AbstractImage):
    """An image; its text alternative is written where it is used."""

    admin_form_fields = Image.admin_form_fields

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")


class CatalogueRendition(AbstractRendition):
    image = models.ForeignKey(CatalogueImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("image", "filter_spec", "focal_point_key"), name="unique_rendition"
            ),
        )


class CatalogueDocument(AbstractDocument):
    """A public document of the editors; evidence never goes here."""

    admin_form_fields = Document.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
