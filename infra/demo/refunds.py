"""Part of a step goes back to the client after the agent was paid out; every kopeck of it is explained."""

from typing import Final

from infra.demo import money
from infra.demo.client import Fields
from infra.demo.failure import DemoFailed
from infra.demo.people import Agent
from infra.demo.waiting import wait_for
from shared.kernel.money import Money

#: below the sum that needs a code to the phone
_GOES_BACK: Final = Money(9_000_00)
_LINES: Final = {"vat": "НДС агентства", "platform": "платформа", "agency": "агентство", "agent": "агент"}


def refund_in_part(agent: Agent, payment: Fields) -> Fields:
    """The refund's explanation, once the bank has paid it back.

    :raises DemoFailed: it didn't happen, or it can't be explained
    """
    # What was paid out already, the platform lends until its owner's next payout.
    money.put_in_own_funds(agent.world, _GOES_BACK)
    asked = {"amount_kopecks": _GOES_BACK.kopecks, "reason": "client_request"}
    refund = agent.do(f"/payments/{payment['id']}/refunds", asked).require(201).json
    _paid_back(agent, str(refund["id"]))
    explained = agent.read(f"/refunds/{refund['id']}/explain").require(200).json
    _check(explained)
    parts = ", ".join(_told(part) for part in explained["parts"] if part["amount_kopecks"])
    agent.world.tell(f"Клиенту вернули {_GOES_BACK} из оплаченного: {parts}.")
    return explained


def _paid_back(agent: Agent, refund_id: str) -> None:
    def probe() -> Fields | None:
        agent.world.invoke("schedules.refunds_send", {})
        refund = agent.read(f"/refunds/{refund_id}").require(200).json
        if refund["status"] in {"failed", "declined", "expired"}:
            raise DemoFailed(f"Возврат не состоялся: {refund['status']}.")
        return refund if refund["status"] == "succeeded" else None

    wait_for("возврат клиенту", probe)


def _check(explained: Fields) -> None:
    chain = explained["chain"]
    if sum(int(part["amount_kopecks"]) for part in explained["parts"]) != explained["amount_kopecks"]:
        raise DemoFailed("Части возврата не складываются в него.")
    if not (chain["terms"]["intact"] and chain["recomputed"]):
        raise DemoFailed("Деление не следует из подписанных условий.")
    signed = [signature for document in chain["documents"] for signature in document["signatures"]]
    if not signed:
        raise DemoFailed("Цепочка не доходит до подписей.")
    papers = {document["id"] for document in chain["documents"]}
    divided = [each for each in chain["postings"] if each["terms_sha256"]]
    if not papers >= {each["document_id"] for each in divided}:
        raise DemoFailed("Проводка не называет подписанного документа.")


def _told(part: Fields) -> str:
    line = _LINES[str(part["line"])]
    debt = Money(int(part["as_receivable_kopecks"]))
    owes = "" if debt == Money.zero() else f" (из них в долг {debt})"
    return f"{line} — {Money(int(part['amount_kopecks']))}{owes}"
