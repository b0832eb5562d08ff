"""Django settings, read once from the environment (see docs/operations)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlparse

from jingwei.server.logs import configuration

ROOT = Path(__file__).resolve().parents[3]
VAR = Path(os.environ.get("JINGWEI_VAR") or ROOT / "var")
MODE = os.environ.get("JINGWEI_MODE", "development")
PRODUCTION = MODE == "production"
DEBUG = False

# `jingwei` puts the key into the environment before Django starts; a process without it may run checks and make
# migrations, but whatever it signs is worth nothing a moment later.
SECRET_KEY = os.environ.get("JINGWEI_SECRET_KEY") or secrets.token_urlsafe(64)
HOSTS = [host.strip() for host in os.environ.get("JINGWEI_HOSTS", "").split(",") if host.strip()]
ALLOWED_HOSTS = HOSTS if HOSTS or PRODUCTION else ["127.0.0.1", "localhost", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "procrastinate.contrib.django",
    "jingwei.platform",
    "jingwei.masterdata",
    "jingwei.engineering",
    "jingwei.books",
    "jingwei.stock",
    "jingwei.finance",
    "jingwei.warehouse",
    "jingwei.purchasing",
    "jingwei.sales",
    "jingwei.production",
    "jingwei.server",
]

MIDDLEWARE = [
    "jingwei.platform.http.middleware.RequestContext",
    "jingwei.platform.http.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "jingwei.platform.http.middleware.Language",
    "jingwei.platform.http.middleware.WholeText",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "jingwei.server.urls"
WSGI_APPLICATION = "jingwei.server.wsgi.application"
APPEND_SLASH = False


def database(url: str) -> dict[str, object]:
    """Translate a postgresql:// URL into a Django database entry; a `host` query argument names a socket folder."""
    parts = urlparse(url)
    query = {k: v[0] for k, v in parse_qs(parts.query).items()}
    host = query.pop("host", None) or parts.hostname or ""
    port = query.pop("port", None) or parts.port or ""
    return {
        "ENGINE": "jingwei.platform.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # No prepared statements: a pooler in transaction mode may stand between.
        "OPTIONS": {**query, "prepare_threshold": None},
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgresql://jingwei@localhost/jingwei"))}
if "MIGRATION_DATABASE_URL" in os.environ:
    DATABASES["owner"] = database(os.environ["MIGRATION_DATABASE_URL"])

AUTH_USER_MODEL = "platform.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

# The session is a signed cookie: no row is read to know who asks (rights are re-read from the user's epoch).
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "jingwei_session"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = False  # the web application reads it and sends it back in X-CSRFToken
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = PRODUCTION
# Behind a proxy that ends TLS we see http; the browser's Origin says https.
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HOSTS if "*" not in host]

DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024  # bytes of a JSON body: a document of some ten thousand lines
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # larger files go through a temporary file

WEB_DIST = ROOT / "web" / "dist"
STATIC_URL = "/assets/"
STATIC_ROOT = WEB_DIST / "assets" if (WEB_DIST / "assets").is_dir() else None
WHITENOISE_MAX_AGE = 3600
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/.+-[A-Za-z0-9_-]{8}\.[a-z0-9]+$"  # the bundler's content hash

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [ROOT / "backend" / "jingwei" / "locale"]

LOGGING = configuration()
