from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM, Actor
from shared.db.errors import TryAgain, translate
from shared.kernel.errors import DomainError
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.organizations import payout_account_reading as reading
from shared.organizations import payout_account_rules as rules
from shared.organizations import payout_accounts
from shared.organizations.payout_account_errors import (
    PayoutAccountExists,
    PayoutAccountInUse,
    PayoutAccountIsDefault,
    PayoutAccountNotFound,
    PayoutPhoneNeeded,
    TooManyPayoutAccounts,
)
from shared.organizations.payout_account_models import PayoutAccount
from shared.organizations.payout_account_reading import AccountLine, Owner
from shared.organizations.payout_details import Details, OwnPhone, SbpPhone
from tests.builders import people
from tests.builders.people import Person
from tests.conftest import TestDatabase, engine_for
from tests.shared.at_once import at_once
from tests.shared.organizations.accounts import CARD, DAY, NOW, OTHER_BANK, OWN, add, defaults


@pytest.fixture
def agent(app: Session) -> Person:
    return people.an_agent(app, NOW, payable=False)


class TestAPersonsFirstAccount:
    def test_is_usable_at_once_if_it_is_his_proved_phone(self, app: Session, agent: Person) -> None:
        added = add(app, agent, OwnPhone(people.BANK_ID))

        assert (added.usable_from, added.is_default) == (NOW, True)
        found = payout_accounts.usable_default(app, owner_user_id=agent.id, now=NOW)
        assert found is not None
        assert (found.phone, found.bank_id) == (agent.phone, people.BANK_ID)

    @pytest.mark.parametrize("details", [SbpPhone("+79160000001", people.BANK_ID), OWN, CARD])
    def test_waits_a_day_if_it_is_anything_else(self, app: Session, agent: Person, details: Details) -> None:
        added = add(app, agent, details)

        assert (added.usable_from, added.is_default) == (NOW + DAY, True)

    def test_is_not_the_first_after_one_that_was_removed(self, app: Session, agent: Person) -> None:
        first = add(app, agent, OwnPhone(people.BANK_ID))
        payout_accounts.remove(app, owner=Owner(user_id=agent.id), account_id=first.id, actor=SYSTEM, now=NOW)

        again = add(app, agent, OwnPhone(people.BANK_ID))

        assert again.usable_from == NOW + DAY

    def test_needs_a_proved_phone(self, app: Session) -> None:
        client = people.a_client(app, NOW, may_sign=False)

        with pytest.raises(PayoutPhoneNeeded):
            add(app, client, OwnPhone(people.BANK_ID))

    def test_is_nowhere_before_it_was_added(self, app: Session, agent: Person) -> None:
        assert payout_accounts.usable_default(app, owner_user_id=agent.id, now=NOW) is None


class TestAPersonsNextAccount:
    def test_is_a_phone_that_waits_a_day_and_pays_nobody_meanwhile(self, app: Session, agent: Person) -> None:
        add(app, agent, OwnPhone(people.BANK_ID))
        changed = add(app, agent, OwnPhone(OTHER_BANK), NOW + DAY)

        almost = payout_accounts.usable_default(
            app, owner_user_id=agent.id, now=NOW + 2 * DAY - timedelta(seconds=1)
        )
        then = payout_accounts.usable_default(app, owner_user_id=agent.id, now=NOW + 2 * DAY)

        assert almost is None
        assert then is not None
        assert (then.account_id, then.bank_id) == (changed.id, OTHER_BANK)

    def test_of_another_kind_leaves_the_default(self, app: Session, agent: Person) -> None:
        first = add(app, agent, OwnPhone(people.BANK_ID))

        for details in (OWN, CARD):
            assert not add(app, agent, details).is_default

        assert defaults(app, Owner(user_id=agent.id)) == [first.id]

    def test_is_no_copy_of_one_he_has(self, app: Session, agent: Person) -> None:
        details: tuple[Details | OwnPhone, ...] = (OwnPhone(people.BANK_ID), OWN, CARD)
        for each in details:
            add(app, agent, each)

        for each in details:
            with pytest.raises(PayoutAccountExists):
                add(app, agent, each)

    def test_is_one_of_twenty(self, app: Session, agent: Person) -> None:
        for number in range(rules.MOST):
            add(app, agent, OwnPhone(f"{100000000000 + number}"))

        with pytest.raises(TooManyPayoutAccounts):
            add(app, agent, OWN)

    def test_of_two_at_once_one_is_the_default_and_one_the_first(
        self, app: Session, agent: Person, database: TestDatabase
    ) -> None:
        app.commit()

        lines = at_once(
            database,
            2,
            lambda session, number: add(session, agent, OwnPhone([people.BANK_ID, OTHER_BANK][number])),
        )

        assert not any(isinstance(each, DomainError) for each in lines)
        assert {each.usable_from for each in lines if isinstance(each, AccountLine)} == {NOW, NOW + DAY}
        assert len(defaults(app, Owner(user_id=agent.id))) == 1


