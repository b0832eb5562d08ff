"""Django settings, read once from the environment (see docs/operations)."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlparse

ROOT = Path(__file__).resolve().parents[3]
VAR = Path(os.environ.get("JINGWEI_VAR") or ROOT / "var")
MODE = os.environ.get("JINGWEI_MODE", "development")
DEBUG = False
SECRET_KEY = os.environ.get("JINGWEI_SECRET_KEY", "not-set-and-never-used-to-sign")
ALLOWED_HOSTS = os.environ.get("JINGWEI_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "procrastinate.contrib.django",
    "jingwei.platform",
    "jingwei.masterdata",
    "jingwei.server",
]


def database(url: str) -> dict[str, object]:
    """Translate a postgresql:// URL into a Django database entry; a `host` query argument names a socket folder."""
    parts = urlparse(url)
    query = {k: v[0] for k, v in parse_qs(parts.query).items()}
    host = query.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**query, "prepare_threshold": None},
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgresql://jingwei@localhost/jingwei"))}
if "MIGRATION_DATABASE_URL" in os.environ:
    DATABASES["owner"] = database(os.environ["MIGRATION_DATABASE_URL"])

AUTH_USER_MODEL = "platform.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "jingwei.server.urls"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [ROOT / "backend" / "jingwei" / "locale"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
