from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "catalogue"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        from catalogue import (  # noqa: F401  (registered so)
            account_receivers,
            checks,
            enforcement_receivers,
            evidence,
            moderation,
            receivers,
            statistics_receivers,
        )
        from catalogue.admin.panels import SOLUTION_TABS
        from catalogue.models import SolutionPage

        # Here and not in the model, which forms and panels import.
        SolutionPage.edit_handler = SOLUTION_TABS
        moderation.take_over_mails()