class TestChoosingADefault:
    def test_puts_it_in_the_place_of_the_former(self, app: Session, agent: Person) -> None:
        first, second = add(app, agent, OwnPhone(people.BANK_ID)), add(app, agent, OwnPhone(OTHER_BANK))
        owner = Owner(user_id=agent.id)
        assert defaults(app, owner) == [second.id]

        chosen = payout_accounts.make_default(
            app, owner=owner, account_id=first.id, actor=Actor(agent.id), now=NOW
        )

        assert (chosen.is_default, defaults(app, owner)) == (True, [first.id])
        line = app.scalars(select(AuditLog).where(AuditLog.action == "payout_account.made_default")).one()
        assert (line.actor_id, line.entity_id, line.before) == (
            agent.id,
            first.id,
            {"default_id": str(second.id)},
        )
        with pytest.raises(PayoutAccountIsDefault):
            payout_accounts.make_default(app, owner=owner, account_id=first.id, actor=SYSTEM, now=NOW)

    def test_of_two_at_once_leaves_one(self, app: Session, agent: Person, database: TestDatabase) -> None:
        accounts = [add(app, agent, OwnPhone(people.BANK_ID)), add(app, agent, OWN), add(app, agent, CARD)]
        app.commit()

        results = at_once(
            database,
            2,
            lambda session, number: payout_accounts.make_default(
                session,
                owner=Owner(user_id=agent.id),
                account_id=accounts[number + 1].id,
                actor=SYSTEM,
                now=NOW,
            ),
        )

        assert not any(isinstance(each, DomainError) for each in results)
        assert len(defaults(app, Owner(user_id=agent.id))) == 1


class TestRemovingAnAccount:
    def test_keeps_its_row_and_pays_nobody(self, app: Session, agent: Person) -> None:
        added = add(app, agent, OwnPhone(people.BANK_ID))

        self._remove(app, agent, added)

        assert payout_accounts.usable_default(app, owner_user_id=agent.id, now=NOW) is None
        assert app.get_one(PayoutAccount, added.id).removed_at == NOW
        assert reading.page_of(app, owner=Owner(user_id=agent.id), offset=0, limit=9) == ([], 0)

    def test_happens_once_and_to_ones_own(self, app: Session, agent: Person) -> None:
        added = add(app, agent, OwnPhone(people.BANK_ID))

        with pytest.raises(PayoutAccountNotFound):
            self._remove(app, people.an_agent(app, NOW), added)
        self._remove(app, agent, added)
        with pytest.raises(PayoutAccountNotFound):
            self._remove(app, agent, added)

    @pytest.mark.parametrize("status", ["reserved", "sending", "unknown"])
    def test_waits_for_money_on_its_way_there(
        self, app: Session, agent: Person, administrator: Connection, status: str
    ) -> None:
        added = add(app, agent, OwnPhone(people.BANK_ID))
        app.commit()
        # A payout hangs on a deal, a step and a split, of which nothing matters here.
        administrator.execute(text("SET session_replication_role = replica"))
        administrator.execute(
            text(
                "INSERT INTO payouts (id, deal_id, schedule_id, owner_user_id, amount_kopecks, status, attempt,"
                " account_id, tries, created_at)"
                " VALUES (:id, :id, :id, :owner, :kopecks, :status, 1, :account, 0, now())"
            ),
            {
                "id": new_id(),
                "owner": agent.id,
                "kopecks": Money(100_00).kopecks,
                "status": status,
                "account": added.id,
            },
        )
        administrator.commit()

        with pytest.raises(PayoutAccountInUse):
            self._remove(app, agent, added)
        administrator.execute(text("UPDATE payouts SET status = 'succeeded'"))
        administrator.commit()
        self._remove(app, agent, added)

    @staticmethod
    def _remove(app: Session, agent: Person, added: AccountLine) -> None:
        payout_accounts.remove(app, owner=Owner(user_id=agent.id), account_id=added.id, actor=SYSTEM, now=NOW)

    def test_waits_for_a_payout_that_is_being_set_aside(
        self, app: Session, agent: Person, database: TestDatabase
    ) -> None:
        added = add(app, agent, OwnPhone(people.BANK_ID))
        app.commit()
        with Session(engine_for(database.app_url)) as reserving:
            assert payout_accounts.usable_default(reserving, owner_user_id=agent.id, now=NOW) is not None
            app.execute(text("SET LOCAL lock_timeout = '200ms'"))

            with pytest.raises(DBAPIError) as waited:
                self._remove(app, agent, added)

        assert isinstance(translate(waited.value), TryAgain)
