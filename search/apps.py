from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"
    # Wagtail's own search app already answers to "wagtailsearch"; this label is free.
    label = "search"
    verbose_name = "Recherche"

    def ready(self) -> None:
        from search import checks, receivers  # noqa: F401  (registration by import)
