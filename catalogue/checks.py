"""System checks of the catalogue."""

from typing import Any

from django.core.checks import Error, register

from catalogue.signals import document_changed


@register()
def somebody_listens_to_changes(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A change that nobody hears of would leave the index stale for ever."""
    if document_changed.has_listeners():
        return []
    return [
        Error(
            "Nobody listens to catalogue.signals.document_changed.",
            hint="Connect a receiver that queues the documents (search/receivers.py).",
            id="catalogue.E001",
        )
    ]
