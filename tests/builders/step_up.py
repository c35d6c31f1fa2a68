"""A confirmation by phone, as if its code had been asked for and entered."""

from sqlalchemy import select

from shared.auth import step_up
from shared.auth.session_models import AuthSession
from shared.auth.step_up_models import StepUpAction, StepUpGrant
from shared.config import secrets
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.security.codes import new_token, token_hash
from tests.functions.conftest import Signed


def confirmed(caller: Signed, action: StepUpAction, path: str, body: object = None) -> dict[str, str]:
    """The header that goes along with a POST of ``body`` to ``path`` (after the API's prefix) in his newest session."""
    now, token = utc_now(), new_token()
    with transaction() as session:
        newest = select(AuthSession.id).where(AuthSession.user_id == caller.user_id)
        session.add(
            StepUpGrant(
                session_id=session.scalars(newest.order_by(AuthSession.id.desc()).limit(1)).one(),
                action=action,
                fingerprint=step_up.thing(action, path, {} if body is None else body).digest,
                token_hash=token_hash(secrets.code_key(), token),
                created_at=now,
                expires_at=now + step_up.LIFETIME,
            )
        )
    return {"X-Step-Up": token}
