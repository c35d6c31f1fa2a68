"""From the link to the receipt: payment, bank statement, release, payout, tax receipt."""

from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from infra.demo.client import Fields
from infra.demo.failure import DemoFailed
from infra.demo.people import Agent, Person
from infra.demo.waiting import wait_for
from infra.demo.world import World
from shared.kernel.money import Money

_PROVIDER: Final = "yookassa"
#: the platform's own money for the providers' charges of one deal
_OWN_FUNDS: Final = Money(5_000_00)
_SOON: Final = 2.0


def collect(agent: Agent, deal: Fields) -> tuple[Fields, Fields]:
    """From the link to the settled payment: the intent as it was sent, and the payment."""
    put_in_own_funds(agent.world)
    intent = pay_step(agent, deal)
    payment = received_payment(agent, deal)
    record_settlement(agent.world, intent)
    return intent, payment


def pay_out(agent: Agent, deal: Fields, payment: Fields) -> Fields:
    """From the release to the receipt, which it answers with."""
    release_step(agent, deal)
    parts = {each["line"]: Money(each["amount_kopecks"]) for each in payment["splits"]}
    move_money_out(agent.world, to_pay_out=parts["agent"], fee=parts["platform"])
    send_payouts(agent, deal)
    return issue_receipt(agent, deal)


def pay_step(agent: Agent, deal: Fields, *, step_no: int = 1) -> Fields:
    """The agent makes the link, the client pays at his bank; the intent as it was when the link was sent."""
    world = agent.world
    intent = agent.do("/payments/intents", {"deal_id": deal["id"], "step_no": step_no}).require(201).json
    if not intent["url"]:
        raise DemoFailed("Ссылка на оплату не появилась сразу: банк не ответил.")
    world.tell(
        f"Агент отправил клиенту ссылку на оплату {Money(intent['amount_kopecks'])} по СБП: {intent['url']}"
    )
    world.bank.pay(str(intent["url"]))
    world.tell("Клиент оплатил на странице банка; банк сообщил об этом платформе.")
    return intent


def received_payment(agent: Agent, deal: Fields) -> Fields:
    """The payment that the bank's message led to, with its held splits."""

    def probe() -> Fields | None:
        found = agent.read(f"/payments?deal_id={deal['id']}").require(200).items
        if len(found) > 1:
            raise DemoFailed(f"Клиент заплатил один раз, а платежей {len(found)}.")
        return found[0] if found else None

    listed = wait_for(
        "платёж по уведомлению банка", probe, hurry=lambda: agent.world.invoke("schedules.intents_poll", {})
    )
    payment = agent.read(f"/payments/{listed['id']}").require(200).json
    parts = sum(int(each["amount_kopecks"]) for each in payment["splits"])
    if parts != payment["amount_kopecks"]:
        raise DemoFailed(f"Части платежа не складываются в него: {Money(parts)}.")
    agent.world.tell(
        f"Платёж {Money(payment['amount_kopecks'])} учтён и разделён; доли удержаны до исполнения шага."
    )
    return payment


def put_in_own_funds(world: World, amount: Money = _OWN_FUNDS) -> None:
    """The platform's own money, from which it bears the bank's charges and lends what owners owe."""
    _record(world, "own_funds_in", amount)
    world.tell(f"Платформа внесла {amount} своих денег.")


def record_settlement(world: World, intent: Fields) -> None:
    """The accountant enters the bank's registry: what it passed on for each payment, told once by the payment's id."""
    for paid in world.bank.payments():
        if paid["status"] == "succeeded":
            net = Money.from_rubles(str(paid["income_amount"]["value"]))
            _record(world, "provider_settled", net, _PROVIDER, reference=str(paid["id"]))
    passed_on = world.bank.payment_of_link(str(intent["url"]))["income_amount"]["value"]
    world.tell(
        f"Банк перечислил {Money.from_rubles(str(passed_on))}, за вычетом своей платы; бухгалтер внёс реестр."
    )


def move_money_out(world: World, *, to_pay_out: Money, fee: Money) -> None:
    """From the clients' account: to the provider that pays out, and the platform's fee to its own account."""
    _record(world, "payouts_funded", to_pay_out, _PROVIDER)
    _record(world, "fee_swept", fee)
    world.tell(f"Бухгалтер перевёл {to_pay_out} для выплат и {fee} вознаграждения платформы.")


