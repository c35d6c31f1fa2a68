"""The first journey: a client contracts with an agency on VAT, a self-employed agent works for it under a subcontract."""

from typing import Final

from infra.demo import contracts, money, refunds
from infra.demo.client import Fields
from infra.demo.failure import DemoFailed
from infra.demo.inventions import Invented, a_client, an_agent
from infra.demo.outcome import Contract, Outcome
from infra.demo.people import AgencyAdmin, Agent, Client
from infra.demo.waiting import wait_for
from infra.demo.world import World
from shared.kernel.money import Money

AGENT_SHARE_BPS: Final = 7_000


def run(world: World) -> Outcome:
    """The main job from sign-in to tax receipt, and part of the money back.

    :raises DemoFailed: a step did not happen
    """
    agent = joined_agent(world)
    money.bind_to_tax_office(agent)
    admin = AgencyAdmin(world)
    admin.introduce_himself()
    world.tell(f"Агентство {admin.agency} ({admin.name}): вход по паролю, телефон подтверждён.")
    subcontract = sign_subcontract(admin, agent)
    invented = a_client()
    deal = contracts.open_deal(agent, "org", invented)
    document_id = contracts.submit_deal(agent, deal)
    client = arrived_client(world, invented)
    contracts.tell_signed(client, "Клиент", client.sign(document_id))
    contracts.tell_signed(admin, "Агентство", admin.sign(document_id))
    contract = contracts.seal(client, document_id, "договор")
    intent, payment = money.collect(agent, deal)
    receipt = money.pay_out(agent, deal, payment)
    refund = refunds.refund_in_part(agent, payment)
    return Outcome(
        agent=agent,
        client=client,
        admin=admin,
        subcontract=subcontract,
        contract=contract,
        deal=agent.read(f"/deals/{deal['id']}").require(200).json,
        intent=intent,
        payment=agent.read(f"/payments/{payment['id']}").require(200).json,
        payouts=[*money.payouts_of(agent, deal), *_agency_payouts(admin, deal)],
        receipt=receipt,
        refund=refund,
        ledger=money.ledger_totals(world),
    )


def joined_agent(world: World) -> Agent:
    """A new agent, ready to sign."""
    agent = Agent(world, an_agent())
    agent.introduce_himself()
    world.tell(f"Агент ({agent.name}): вход по СМС, профиль и соглашения готовы.")
    return agent


def arrived_client(world: World, invented: Invented) -> Client:
    """The client finds the letter about the contract, signs in, and proves the phone that the agent wrote down."""
    linked = wait_for("письмо клиенту о договоре", lambda: world.letters.linked_document(invented.email))
    client = Client(world, invented)
    deals = client.introduce_himself()
    if deals != 1:
        raise DemoFailed(f"Клиента по телефону ждёт сделок: {deals}, а должна быть одна.")
    client.document(linked)
    world.tell(
        f"Клиент ({client.name}): пришёл по ссылке из письма, вошёл кодом с почты, телефон подтверждён."
    )
    return client


def sign_subcontract(admin: AgencyAdmin, agent: Agent) -> Contract:
    """Agency first, then the agent."""
    offered = (
        admin.do(
            f"/organizations/{admin.organization_id}/subcontracts",
            {"agent_phone": agent.phone, "share_bps": AGENT_SHARE_BPS},
        )
        .require(202)
        .json
    )
    document_id = str(offered["document_id"])
    contracts.wait_until(admin, document_id, "ready")
    contracts.tell_signed(admin, "Агентство", admin.sign(document_id))
    contracts.tell_signed(agent, "Агент", agent.sign(document_id))
    return contracts.seal(agent, document_id, "договор-подряда")


def _agency_payouts(admin: AgencyAdmin, deal: Fields) -> list[Fields]:
    found = money.payouts_of(admin, deal)
    for payout in found:
        admin.world.tell(
            f"Агентству причитается {Money(payout['amount_kopecks'])}: выплата запланирована "
            "и ждёт перечислений организациям."
        )
    return found
