from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.audit.service import SYSTEM
from shared.deals import service as deals
from shared.deals.errors import DealChanged, DealNotFound, NotPayable, TransitionNotAllowed
from shared.deals.models import DealStatus
from shared.deals.service import Viewer
from shared.documents import contracts, making, reading
from shared.documents.errors import ContractImpossible, NothingToGenerate, TemplateChanged
from shared.documents.models import ContractTemplate, Document, DocumentKind, DocumentStatus
from shared.kernel.money import Money
from shared.organizations.models import SubcontractStatus
from shared.outbox import service as outbox
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.users.models import TaxStatus, UserProfile
from tests.builders.deals import PEER, a_crew, a_deal, a_step, some_terms, submit
from tests.builders.people import a_client, an_agency, an_agent

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


class TestSubmitDeal:
    def test_freezes_the_terms_and_orders_the_contract(self, app: Session) -> None:
        crew, client = a_crew(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency)

        document = submit(app, deal, crew.agent, NOW)

        assert deal.status is DealStatus.AWAITING_SIGNATURES
        assert (document.kind, document.status) == (DocumentKind.SERVICE_CONTRACT, DocumentStatus.RENDERING)
        sides = reading.signers_of(app, document.id)
        assert [(side.side, side.organization_id) for side in sides] == [
            ("Заказчик", None),
            ("Исполнитель", crew.agency.id),
        ]
        assert app.scalars(select(OutboxMessage.kind)).all() == [making.RENDER]

    def test_the_contract_names_parties_terms_and_vat(self, app: Session) -> None:
        crew, client = a_crew(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency)

        contents = making.contents_of(app, submit(app, deal, crew.agent, NOW))

        assert contents["client"]["name"] == client.full_name
        assert contents["client"]["passport"]["department_code"] == "770-053"
        assert contents["executor"]["inn"] == crew.agency.inn
        assert contents["executor"]["signer"]["basis"] == "Устав"
        assert contents["commission"]["total_kopecks"] == 30_000_000
        assert contents["commission"]["vat"] == {"bps": 2_200, "kopecks": 5_409_836}
        assert contents["verification_url"].startswith("https://lk.housler.test/verify/")

    def test_its_template_is_registered_with_what_must_fill_it(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)

        document = submit(app, a_deal(app, NOW, agent=agent, client=client), agent, NOW)

        template = app.get_one(ContractTemplate, document.template_id)
        assert (template.name, template.version) == ("service_contract_secondary_sell", 1)
        assert {"number", "executor", "client", "commission", "steps"} <= set(template.placeholders)

    def test_a_used_template_never_changes(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        document = submit(app, a_deal(app, NOW, agent=agent, client=client), agent, NOW)
        app.get_one(ContractTemplate, document.template_id).sha256 = bytes(32)
        app.flush()

        with pytest.raises(TemplateChanged):
            submit(app, a_deal(app, NOW, agent=agent, client=client), agent, NOW)

    def test_a_self_employed_executor_is_named_as_one(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)

        contents = making.contents_of(
            app, submit(app, a_deal(app, NOW, agent=agent, client=client), agent, NOW)
        )

        assert (contents["executor"]["kind"], contents["executor"]["tax_regime"]) == ("self_employed", "npd")
        assert contents["commission"].get("vat") is None

    def test_an_old_draft_takes_the_rate_of_the_day_it_is_submitted(self, app: Session) -> None:
        in_december = datetime(2025, 12, 20, 10, tzinfo=UTC)
        crew, client = a_crew(app, in_december), a_client(app, in_december)
        deal = a_deal(app, in_december, agent=crew.agent, client=client, agency=crew.agency)
        assert deals.current_terms(app, deal.id).vat_bps == 2_000

        contents = making.contents_of(app, submit(app, deal, crew.agent, NOW))

        assert deals.frozen_terms(app, deal.id).vat_bps == 2_200
        assert contents["commission"]["vat"]["bps"] == 2_200

    def test_an_agent_who_is_no_longer_self_employed_submits_nothing(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)
        app.get_one(UserProfile, agent.id).tax_status = TaxStatus.EMPLOYEE
        app.flush()

        with pytest.raises(NotPayable):
            submit(app, deal, agent, NOW)

    def test_terms_that_make_no_contract_are_refused_before_they_freeze(self, app: Session) -> None:
        crew, client = a_crew(app, NOW), a_client(app, NOW)
        terms = some_terms(commission_bps=0, commission_fixed=Money(1), plan=[a_step(Money(1))])
        deal = a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency, terms=terms)

        with pytest.raises(ContractImpossible):
            submit(app, deal, crew.agent, NOW)

    def test_refuses_a_second_submission(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)
        submit(app, deal, agent, NOW)

        with pytest.raises(TransitionNotAllowed):
            submit(app, deal, agent, NOW)
        assert app.scalar(select(func.count()).select_from(Document)) == 1

    def test_refuses_a_deal_that_changed_meanwhile(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)

        with pytest.raises(DealChanged):
            contracts.submit_deal(
                app,
                deal_id=deal.id,
                viewer=Viewer(agent.id, Reach.OWN, None),
                revision=deal.revision + 1,
                actor=PEER,
                now=NOW,
            )

    def test_somebody_elses_deal_does_not_exist(self, app: Session) -> None:
        agent, client, stranger = an_agent(app, NOW), a_client(app, NOW), an_agent(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)

        for deal_id in (deal.id, uuid4()):
            with pytest.raises(DealNotFound):
                contracts.submit_deal(
                    app,
                    deal_id=deal_id,
                    viewer=Viewer(stranger.id, Reach.OWN, None),
                    revision=deal.revision,
                    actor=PEER,
                    now=NOW,
                )


