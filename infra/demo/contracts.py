"""From terms to a sealed contract: the agent opens and submits a deal, each party reads and signs."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from infra.demo.client import Fields
from infra.demo.failure import DemoFailed
from infra.demo.inventions import Invented, a_passport
from infra.demo.outcome import Contract
from infra.demo.people import Agent, Person
from infra.demo.waiting import wait_for
from shared.kernel.money import Money

PRICE: Final = Money(12_500_000_00)
COMMISSION_BPS: Final = 240
COMMISSION: Final = PRICE.share(COMMISSION_BPS)
_EXCLUSIVE_DAYS: Final = 120


def deal_terms(executor: str, client: Invented) -> dict[str, Any]:
    """The body of ``POST /deals``: one step that is released as soon as it is paid.

    :param executor: ``org`` or ``user``
    """
    address = "г. Москва, ул. Лесная, д. 5, кв. 12"
    return {
        "type": "secondary_sell",
        "executor": executor,
        "property": {"type": "apartment", "address": address, "city": "Москва"},
        "price_kopecks": PRICE.kopecks,
        "commission": {"fixed_kopecks": 0, "bps": COMMISSION_BPS},
        "plan": [{"amount_kopecks": COMMISSION.kopecks, "trigger": "immediate", "release_rule": "immediate"}],
        "hold_days": 0,
        "exclusive_until": (datetime.now(UTC).date() + timedelta(days=_EXCLUSIVE_DAYS)).isoformat(),
        "client": {
            "name": client.name,
            "phone": client.phone,
            "email": client.email,
            "address": address,
            "passport": a_passport(),
        },
    }


def open_deal(agent: Agent, executor: str, client: Invented) -> Fields:
    deal = agent.do("/deals", deal_terms(executor, client)).require(201).json
    agent.world.tell(
        f"Агент завёл сделку № {deal['number']}: цена {PRICE}, вознаграждение {COMMISSION} "
        f"({COMMISSION_BPS / 100:g} %), клиент {client.name}."
    )
    return deal


def submit_deal(agent: Agent, deal: Fields) -> str:
    """Freeze the terms and have the contract made; the id of the contract that can be read."""
    seen = agent.read(f"/deals/{deal['id']}").require(200)
    answer = agent.do(f"/deals/{deal['id']}/submit", headers={"If-Match": seen.headers["etag"]}).require(200)
    if answer.json["status"] != "awaiting_signatures":
        raise DemoFailed(f"После отправки сделка не ждёт подписей: она {answer.json['status']}.")
    document = agent.do(f"/documents/deals/{deal['id']}/generate").require(202).json
    ready = wait_until(agent, str(document["id"]), "ready")
    agent.world.tell(f"Условия зафиксированы, договор {ready['number']} готов ({ready['size_bytes']} байт).")
    return str(ready["id"])


def wait_until(person: Person, document_id: str, status: str) -> Fields:
    """The document once it has that status; a queue function brings it there by itself."""

    def probe() -> Fields | None:
        seen = person.document(document_id)
        if seen["status"] in {"failed", "void"}:
            raise DemoFailed(f"Документ {seen['number']} не получился: {seen['status']}.")
        return seen if seen["status"] == status else None

    return wait_for(
        f"документ в состоянии {status}",
        probe,
        hurry=lambda: person.world.invoke("schedules.outbox_relay", {}),
    )


def seal(reader: Person, document_id: str, name: str) -> Contract:
    """Wait for the signature sheet and keep the sealed file.

    :param name: of the kept file, without its ending
    :raises DemoFailed: the file isn't the one that the product describes
    """
    view = wait_until(reader, document_id, "sealed")
    opened = reader.open_document(document_id)
    if opened.sha256 != view["sealed_sha256"]:
        raise DemoFailed("Скачанный подписанный договор не совпадает со своей контрольной суммой.")
    path = reader.world.output / f"{name}-{uuid4().hex[:8]}.pdf"
    path.write_bytes(opened.content)
    reader.world.tell(f"Договор {view['number']} подписан всеми; лист подписей добавлен: {path}")
    return Contract(view, path)


def tell_signed(person: Person, who: str, document: Fields) -> None:
    waiting = [each["side"] for each in document["signers"] if each["status"] != "signed"]
    rest = f"ждём сторону «{waiting[0]}»" if waiting else "подписали все"
    person.world.tell(f"{who}: {document['number']} подписан кодом из СМС; {rest}.")
