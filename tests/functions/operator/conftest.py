import pytest

from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.functions.conftest import Signed
from tests.functions.second_bank import running_tbank, tbank

__all__ = ["operator", "running_tbank", "tbank"]


@pytest.fixture
def operator(database: object) -> Signed:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, people.a_client(session, now), Role.OPERATOR, now)