class TestContractOf:
    def test_is_the_one_that_the_submission_ordered(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)
        document = submit(app, deal, agent, NOW)

        found = contracts.contract_of(
            app, deal_id=deal.id, viewer=Viewer(agent.id, Reach.OWN, None), actor=SYSTEM, now=NOW
        )

        assert found.document.id == document.id

    def test_a_failed_one_is_made_again_under_a_new_number(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)
        failed = submit(app, deal, agent, NOW)
        failed.status = DocumentStatus.FAILED
        app.flush()

        again = contracts.contract_of(
            app, deal_id=deal.id, viewer=Viewer(agent.id, Reach.OWN, None), actor=SYSTEM, now=NOW
        )

        assert again.document.id != failed.id
        assert again.document.number != failed.number
        assert again.document.status is DocumentStatus.RENDERING

    def test_an_order_that_was_given_up_is_asked_for_again(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)
        submit(app, deal, agent, NOW)
        order = app.scalars(select(OutboxMessage)).one()
        outbox.give_up(app, order, "silence", now=NOW)
        app.flush()

        contracts.contract_of(
            app, deal_id=deal.id, viewer=Viewer(agent.id, Reach.OWN, None), actor=SYSTEM, now=NOW
        )

        app.refresh(order)
        assert (order.status, order.tries) == (OutboxStatus.PENDING, 0)

    def test_a_draft_has_none(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)

        with pytest.raises(NothingToGenerate):
            contracts.contract_of(
                app, deal_id=deal.id, viewer=Viewer(agent.id, Reach.OWN, None), actor=SYSTEM, now=NOW
            )


class TestOpenSubcontract:
    def test_is_signed_by_the_agency_first_then_by_the_agent(self, app: Session) -> None:
        agency, agent = an_agency(app, NOW), an_agent(app, NOW)
        assert agent.phone is not None

        subcontract, document = contracts.open_subcontract(
            app,
            organization_id=agency.id,
            agent_phone=agent.phone,
            share_bps=7_000,
            created_by=agency.admin.id,
            actor=PEER,
            now=NOW,
        )

        assert subcontract.status is SubcontractStatus.AWAITING_SIGNATURES
        sides = reading.signers_of(app, document.id)
        assert [(side.organization_id, side.user_id) for side in sides] == [
            (agency.id, None),
            (None, agent.id),
        ]
        contents = making.contents_of(app, document)
        assert (contents["share_bps"], contents["agent"]["inn"]) == (7_000, agent.inn)
