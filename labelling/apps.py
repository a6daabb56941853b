from django.apps import AppConfig


class LabellingConfig(AppConfig):
    name = "labelling"
    verbose_name = "Labellisation"

    def ready(self) -> None:
        from catalogue import claim_words
        from labelling import (  # noqa: F401  (registered so)
            account_receivers,
            keep_receivers,
            receivers,
        )
        from labelling.claims import about_answers

        claim_words.register(about_answers)
