"""Reading YooKassa's messages; the standard library only, for the function that has nothing else."""

import json
import re

from shared.ports.payments import BankEvent

KIND = re.compile(r"[a-z_]{1,32}\.[a-z_]{1,32}")
#: Ids travel into paths and keys, so nothing but the alphabet of the provider's own is let through.
OBJECT_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


def parse(body: bytes) -> BankEvent:
    """Reduce a message ``{"type": "notification", "event": …, "object": {"id": …, …}}`` to what is needed.

    The provider gives messages no id: the key is the event's kind and the object's id.

    :raises ValueError: not a message of this provider; the text holds nothing of it
    """
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if not isinstance(message, dict) or message.get("type") != "notification":
        raise ValueError("not a notification")
    kind, subject = message.get("event"), message.get("object")
    if not isinstance(kind, str) or not KIND.fullmatch(kind):
        raise ValueError("no kind of event")
    object_id = subject.get("id") if isinstance(subject, dict) else None
    if not isinstance(object_id, str) or not OBJECT_ID.fullmatch(object_id):
        raise ValueError("no object id")
    return BankEvent(key=f"{kind}:{object_id}", kind=kind, object_id=object_id)
