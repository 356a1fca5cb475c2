"""The product's settings but for one: a password is hashed in a moment. Journeys sign in some hundred times, at a quarter of a second each."""

from anlan.server.settings import *  # noqa: F403

PASSWORD_HASHERS = ["tests.support.hashers.Quick"]
