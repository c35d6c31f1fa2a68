"""The second journey: a self-employed agent is the executor, without an agency and without VAT."""

from infra.demo import agency, contracts, money
from infra.demo.inventions import a_client
from infra.demo.outcome import Outcome
from infra.demo.world import World


def run(world: World) -> Outcome:
    """From sign-in to the receipt that the client gets.

    :raises DemoFailed: a step did not happen
    """
    agent = agency.joined_agent(world)
    invented = a_client()
    deal = contracts.open_deal(agent, "user", invented)
    document_id = contracts.submit_deal(agent, deal)
    client = agency.arrived_client(world, invented)
    contracts.tell_signed(client, "Клиент", client.sign(document_id))
    contracts.tell_signed(agent, "Агент", agent.sign(document_id))
    contract = contracts.seal(client, document_id, "договор")
    intent, payment = money.collect(agent, deal)
    receipt = money.pay_out(agent, deal, payment)
    return Outcome(
        agent=agent,
        client=client,
        admin=None,
        subcontract=None,
        contract=contract,
        deal=agent.read(f"/deals/{deal['id']}").require(200).json,
        intent=intent,
        payment=agent.read(f"/payments/{payment['id']}").require(200).json,
        payouts=money.payouts_of(agent, deal),
        receipt=receipt,
        ledger=money.ledger_totals(world),
    )
