"""A confirmation by phone, as if its code had been asked for and entered."""

from shared.auth import step_up
from shared.auth.step_up_models import StepUpAction, StepUpGrant
from shared.config import auth, secrets
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.security import access_tokens
from shared.security.codes import new_token, token_hash
from tests.functions.conftest import Signed


def confirmed(caller: Signed, action: StepUpAction, path: str, body: object = None) -> dict[str, str]:
    """The header that goes along with a request of ``body`` to ``path`` (after the API's prefix) in his session."""
    now, token = utc_now(), new_token()
    claims = access_tokens.read(
        caller.access_token, keys=secrets.token_keys(), issuer=auth.load().issuer, now=now
    )
    with transaction() as session:
        session.add(
            StepUpGrant(
                session_id=claims.session_id,
                action=action,
                fingerprint=step_up.thing(action, path, {} if body is None else body).digest,
                token_hash=token_hash(secrets.code_key(), token),
                created_at=now,
                expires_at=now + step_up.LIFETIME,
            )
        )
    return {"X-Step-Up": token}
