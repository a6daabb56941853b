"""Configuration of third-party apps that the project tunes."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Static files without the thousands that no page asks for (DSFR ships 1,100 icons)."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "dsfr/dist/analytics/*",
        "dsfr/dist/component/*",
        "dsfr/dist/core/*",
        "dsfr/dist/layout/*",
        "dsfr/dist/legacy/*",
        "dsfr/dist/scheme/*",
        "dsfr/dist/utility/*",
        "dsfr/dist/dsfr/*",
        "django-dsfr/*",
        "ninja/*",
        "rest_framework/*",
        "*.map",
    ]
