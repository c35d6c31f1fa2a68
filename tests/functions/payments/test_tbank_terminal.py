"""The whole life of a link on the other rail: no keys, a code of its own, links that can be taken back, bank deals."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from functions.payments.intents_cancel.handler import app as cancel
from functions.payments.intents_create.handler import app as create
from functions.payments.intents_qr.handler import app as draw
from functions.payments.intents_read.handler import app as read
from functions.payments.intents_reissue.handler import app as reissue
from functions.payments.pay_read.handler import app as read_page
from functions.schedules.intents_poll.handler import app as poll
from shared.adapters.qr import svg_of
from shared.config import tbank as tbank_settings
from shared.config import terminals
from shared.db.session import Transactions
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.ledger import accounts
from shared.organizations.models import Organization
from shared.payments.models import BankDeal, Payment
from tests.adapters.tbank.bankside import TERMINALS, BankSide
from tests.adapters.tbank.conftest import running_tbank
from tests.functions.conftest import Call, Signed
from tests.functions.payments.links import due_now
from tests.shared.payments.steps import balance
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of, sign_in

__all__ = ["running_tbank"]

STEPS = [Money(100_000_00), Money(200_000_00)]


@pytest.fixture
def tbank(running_tbank: BankSide, database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[BankSide]:
    monkeypatch.setenv("HOUSLER_TERMINALS", "deals=tbank")
    monkeypatch.setenv("TBANK_TERMINALS", json.dumps(TERMINALS))
    monkeypatch.setenv("TBANK_URL", f"{running_tbank.url}/v2")
    monkeypatch.setenv("TBANK_TIMEOUT_SECONDS", "2")
    terminals.load.cache_clear()
    tbank_settings.load_terminals.cache_clear()
    running_tbank.reset()
    yield running_tbank
    running_tbank.reset()
    terminals.load.cache_clear()
    tbank_settings.load_terminals.cache_clear()


@pytest.fixture
def cast(tbank: BankSide) -> Cast:
    """An agency that was given the terminal with deals."""
    made = a_cast(steps=STEPS)
    assert made.organization_id is not None
    with Transactions()() as session:
        session.get_one(Organization, made.organization_id).payment_terminal = "deals"
    return made


@pytest.fixture
def agent(cast: Cast) -> Signed:
    return sign_in(cast.agent_id, Role.AGENT)


def body(cast: Cast, step_no: int = 1) -> dict[str, object]:
    return {"deal_id": str(cast.deal_id), "step_no": step_no}


def payment_id(tbank: BankSide, intent_id: str) -> str:
    (made,) = tbank.made_for(intent_id)
    return str(made["PaymentId"])


class TestTBankTerminal:
    def test_gives_a_code_that_is_drawn_and_shown(
        self, call: Call, tbank: BankSide, cast: Cast, agent: Signed
    ) -> None:
        link = call(create, as_=agent, body=body(cast)).json

        assert link["status"] == "pending"
        assert link["qr_payload"].startswith("https://qr.nspk.ru/")
        picture = svg_of(link["qr_payload"], error="m", border=4)
        assert call(draw, as_=agent, intent_id=link["id"]).text == picture
        page = call(read_page, pay_token=link["pay_url"].rpartition("/")[2]).json
        assert (page["qr_payload"], page["qr_svg"]) == (link["qr_payload"], picture)
        assert 86_000 < page["seconds_left"] <= 86_400

    def test_money_lies_in_one_deal_at_the_bank(
        self, call: Call, tbank: BankSide, cast: Cast, agent: Signed
    ) -> None:
        for step_no in (1, 2):
            link = call(create, as_=agent, body=body(cast, step_no)).json
            tbank.pay(payment_id(tbank, link["id"]))
            due_now()
            assert poll({}, None) == {"recorded": 1}

        with Transactions()() as session:
            (bank_deal,) = session.scalars(select(BankDeal.bank_deal_id))
            assert session.scalars(select(Payment.bank_deal)).all() == [bank_deal] * 2
        assert balance(accounts.provider_deal("deals", bank_deal)) == Money(300_000_00)
        assert_books_balance()

    @pytest.mark.parametrize("fault", ["hang_after", "drop_after", "error_after", "drop_before"])
    def test_however_init_ends_the_bank_has_one_payment(
        self, call: Call, tbank: BankSide, cast: Cast, agent: Signed, fault: str
    ) -> None:
        tbank.spoil(fault, "Init", seconds=3)
        link = call(create, as_=agent, body=body(cast)).json
        assert link["status"] == "created"
        due_now()

        poll({}, None)

        told = call(read, as_=agent, intent_id=link["id"]).json
        assert told["status"] == "pending"
        assert told["qr_payload"].startswith("https://qr.nspk.ru/")
        assert told["expires_at"] is not None
        assert len(tbank.made_for(link["id"])) == 1

    def test_a_code_that_was_not_to_be_had_comes_later(
        self, call: Call, tbank: BankSide, cast: Cast, agent: Signed
    ) -> None:
        tbank.spoil("drop_after", "Init")
        tbank.spoil("error_before", "GetQr")
        link = call(create, as_=agent, body=body(cast)).json
        for _ in range(2):
            due_now()
            poll({}, None)

        assert (
            call(read, as_=agent, intent_id=link["id"]).json["qr_payload"].startswith("https://qr.nspk.ru/")
        )

    def test_a_link_is_taken_back_at_the_bank(
        self, call: Call, tbank: BankSide, cast: Cast, agent: Signed
    ) -> None:
        link = call(create, as_=agent, body=body(cast)).json

        assert call(cancel, as_=agent, intent_id=link["id"]).json["status"] == "cancelled"

        assert [one["Status"] for one in tbank.made_for(link["id"])] == ["CANCELED"]

    def test_another_link_is_another_order(
        self, call: Call, tbank: BankSide, cast: Cast, agent: Signed
    ) -> None:
        old = call(create, as_=agent, body=body(cast)).json

        new = call(reissue, as_=agent, intent_id=old["id"]).json

        assert [tbank.made_for(one["id"])[0]["Status"] for one in (old, new)] == ["CANCELED", "NEW"]

    def test_a_lost_answer_to_a_cancel_is_found_out(
        self, call: Call, tbank: BankSide, cast: Cast, agent: Signed
    ) -> None:
        link = call(create, as_=agent, body=body(cast)).json
        tbank.spoil("drop_after", "Cancel")

        told = call(cancel, as_=agent, intent_id=link["id"]).json
        assert (told["status"], told["cancel_asked"]) == ("pending", True)
        due_now()
        poll({}, None)

        assert call(read, as_=agent, intent_id=link["id"]).json["status"] == "cancelled"
        assert count_of(Payment) == 0
