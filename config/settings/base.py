"""Everything the site is made of; the other settings modules only harden or speed it up."""

import sys
from typing import Any

from config.environment import ROOT, env, path, secret
from config.signing_key import signing_keys

DEBUG = env.bool("DJANGO_DEBUG", False)
SECRET_KEY = secret("SECRET_KEY", debug=DEBUG)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
VAR = path("VAR_ROOT", "var")
VAR.mkdir(parents=True, exist_ok=True)
# The first signs what mission LABEL awards (labelling.signing); all are published.
SIGNING_KEYS = signing_keys(env.str("SIGNING_KEY", ""), debug=DEBUG, folder=VAR)

INSTALLED_APPS = [
    # Top layer first, as the arrows of docs/architecture.md: each may import those below it.
    "home",
    "opendata",
    "sourcing",
    "search",
    "labelling",
    "catalogue",
    "accounts",
    "wagtail.contrib.redirects",
    "wagtail.sites",
    "accounts.apps.StaffUsers",  # wagtail.users, with screens for accounts without a user name
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_tasks_db",
    "django.forms",  # before dsfr, whose widgets would break the admin's
    "dsfr",
    "widget_tweaks",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
    "config.apps.StaticFiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "config.middleware.ContentSecurityPolicy",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.StaffSecondFactor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "config.middleware.AtomicWrites",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "home.context_processors.site",
                "accounts.context_processors.proconnect",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
FORMS_URLFIELD_ASSUME_HTTPS = True  # as Django 6 does: an address typed without a scheme

DATABASES = {
    "default": env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR / 'catalogue.sqlite3'}"),
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Readers never wait for the writer (WAL); a writer takes its lock at once instead of failing
    # at commit, and waits for the one before it.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.validators.CommonFrenchPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account_landing"
LOGOUT_REDIRECT_URL = "/"

# Accounts by e-mail address (django-allauth).
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "add_email": "accounts.forms.AddEmailForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 2
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, and there only
ACCOUNT_CHANGE_EMAIL = True  # one address, replaced once the new one is confirmed
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Catalogue GouvTech] "
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # other sessions end, this one stays
MFA_FORMS = {
    "activate_totp": "accounts.forms.ActivateTOTPForm",
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.SecondFactorAgainForm",
}
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey alone signs in: it must ask who holds it
MFA_TOTP_ISSUER = "Catalogue GouvTech"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off (accounts.forms.OnceMixin)
# Nobody signs in before the address is confirmed: a new one under way takes nothing from anybody.
MFA_ALLOW_UNVERIFIED_EMAIL = True
PASSWORD_RESET_TIMEOUT = 3600

# Agents and employees by ProConnect; without an issuer the button is absent.
PROCONNECT: dict[str, Any] = {
    "ISSUER": env.str("PROCONNECT_ISSUER", "").rstrip("/"),
    "ACR": env.list("PROCONNECT_ACR", ["eidas1", "eidas1-mfa", "eidas2", "eidas3"]),
    "DISCOVERY_SECONDS": 3600,
}
OIDC_RP_CLIENT_ID = env.str("PROCONNECT_CLIENT_ID", "")
OIDC_RP_CLIENT_SECRET = env.str("PROCONNECT_CLIENT_SECRET", "")
OIDC_RP_SIGN_ALGO = env.str("PROCONNECT_SIGN_ALGO", "RS256")
OIDC_RP_SCOPES = "openid given_name usual_name email siret idp_id organization_label roles"
# Read from the provider's discovery document at each use (accounts/proconnect.py).
OIDC_OP_AUTHORIZATION_ENDPOINT = OIDC_OP_TOKEN_ENDPOINT = ""
OIDC_OP_USER_ENDPOINT = OIDC_OP_JWKS_ENDPOINT = OIDC_OP_LOGOUT_ENDPOINT = ""
OIDC_OP_USER_ENDPOINT_FORMAT = "JWT"  # userinfo that nobody signed is refused
OIDC_AUTHENTICATION_CALLBACK_URL = "proconnect_callback"
OIDC_USE_PKCE = True
OIDC_STATE_SIZE = OIDC_NONCE_SIZE = 48
OIDC_AUTH_REQUEST_FORWARDED_PARAMS: list[str] = []  # ProConnect refuses what it does not know
OIDC_STORE_ID_TOKEN = True  # sent back at sign-out
OIDC_TIMEOUT = 5
OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION = False

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "static"]
MEDIA_URL = "/media/"
SERVE_MEDIA = False  # the proxy does, in production
MEDIA_ROOT = path("MEDIA_ROOT", str(VAR / "media"))
EVIDENCE_ROOT = path("EVIDENCE_ROOT", str(VAR / "evidence"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
    # Evidence is served through a permission check only: outside the media folder, without a URL.
    "evidence": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": EVIDENCE_ROOT, "base_url": None},
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [
    "jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "tgz", "bz2", "xz", "br", "woff", "woff2",
    "map", "md",
]  # fmt: skip

EMAIL_CONFIG = env.dj_email_url("EMAIL_URL", "console:")
vars().update({key: value for key, value in EMAIL_CONFIG.items() if key.startswith("EMAIL_")})
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "catalogue@exemple.gouv.fr")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "contact@exemple.gouv.fr")

TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

# Shared by all processes: limits on attempts are counted there.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR / "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

SEARCH: dict[str, Any] = {
    "ENGINE": env.str("SEARCH_ENGINE", "embedded"),
    "INDEX_DIR": path("SEARCH_INDEX_DIR", str(VAR / "index")),
    "OPENSEARCH_URL": env.list("OPENSEARCH_URL", ["http://127.0.0.1:9200"]),
    "OPENSEARCH_USER": env.str("OPENSEARCH_USER", ""),
    "OPENSEARCH_PASSWORD": env.str("OPENSEARCH_PASSWORD", ""),
    "OPENSEARCH_CA": env.str("OPENSEARCH_CA", ""),
    "OPENSEARCH_INDEX": env.str("OPENSEARCH_INDEX", "catalogue"),
    "OPENSEARCH_REPLICAS": env.str("OPENSEARCH_REPLICAS", "0-1"),
}

# Public register of French companies: prefills a vendor's registration, which works without it.
COMPANY_API_URL = env.str("COMPANY_API_URL", "https://recherche-entreprises.api.gouv.fr")
# Antivirus of uploads (tcp://host:3310 or unix:///path); without it files are marked not scanned.
CLAMD_URL = env.str("CLAMD_URL", "")
# Origins that addresses typed by vendors may lead to though they are not public: those that tests
# serve. Never set from the environment: a private address is refused wherever the site runs.
FETCH_TRUSTED_ORIGINS: list[str] = []

# The admin lives apart and is written in French like the rest.
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_SITE_NAME = "Catalogue GouvTech"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_PAGE_MODEL = "catalogue.BasePage"
WAGTAILIMAGES_IMAGE_MODEL = "catalogue.CatalogueImage"
WAGTAILDOCS_DOCUMENT_MODEL = "catalogue.CatalogueDocument"
WAGTAILDOCS_EXTENSIONS = ["csv", "ods", "odt", "pdf", "txt", "xlsx"]
# One way in for all, with its limits and its second factor: passwords and addresses are changed there.
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = [("fr", "Français")]
WAGTAIL_ENABLE_UPDATE_CHECK = False  # the admin calls nobody outside
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_DATE_FORMAT = "%d/%m/%Y"
WAGTAIL_DATETIME_FORMAT = "%d/%m/%Y %H:%M"
WAGTAIL_TIME_FORMAT = "%H:%M"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
# A workflow publishes what was reviewed, not whatever was saved since (catalogue/workflow.py).
WAGTAIL_FINISH_WORKFLOW_ACTION = "catalogue.workflow.publish_reviewed_revision"
TAGGIT_CASE_INSENSITIVE = True
TAGGIT_STRIP_UNICODE_WHEN_SLUGIFYING = True

DSFR_USE_INTEGRITY_CHECKSUMS = False  # hashed file names rewrite the CSS: its checksum would lie
DSFR_MARK_OPTIONAL_FIELDS = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies of ours stand before the site: X-Forwarded-For is believed that far.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
# What Prometheus says to read /metrics; empty: this machine only.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
# Wagtail's editor needs inline scripts and styles, and frames its own previews.
CONTENT_SECURITY_POLICY_ADMIN = {
    "default-src": ["'self'"],
    "script-src": ["'self'", "'unsafe-inline'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "frame-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'self'"],
    "frame-ancestors": ["'self'"],
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    # A line for each page saved and each background task would drown everything else.
    "loggers": {
        "django_tasks": {"level": "WARNING"},
        # What it warns of comes to us as errors, and is told once (search.breaker).
        "opensearch": {"level": "ERROR"},
        "wagtail": {"level": "WARNING"},
    },
}