def _record(
    world: World, kind: str, amount: Money, provider: str | None = None, *, reference: str | None = None
) -> None:
    named = {} if provider is None else {"provider": provider}
    world.operate(
        "bank_movements",
        {
            "kind": kind,
            "amount_kopecks": amount.kopecks,
            "reference": reference or str(uuid4()),
            "occurred_at": datetime.now(UTC).isoformat(),
            **named,
        },
    )


def release_step(agent: Agent, deal: Fields, *, step_no: int = 1) -> None:
    """Invoke the release; the step's money becomes its owners'."""

    def probe() -> Fields | None:
        agent.world.invoke("schedules.steps_release", {})
        seen = agent.read(f"/deals/{deal['id']}").require(200).json
        step = next(each for each in seen["plan"] if each["step_no"] == step_no)
        return step if step["status"] == "released" else None

    wait_for("освобождение шага", probe)
    agent.world.tell(f"Шаг № {step_no} исполнен: деньги распределены между получателями.")


def send_payouts(owner: Agent, deal: Fields) -> Fields:
    """Invoke the sending; the owner's payout once the bank has confirmed it.

    Money that an earlier deal's payouts took is put in again by the accountant.
    """
    world = owner.world

    def probe() -> Fields | None:
        (payout,) = payouts_of(owner, deal)
        if payout["status"] == "failed":
            raise DemoFailed("Банк отказал в выплате агенту.")
        if payout["hold_reason"] == "not_funded":
            _record(world, "payouts_funded", Money(payout["amount_kopecks"]), _PROVIDER)
        return payout if payout["status"] == "succeeded" else None

    def send() -> None:
        world.invoke("schedules.payouts_send", {})

    send()
    paid = wait_for("выплату агенту", probe, hurry=send, hurry_every=_SOON)
    world.tell(f"Агенту выплачено {Money(paid['amount_kopecks'])} по СБП на его телефон.")
    return paid


def payouts_of(owner: Person, deal: Fields) -> list[Fields]:
    return owner.read(f"/payouts?deal_id={deal['id']}").require(200).items


def bind_to_tax_office(agent: Agent) -> None:
    """The agent lets the platform register his income, in «Мой налог»."""
    world = agent.world
    world.tax_office.register(agent.inn, agent.name)
    agent.do("/users/me/npd/binding").require(202)

    def asked() -> Fields | None:
        world.invoke("schedules.receipts_issue", {})
        return next(iter(world.tax_office.bindings(agent.inn)), None)

    binding = wait_for("запрос на привязку в «Мой налог»", asked)
    world.tax_office.agree(str(binding["id"]))

    def bound() -> Fields | None:
        seen = agent.read("/users/me/npd").require(200).json
        if seen["status"] == "bound":
            return seen
        if seen["status"] == "waiting":
            # Asked again, it says "I have agreed": the service is asked without waiting for its turn.
            agent.do("/users/me/npd/binding").require(202)
        world.invoke("schedules.receipts_issue", {})
        return None

    wait_for("привязку самозанятого к платформе", bound)
    world.tell("Агент разрешил платформе регистрировать его доход в «Мой налог».")


def issue_receipt(agent: Agent, deal: Fields) -> Fields:
    """Invoke the registration; the receipt once its link was delivered."""
    world = agent.world

    def probe() -> Fields | None:
        world.invoke("schedules.receipts_issue", {})
        found = agent.read(f"/receipts?deal_id={deal['id']}").require(200).items
        if any(each["status"] == "blocked" for each in found):
            raise DemoFailed("Налоговая не приняла доход: чек заблокирован.")
        return next((each for each in found if each["status"] == "delivered"), None)

    receipt = wait_for(
        "чек самозанятого", probe, hurry=lambda: world.invoke("schedules.outbox_relay", {}), hurry_every=_SOON
    )
    payer = receipt["payer"].get("name") or receipt["payer"]["kind"]
    world.tell(
        f"Чек НПД на {Money(receipt['amount_kopecks'])} зарегистрирован, покупатель — {payer}: {receipt['link']}"
    )
    return receipt


def ledger_totals(world: World) -> Fields:
    """:raises DemoFailed: the books don't balance, or clients' money isn't covered"""
    totals = world.operate("ledger_totals", {})
    if totals["debits_kopecks"] != totals["credits_kopecks"]:
        raise DemoFailed("Дебет не равен кредиту.")
    if not totals["cover_ok"]:
        raise DemoFailed("Деньги клиентов не покрыты.")
    world.tell(
        f"Книги сходятся: дебет {Money(totals['debits_kopecks'])}, кредит {Money(totals['credits_kopecks'])}; "
        "деньги клиентов на месте."
    )
    return totals
