"""A sensitive operation of our own, and what a person does to confirm it."""

from functions.auth.step_up_send.handler import app as send
from functions.auth.step_up_verify.handler import app as verify
from shared.access import rights
from shared.auth.step_up_models import StepUpAction
from shared.db.session import Transactions, transaction
from shared.http.function import HttpFunction
from shared.http.inputs import RequestModel, ViewModel
from shared.http.step_up import StepUp
from shared.kernel.clock import utc_now
from shared.kernel.errors import Conflict
from shared.kernel.roles import Role
from shared.users import service as users
from tests.builders import people
from tests.builders.outside import Outbox
from tests.functions.conftest import Answer, Call, Signed

ACTION = StepUpAction.PAYOUT_ACCOUNT_ADD
BODY = {"account": "40817810700000000001", "share": 5}


class Order(RequestModel):
    account: str
    share: int


class Done(ViewModel):
    account: str


class Refused(Conflict):
    code = "refused"


guarded = HttpFunction("functions.orders.give.handler")
calling_out = HttpFunction("functions.orders.send.handler")
refusing = HttpFunction("functions.orders.refuse.handler")


@guarded.endpoint("POST", "/orders/{number}", access=rights.OWN_ACCOUNT, step_up=StepUp(ACTION))
def give(number: int, body: Order) -> Done:
    return Done(account=body.account)


@calling_out.endpoint("POST", "/orders/{number}", access=rights.OWN_ACCOUNT, step_up=StepUp(ACTION))
def dispatch(number: int, body: Order, transactions: Transactions) -> Done:
    return Done(account=body.account)


@refusing.endpoint("POST", "/orders/{number}", access=rights.OWN_ACCOUNT, step_up=StepUp(ACTION))
def refuse(number: int, body: Order) -> Done:
    raise Refused("Нет.")


def phone_of(who: Signed) -> str:
    """As the provider names it: digits only."""
    assert who.user_id is not None
    with transaction() as session:
        phone = users.contacts_of(session, who.user_id).phone
    assert phone is not None
    return phone.removeprefix("+")


def text_of(sms: Outbox, who: Signed) -> str:
    return str(sms.messages(phone_of(who))[0]["text"])


def confirmed(call: Call, sms: Outbox, who: Signed, path: str = "/orders/7", body: object = None) -> str:
    """The token of a request that the phone has confirmed."""
    asked = {"action": ACTION, "path": path, "body": body or BODY}
    assert call(send, as_=who, body=asked).status == 200
    granted = call(verify, as_=who, body={**asked, "code": sms.code(phone_of(who))})
    assert granted.status == 200, granted.text
    return str(granted.json["token"])


def order(
    call: Call,
    who: Signed,
    token: str | None,
    *,
    app: HttpFunction = guarded,
    body: object = None,
    number: int = 7,
) -> Answer:
    headers = {} if token is None else {"X-Step-Up": token}
    return call(app, as_=who, body=body or BODY, headers=headers, number=number)


def an_agent() -> Signed:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, people.an_agent(session, now), Role.AGENT, now)
