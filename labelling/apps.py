from django.apps import AppConfig


class LabellingConfig(AppConfig):
    name = "labelling"
    verbose_name = "Labellisation"

    def ready(self) -> None:
        from catalogue import claim_words
        from labelling.claims import about_answers

        claim_words.register(about_answers)
