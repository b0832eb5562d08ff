"""Argon2 with the least work, so that tests which sign in a hundred times stay fast. Never used outside tests."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """The product's algorithm with its lowest parameters."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
