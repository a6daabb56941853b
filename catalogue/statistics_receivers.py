"""When counts are made and written; apart, since models and pages do not know of them."""

from typing import Any

from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest

from catalogue import statistics
from catalogue.models import SolutionPage
from catalogue.signals import sheet_read

request_finished.connect(statistics.write_when_due, dispatch_uid="catalogue.statistics")


@receiver(sheet_read)
def read(page: SolutionPage, request: HttpRequest, **kwargs: Any) -> None:
    """A sheet was served."""
    statistics.count_read(request, page)
