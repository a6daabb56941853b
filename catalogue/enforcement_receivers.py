"""Whoever publishes a sheet that was taken down lifts that, wherever in Wagtail they do it."""

from typing import Any

from django.dispatch import receiver
from wagtail.signals import page_published

from catalogue import enforcement
from catalogue.models import SolutionPage


@receiver(page_published, sender=SolutionPage)
def sheet_published(instance: SolutionPage, **kwargs: Any) -> None:
    """By an approval, from the editor, in bulk or on schedule."""
    enforcement.published(page=instance)
