"""Settings: everything that differs between installations comes from the environment.

Secrets may be given as ``NAME`` or as ``NAME_FILE`` (a path, for Docker and systemd credentials).
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.api import OAUTH2_PROVIDER as OAUTH2_PROVIDER
from config.api import OAUTH2_PROVIDER_APPLICATION_MODEL as OAUTH2_PROVIDER_APPLICATION_MODEL
from config.api import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from config.approach import *  # noqa: F403
from config.directory import DIRECTORY as DIRECTORY
from config.policies import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY
from config.policies import PERMISSIONS_POLICY as PERMISSIONS_POLICY
from config.schedule import CELERY_BEAT_SCHEDULE as CELERY_BEAT_SCHEDULE

env = environ.FileAwareEnv()

BASE_DIR = Path(__file__).resolve().parent.parent
EMBEDDED = env.bool("AMPARO_EMBEDDED", default=False)
URL = env.str("AMPARO_URL", default="http://127.0.0.1:8000")
HTTPS = urlsplit(URL).scheme == "https"
# What makes a start without any environment possible (mypy, checks) opens nothing: the vault refuses without a keyring.
SECRET_KEY = env.str("DJANGO_SECRET_KEY", default="only-for-tools-that-serve-nobody" * 2)
# The key that seals the trail moves on with each seal: the sealer's alone, in no backup (docs/how-to/audit.md).
SEAL_KEY = env.str("AMPARO_SEAL_KEY", default="")
# Outside the database and, in production, on another mount than its backups: what was erased stays erased.
ERASURE_LEDGER = env.str("AMPARO_LEDGER", default="")
# Who shows it may read the figures and the parts of the health; without one nobody may.
OPERATOR_TOKEN = env.str("AMPARO_OPERATOR_TOKEN", default="")
DEBUG = False
ALLOWED_HOSTS = env.list("AMPARO_HOSTS", default=[urlsplit(URL).hostname, "127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [URL]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "foundation.core",
    "foundation.vault",
    "foundation.audit",
    "foundation.outbox",
    "foundation.accounts",
    "foundation.readiness",
    "foundation.dossiers",
    "foundation.files",
    "foundation.exports",
    "foundation.upkeep",
    "foundation.backup",
    "foundation.custody",
    "foundation.watch",
    "consent",
    "cases",
    "referrals",
    "riskanalysis",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "foundation.accounts.site_app.HouseConfig",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "guardian",
    "oauth2_provider",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "foundation.upkeep.middleware.measured",
    # What sets headers stands outside, so that the redirect to https and the refusal of a foreign host carry them too.
    "foundation.core.middleware.headers",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "foundation.core.middleware.nothing_in_advance",
    "foundation.core.middleware.CompressPages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "foundation.accounts.middleware.session_limits",
    "foundation.accounts.gate.gate",
    "allauth.account.middleware.AccountMiddleware",
    "foundation.accounts.stepup.step_up",
    "foundation.audit.middleware.denials",
    "foundation.core.middleware.act_as_user",
    "referrals.api.middleware.act_as_partner",
    "foundation.custody.middleware.Unreadables",
    "foundation.watch.middleware.watched",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "foundation.accounts.context.house",
            ],
            "builtins": ["foundation.core.templatetags.page"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- the database: two roles, one truth. Requests, tasks and tests run as the application's role.


def _database(url: str, **more: Any) -> dict[str, Any]:
    config = env.db_url_config(url)
    options = {**config.pop("OPTIONS", {}), **more.pop("OPTIONS", {})}
    fixed = {"ENGINE": "foundation.core.db", "CONN_HEALTH_CHECKS": True, "OPTIONS": options}
    return {**config, **fixed, **more}


_APP_URL = env.str("DATABASE_URL", default="postgres://amparo_app@127.0.0.1:5432/amparo")
_OWNER_URL = env.str("DATABASE_OWNER_URL", default=_APP_URL)
DATABASES = {
    "default": _database(
        _APP_URL,
        ATOMIC_REQUESTS=True,
        CONN_MAX_AGE=600,
        OPTIONS={"server_side_binding": True, "prepare_threshold": 1, "options": "-c jit=off"},
        TEST={"MIRROR": "owner"},
    ),
    "owner": _database(_OWNER_URL, TEST={"DEPENDENCIES": []}),
}
# A third role for backups alone: it reads past row-level security and writes nothing (docs/how-to/backup.md).
BACKUP_DATABASE_URL = env.str("DATABASE_BACKUP_URL", default="")
PG_BIN = env.str("AMPARO_PG_BIN", default="")
DATABASE_ROUTERS = ["foundation.core.db.router.OwnerMigrates"]

# --- who keeps the root key: file (the keyring), vault (HashiCorp Vault transit), aws (AWS KMS)
_CREDENTIALS = env.str("CREDENTIALS_DIRECTORY", default="")  # systemd hands the keyring over here
KEYRING = env.str("AMPARO_KEYRING", default=f"{_CREDENTIALS}/keyring" if _CREDENTIALS else "")
KEY_PROVIDER = env.str("AMPARO_KEY_PROVIDER", default="file")
VAULT_URL = env.str("AMPARO_VAULT_URL", default="")
VAULT_TOKEN_FILE = env.str("AMPARO_VAULT_TOKEN_FILE", default="")  # read at each use: an agent renews it
VAULT_KEY = env.str("AMPARO_VAULT_KEY", default="amparo")
VAULT_MOUNT = env.str("AMPARO_VAULT_MOUNT", default="transit")
VAULT_NAMESPACE = env.str("AMPARO_VAULT_NAMESPACE", default="")
VAULT_CA = env.str("AMPARO_VAULT_CA", default="")
AWS_KEY = env.str("AMPARO_AWS_KEY", default="")
AWS_REGION = env.str("AMPARO_AWS_REGION", default="")
AWS_ENDPOINT = env.str("AMPARO_AWS_ENDPOINT", default="")
KEY_PATIENCE = 600.0  # seconds that an exchange of keys waits for transactions of the application to end
KEY_GRACE = 600.0  # seconds that a replaced key is kept: twice the longest task

# --- broker and cache: only wake-ups and rate limits, never the truth
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379")
_CACHE_URL = "unix://" + REDIS_URL.removeprefix("redis+socket://") if "+socket" in REDIS_URL else REDIS_URL
# Whoever waits for a helper that does not answer waits this long, once; see foundation.core.breaker.
_PATIENCE = 2.0
CACHES = {
    "default": {
        "BACKEND": "foundation.core.cache.Limits",
        "LOCATION": _CACHE_URL + ("?db=1" if "+socket" in REDIS_URL else "/1"),
        "OPTIONS": {"socket_timeout": _PATIENCE, "retry": Retry(NoBackoff(), 0)},
    }
}

# --- people and sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "foundation.accounts.backend.Backend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "foundation.accounts.passwords.NoCommonCore"},
    {"NAME": "foundation.accounts.passwords.NoWordOfTheHouse"},
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "foundation.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {
    "login": env.str("AMPARO_LOGIN_RATE", default="30/m/ip"),
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    # A code is typed by somebody who knew the password; of a million codes three are right at any time.
    "factor": "5/5m/key,30/d/key",
}
# Behind a proxy the visitor's own address counts, not the proxy's: else everybody would share one limit.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("AMPARO_PROXIES", default=1 if HTTPS else 0)
# Whoever can open more than their own matters signs in with a second step; the others may.
SECOND_STEP_ROLES = env.list(
    "AMPARO_SECOND_STEP_ROLES",
    default=["focal_point", "deputy", "manager", "data_officer", "administrator", "auditor", "partner_worker",
             "directory_editor", "dialogue", "safeguarding"],
)  # fmt: skip
SECOND_STEP_GRACE_DAYS = env.int("AMPARO_SECOND_STEP_GRACE_DAYS", default=0)
DIRECTORY_ALLOW_LOOPBACK = False  # for tests alone
SAFEGUARDING_CONTACT = env.str("AMPARO_SAFEGUARDING_CONTACT", default="")
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * env.int("AMPARO_CONFIRM_MINUTES", default=5)
MFA_ADAPTER = "foundation.accounts.factors.Factors"
MFA_FORMS = {
    "authenticate": "foundation.accounts.forms.codes.SignInCode",
    "activate_totp": "foundation.accounts.forms.codes.NewApp",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Amparo"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = EMBEDDED and not HTTPS
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE = timedelta(minutes=env.int("AMPARO_SESSION_IDLE_MINUTES", default=15))
SESSION_ABSOLUTE = timedelta(hours=env.int("AMPARO_SESSION_ABSOLUTE_HOURS", default=8))
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE.total_seconds())

# --- headers: nothing is cached, nothing comes from elsewhere, nothing goes elsewhere
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
# "__Host-": no other host of the domain can set or overwrite them. Browsers take it with Secure only.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = (f"{'__Host-' if HTTPS else ''}{name}" for name in "scl")
LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# Not "no-referrer": browsers would send Origin: null with every form, and the forgery check would refuse it.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Where "Leave this page" leads: an https address that nobody wonders about, or nothing for an empty page of our own.
LEAVE_TO = env.str("AMPARO_LEAVE_TO", default="https://www.wikipedia.org/")
SILENCED_SYSTEM_CHECKS = [] if HTTPS else ["security.W004", "security.W008", "security.W012", "security.W016"]

# --- languages
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("AMPARO_TIME_ZONE", default="UTC")
USE_I18N = USE_TZ = True

# --- files of the interface
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static" / "vendor"]
STATIC_ROOT = env.str("AMPARO_STATIC_ROOT", default="") or None
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

# --- e-mail: one neutral text, see foundation.outbox
# The demonstration sends no mail: nothing may leave the machine unasked.
EMAIL_CONFIG = env.email("EMAIL_URL", default="dummymail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("AMPARO_MAIL_FROM", default="Amparo <no-reply@amparo.invalid>")
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# --- files on cases: sealed, in a directory of their own; without a scanner they wait (docs/how-to/files.md)
FILES_PATH = env.str(
    "AMPARO_FILES", default=str(Path(env.str("AMPARO_STATE", default=str(BASE_DIR / "var"))) / "files")
)
FILE_BYTES = env.int("AMPARO_FILE_MB", default=10) * 1_000_000
FILES_PER_DOSSIER = env.int("AMPARO_FILES_PER_CASE", default=50)
CLAMAV = env.str("AMPARO_CLAMAV", default="")
FILE_UPLOAD_HANDLERS = ["foundation.files.uploads.InMemory"]
DATA_UPLOAD_MAX_NUMBER_FILES = 1

# --- the partner API
API_KEYS_ONLY = env.bool("AMPARO_API_KEYS_ONLY", default=False)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["referrals.api.authentication.PartnerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["referrals.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "referrals.api.problems.handler",
    "DEFAULT_THROTTLE_CLASSES": ["referrals.api.throttles.PartnerRate"],
    "DEFAULT_THROTTLE_RATES": {"user": env.str("AMPARO_API_RATE", default="600/min")},
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "UNAUTHENTICATED_USER": None,
}
# --- Celery: the row is the truth, the broker only a wake-up
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": _PATIENCE,
    "socket_connect_timeout": _PATIENCE,
    # A wake-up is tried once; without this each would wait six seconds for a broker that is not there.
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- the trail: its head is kept on another mount and by custodians; events stay for so many months, then figures
AUDIT_ANCHOR_FILE = env.str("AMPARO_ANCHOR_FILE", default="")
AUDIT_ANCHOR_MAIL: list[str] = env.list("AMPARO_ANCHOR_MAIL", default=[])
AUDIT_MONTHS = env.int("AMPARO_AUDIT_MONTHS", default=24)

# --- logs: an event name and allow-listed keys, never a value that a person typed
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"allowed": {"()": "foundation.core.logs.AllowedOnly"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "allowed"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Django's own handler would send reports by mail.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
    },
}
ADMINS: list[tuple[str, str]] = []
MANAGERS = ADMINS
DEFAULT_EXCEPTION_REPORTER = "foundation.core.logs.NoLocals"

# --- figures of the approach that a National Society may set
# How long archives of keys are kept: for so long a backup could bring an erased key back (docs/how-to/backup.md).
KEY_ARCHIVE_DAYS = env.int("AMPARO_KEY_ARCHIVE_DAYS", default=14)
SEARCH_CAP = 20_000
OUTBOX_TRIES = 10
# After so many days without one success an endpoint of a partner is switched off.
WEBHOOK_DAYS = env.int("AMPARO_WEBHOOK_DAYS", default=5)

# --- watching over who reads how much (docs/how-to/watch.md). Role → [alert beyond, ask for a reason from], folders a day
WATCH_BUDGETS = {
    "reporter": [30, 60],
    "caseworker": [40, 80],
    "focal_point": [60, 120],
    "deputy": [60, 120],
    "manager": [60, 120],
    "partner_worker": [100, None],
    "machine": [500, None],
    **env.json("AMPARO_WATCH_BUDGETS", default={}),
}
WATCH_REASON_COVERS = env.int("AMPARO_WATCH_REASON_COVERS", default=10)
WATCH_BURST_FOLDERS = env.int("AMPARO_WATCH_BURST_FOLDERS", default=15)
WATCH_BURST_MINUTES = env.int("AMPARO_WATCH_BURST_MINUTES", default=10)
WATCH_OFF_HOURS_FOLDERS = env.int("AMPARO_WATCH_OFF_HOURS_FOLDERS", default=3)
WATCH_OFF_HOURS_GRACE_MINUTES = env.int("AMPARO_WATCH_OFF_HOURS_GRACE_MINUTES", default=60)
WATCH_EMERGENCY_ROLES = env.list("AMPARO_WATCH_EMERGENCY_ROLES", default=["focal_point", "deputy", "manager"])
WATCH_NAMES_SHOWN = env.int("AMPARO_WATCH_NAMES_SHOWN", default=200)
WATCH_VAULT_PER_HOUR = {"person": 10_000, "machine": 20_000, **env.json("AMPARO_WATCH_VAULT_PER_HOUR", default={})}
EMERGENCY_ACCESS_WAIT_HOURS = env.int("AMPARO_EMERGENCY_ACCESS_WAIT_HOURS", default=4)
EMERGENCY_ACCESS_WAITING = env.int("AMPARO_EMERGENCY_ACCESS_WAITING", default=3)

# Disclosure control (domain.md §10): figures of fewer people are hidden; a quarter's report freezes so many days after it.
DISCLOSURE_THRESHOLD = env.int("AMPARO_DISCLOSURE_THRESHOLD", default=5)
REPORT_DELAY_DAYS = env.int("AMPARO_REPORT_DELAY_DAYS", default=30)
WEBHOOK_ALLOW_LOOPBACK = env.bool("AMPARO_WEBHOOK_ALLOW_LOOPBACK", default=EMBEDDED)
SECURITY_CONTACT = env.str("AMPARO_SECURITY_CONTACT", default="")
# Lists that leave: how many rows a day without a second person, how many at most, and how long each step may take.
EXPORT_ROWS_ALONE = env.int("AMPARO_EXPORT_ROWS_ALONE", default=20)
EXPORT_ROWS_MOST = 10_000
EXPORT_ASKED = timedelta(days=7)
EXPORT_APPROVED = timedelta(hours=24)
EXPORT_LINK = timedelta(minutes=env.int("AMPARO_EXPORT_LINK_MINUTES", default=15))
LOCAL_EMERGENCY_PHONE = env.str("AMPARO_EMERGENCY_PHONE", default="")
