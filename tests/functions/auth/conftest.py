import pytest

from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.users.models import User, UserStatus
from tests.builders import people
from tests.functions.conftest import Call, Signed


@pytest.fixture
def blocked(call: Call) -> Signed:
    """An agent who signed in after he was blocked."""
    now = utc_now()
    with transaction() as session:
        agent = people.an_agent(session, now)
        user = session.get_one(User, agent.id)
        user.status, user.blocked_at, user.block_reason = UserStatus.BLOCKED, now, "проверка"
        return people.sign_in(session, agent, Role.AGENT, now)
