from collections.abc import Iterator

import pytest

from shared.audit.service import SYSTEM
from shared.config import terminals
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.organizations import collecting
from shared.payments import intents
from shared.payments.errors import TerminalMissing
from shared.payments.models import PaymentIntent
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.world import Cast, a_cast, count_of


@pytest.fixture
def two_terminals(database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, FakeCollector]]:
    """The first is the default."""
    monkeypatch.setenv("HOUSLER_TERMINALS", "common=yookassa, own=yookassa")
    terminals.load.cache_clear()
    yield {name: FakeCollector(name=name) for name in ("common", "own")}
    terminals.load.cache_clear()


def give(cast: Cast, terminal: str | None) -> None:
    assert cast.organization_id is not None
    with Transactions()() as session:
        collecting.assign_terminal(
            session, organization_id=cast.organization_id, terminal=terminal, actor=SYSTEM, now=utc_now()
        )


def ask(providers: dict[str, FakeCollector], cast: Cast) -> PaymentIntent:
    return intents.create_intent(
        Transactions(),
        providers=providers.__getitem__,
        deal_id=cast.deal_id,
        step_no=1,
        viewer=cast.agent,
        actor=SYSTEM,
        now=utc_now(),
    ).intent


class TestTerminalOfADeal:
    def test_is_its_agencys_own(self, two_terminals: dict[str, FakeCollector]) -> None:
        cast, other = a_cast(), a_cast()
        give(cast, "own")

        assert ask(two_terminals, cast).provider == "own"
        assert ask(two_terminals, other).provider == "common"
        assert [len(terminal.payments) for terminal in two_terminals.values()] == [1, 1]

    def test_is_the_default_one_for_an_agent_alone(self, two_terminals: dict[str, FakeCollector]) -> None:
        assert ask(two_terminals, a_cast(agency=False)).provider == "common"

    def test_is_the_default_one_when_it_is_taken_back(self, two_terminals: dict[str, FakeCollector]) -> None:
        cast = a_cast()
        give(cast, "own")
        give(cast, None)

        assert ask(two_terminals, cast).provider == "common"

    def test_must_be_in_the_settings(self, two_terminals: dict[str, FakeCollector]) -> None:
        cast = a_cast()
        give(cast, "own")
        del two_terminals["own"]

        with pytest.raises(TerminalMissing):
            ask(two_terminals, cast)
        assert count_of(PaymentIntent) == 0
