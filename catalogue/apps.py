from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "catalogue"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        from catalogue import checks, evidence, receivers  # noqa: F401  (registration by import)
        from catalogue.admin.panels import SOLUTION_TABS
        from catalogue.models import SolutionPage

        # Here and not in the model, which forms and panels import.
        SolutionPage.edit_handler = SOLUTION_TABS
