from functools import cache

from shared.config import environment as env
from shared.config import keys
from shared.config.keys import NamedKeys


@cache
def seal_keys() -> NamedKeys:
    """They seal the head of the audit log's chain; only what seals and what verifies is told them."""
    return keys.named_keys("HOUSLER_AUDIT_KEYS", env.text("HOUSLER_AUDIT_KEYS"))
