"""A developer's machine, and `make demo`: debugging unless DJANGO_DEBUG says otherwise."""

import os

os.environ.setdefault("DJANGO_DEBUG", "1")

from config.settings.base import *  # noqa: F403  (settings are assembled by star imports)
from config.settings.base import DEBUG, STORAGES

if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
SERVE_MEDIA = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # browsers allow it on http://localhost, and there only
