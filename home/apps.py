from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = "Site"

    def ready(self) -> None:
        from catalogue import terms
        from home.terms import terms_in_force

        terms.register(terms_in_force)
