"""The second journey: a self-employed agent is the executor, without an agency and without VAT."""

from dataclasses import dataclass

from infra.demo import agency, contracts, money
from infra.demo.client import Fields
from infra.demo.inventions import a_client
from infra.demo.outcome import Contract, Outcome
from infra.demo.people import Agent, Client
from infra.demo.world import World


@dataclass(frozen=True, slots=True)
class Drafted:
    """A submitted deal whose contract both can read and nobody has signed."""

    agent: Agent
    client: Client
    deal: Fields
    document_id: str


def run(world: World) -> Outcome:
    """From sign-in to the receipt that the client gets.

    :raises DemoFailed: a step did not happen
    """
    drafted = submitted(world)
    contract = signed(drafted)
    agent, deal = drafted.agent, drafted.deal
    money.bind_to_tax_office(agent)
    intent, payment = money.collect(agent, deal)
    receipt = money.pay_out(agent, deal, payment)
    return Outcome(
        agent=agent,
        client=drafted.client,
        admin=None,
        subcontract=None,
        contract=contract,
        deal=agent.read(f"/deals/{deal['id']}").require(200).json,
        intent=intent,
        payment=agent.read(f"/payments/{payment['id']}").require(200).json,
        payouts=money.payouts_of(agent, deal),
        receipt=receipt,
        refund=None,
        ledger=money.ledger_totals(world),
    )


def submitted(world: World) -> Drafted:
    """Up to the moment before the first signature."""
    agent = agency.joined_agent(world)
    invented = a_client()
    deal = contracts.open_deal(agent, "user", invented)
    document_id = contracts.submit_deal(agent, deal)
    return Drafted(agent, agency.arrived_client(world, invented), deal, document_id)


def signed(drafted: Drafted) -> Contract:
    """The client first, then the agent; with the signature sheet."""
    client, agent, document_id = drafted.client, drafted.agent, drafted.document_id
    contracts.tell_signed(client, "Клиент", client.sign(document_id))
    contracts.tell_signed(agent, "Агент", agent.sign(document_id))
    return contracts.seal(client, document_id, "договор")
