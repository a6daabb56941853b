"""Tests: quick hashing, plain static files, mail kept in memory, tasks run at once."""

import os
import tempfile

os.environ.setdefault("DJANGO_DEBUG", "0")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault(
    "SECRET_KEY", "a-key-for-the-tests-alone-0123456789-abcdefghijklmnopqrstuvwxyz"
)

from config.signing_key import new_key

os.environ.setdefault("SIGNING_KEY", new_key())

from config.settings.base import *  # noqa: F403  (settings are assembled by star imports)
from config.settings.base import SEARCH, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
_scratch = tempfile.mkdtemp(prefix="catalogue-tests-")
MEDIA_ROOT = f"{_scratch}/media"
EVIDENCE_ROOT = f"{_scratch}/evidence"
STATIC_ROOT = f"{_scratch}/static"
os.mkdir(STATIC_ROOT)  # WhiteNoise warns of a folder that is not there
STORAGES["evidence"] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": EVIDENCE_ROOT, "base_url": None},
}
SEARCH = {**SEARCH, "ENGINE": "embedded", "INDEX_DIR": f"{_scratch}/index"}
