"""All settings, read from the environment; each stands beside its default."""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

django_stubs_ext.monkeypatch()  # lets `ModelForm[User]` be written at run time too

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str, default: bool = False) -> bool:
    return (os.environ.get(name) or ("1" if default else "0")).lower() in {"1", "true", "yes", "on"}


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in (os.environ.get(name) or default).split(",") if part.strip()]


def _database(url: str) -> dict[str, Any]:
    """Read `postgres://user:password@host:port/name?host=/socket/dir`."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **query},
    }


# --- what this process is -------------------------------------------------------------------------------------------
LOCAL = _flag("HELPDESK_LOCAL")  # started by `make up`: demo post office, loopback only
DEBUG = _flag("DEBUG")
SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    if not {"makemigrations", "compilemessages", "makemessages", "collectstatic"} & set(sys.argv):
        raise ImproperlyConfigured(
            "Set SECRET_KEY to a long random text (python -c 'import secrets; print(secrets.token_urlsafe(50))')."
        )
    SECRET_KEY = "only-for-commands-that-sign-nothing-and-serve-nobody-0123456789"  # noqa: S105
SECRET_KEY_FALLBACKS = _list("SECRET_KEY_FALLBACKS")
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = _list("ALLOWED_HOSTS", f"{urlsplit(PUBLIC_URL).hostname},localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / ".run" / "data"))

# --- apps -----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal",
    "reports",
    "channels_intake",
    "notifications",
    "tickets",
    "knowledgebase",
    "sla",
    "people",
    "helpdesk",
    "helpdesk.lib",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "rest_framework",
    "allauth",
    "allauth.account",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "people.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "helpdesk.htmx_parts.PartsVaryMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "helpdesk.streams_cookie.StreamsCookieMiddleware",
]
ROOT_URLCONF = "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"
ASGI_APPLICATION = "helpdesk.asgi.application"
SUBSCRIPTIONS = "helpdesk.subscriptions.SUBSCRIPTIONS"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "helpdesk.context.site",
            ],
        },
    }
]

# --- data -----------------------------------------------------------------------------------------------------------
DATABASES = {"default": _database(os.environ.get("DATABASE_URL", "postgres://helpdesk@localhost/helpdesk"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits of the login live here, in PostgreSQL: they hold while Valkey is away.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "helpdesk_cache"}}
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- Celery: tasks are wake-up calls, the rows in PostgreSQL are the work -------------------------------------------
CELERY_BROKER_URL = os.environ.get(
    "CELERY_BROKER_URL", REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
)
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "socket_connect_timeout": 3, "socket_timeout": 10}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 280
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = os.environ.get("CELERY_QUEUE", "helpdesk")
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULER = "helpdesk.schedule:BeatingScheduler"

# --- people and login -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
KNOWLEDGE_SECOND_LEVEL = "tickets.models.queue.is_second_level"  # who reads what is for the second level only
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_SAMESITE = "Strict"

# --- transport ------------------------------------------------------------------------------------------------------
HTTPS = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS and _flag("SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if _flag("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = os.environ.get("DEFAULT_LANGUAGE", "de")
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "helpdesk" / "locale"]
FORMAT_MODULE_PATH = ["helpdesk.formats"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = os.environ.get("TIME_ZONE", "Europe/Berlin")
USE_TZ = True

# --- static files ---------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or _flag("PLAIN_STATIC")
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = _flag("PLAIN_STATIC") or DEBUG
# Files that lie open may change while the product runs.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS

# --- mail -----------------------------------------------------------------------------------------------------------
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = _flag("EMAIL_STARTTLS", bool(EMAIL_HOST_USER))
EMAIL_USE_SSL = _flag("EMAIL_TLS")
EMAIL_TIMEOUT = 20
# Under `make up` without a mail server, mail lands in the demo post office.
EMAIL_BACKEND = "helpdesk.local.post_office.Backend" if LOCAL and not EMAIL_HOST else "notifications.smtp.Backend"
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "support@helpdesk.example")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_DOMAIN = os.environ.get("MAIL_DOMAIN") or DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
# The authserv-id of our own mail server: only its Authentication-Results are believed.
MAIL_AUTHSERV_ID = os.environ.get("MAIL_AUTHSERV_ID", "")
# X-Spam-Flag and X-Spam-Status count: only where our own mail server writes them and takes out those of others.
MAIL_TRUST_SPAM_HEADER = _flag("MAIL_TRUST_SPAM_HEADER")
# Automatic answers (acknowledgements) to one address in one hour.
AUTO_REPLIES_PER_HOUR = int(os.environ.get("AUTO_REPLIES_PER_HOUR", "5"))
# A solution helped when its request stays solved for so many days.
SOLVED_STAYS_DAYS = int(os.environ.get("SOLVED_STAYS_DAYS", "14"))
# Compare requests with articles and solved tickets by meaning, too, across languages; needs requirements/vectors.txt.
TRIAGE_VECTORS = _flag("TRIAGE_VECTORS")
# For so long an answer is held before it is sent, and its author can take it back; 0: it is sent at once.
UNDO_SECONDS = int(os.environ.get("UNDO_SECONDS", "10"))
# Key for secrets in the database (mailbox passwords); separate keys by commas, the first one encrypts.
FIELD_KEYS = _list("FIELD_KEYS") or [SECRET_KEY, *SECRET_KEY_FALLBACKS]

# --- requests to elsewhere ------------------------------------------------------------------------------------------
# Hosts (idp.example.lan, idp.example.lan:8443) and networks (10.1.0.0/16) that we may ask although they are not public.
OUTGOING_ALLOWED = _list("OUTGOING_ALLOWED")

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {"django.request": {"level": "ERROR"}},
}
