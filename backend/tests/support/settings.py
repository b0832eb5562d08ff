"""The settings of a test run: the product's own, with password hashing made cheap for tests alone."""

from jingwei.server.settings import *  # noqa: F403

PASSWORD_HASHERS = ["tests.support.hashing.CheapArgon2"]
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
