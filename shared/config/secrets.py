"""Keys that most functions need; those that few may know have modules of their own. There are no defaults."""

from functools import cache

from shared.config import environment as env
from shared.config import keys
from shared.config.keys import NamedKeys


@cache
def token_keys() -> NamedKeys:
    return keys.named_keys("HOUSLER_TOKEN_KEYS", env.text("HOUSLER_TOKEN_KEYS"))


@cache
def code_key() -> bytes:
    """Keys the stored form of one-time codes and opaque tokens."""
    return keys.key("HOUSLER_CODE_KEY", env.text("HOUSLER_CODE_KEY"))
