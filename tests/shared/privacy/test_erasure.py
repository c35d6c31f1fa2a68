"""After erasure the whole database and the key ring together tell nothing of a person but what the law holds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.audit.service import SYSTEM, Actor
from shared.auth.session_models import AuthSession, RefreshToken
from shared.deals import service as deals
from shared.deals import views
from shared.deals.models import Deal, DealStatus
from shared.deals.service import Viewer
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.organizations.invitation_models import Invitation
from shared.privacy import erasure
from shared.receipts.npd_models import BindingStatus, NpdBinding
from shared.users import consents
from shared.users import service as users
from shared.users.errors import UserNotFound
from shared.users.models import User, UserStatus
from shared.vault.service import KeyDestroyed
from tests.builders import people
from tests.builders.deals import a_deal, read_and_sign
from tests.shared.privacy import dump
from tests.shared.privacy.lives import Life, a_life
from tests.shared.signatures.conftest import Contract, a_contract

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture
def life(app: Session) -> Life:
    found = a_life(app, NOW)
    app.commit()
    return found


def himself(person: people.Person) -> Actor:
    return Actor(person.id, "198.51.100.7", "a browser")


def erase(session: Session, person: people.Person, *, now: datetime = NOW) -> erasure.Erasure:
    done = erasure.erase(session, user_id=person.id, actor=himself(person), now=now)
    session.commit()
    session.expire_all()
    return done


class TestWhatIsLeftOfOneWithoutDeals:
    def test_is_nothing_that_the_key_ring_opens_or_that_stands_in_the_open(
        self, app: Session, owner: Connection, life: Life
    ) -> None:
        before = dump.places_of(owner, life.secrets)
        owner.rollback()

        erase(app, life.person)

        assert before >= {
            "users.phone",
            "users.email",
            "user_profiles.full_name",
            "user_profiles.inn",
            "user_profiles.passport",
            "user_profiles.address",
            "payout_accounts.details",
            "npd_bindings.inn",
            "otp_sessions.address",
            "idempotency_keys.answer_body",
            "registrations.details",
            "invitations.address",
            "contact_changes.old_address",
        }
        assert dump.places_of(owner, life.secrets) == set()

    def test_is_found_by_no_blind_index(self, app: Session, owner: Connection, life: Life) -> None:
        before = dump.indexed(owner, **life.indexes)
        owner.rollback()

        erase(app, life.person)

        assert before >= {
            "users.phone_index",
            "users.email_index",
            "user_profiles.inn_index",
            "user_profiles.passport_index",
            "npd_bindings.inn_index",
            "npd_bindings.held_inn_index",
            "otp_sessions.address_index",
            "registrations.phone_index",
            "invitations.address_index",
            "contact_changes.new_address_index",
        }
        assert dump.indexed(owner, **life.indexes) == set()

    def test_is_an_empty_account_that_nobody_enters(self, app: Session, life: Life) -> None:
        erase(app, life.person)

        user = app.get_one(User, life.person.id)
        assert (user.status, user.erased_at, user.password_hash) == (UserStatus.ERASED, NOW, None)
        assert app.scalar(select(func.count()).select_from(AuthSession)) == 0
        assert app.scalar(select(func.count()).select_from(RefreshToken)) == 0
        with pytest.raises(KeyDestroyed):
            users.profile_of(app, life.person.id)

    def test_is_the_history_of_his_consents_all_withdrawn(self, app: Session, life: Life) -> None:
        erase(app, life.person)

        assert consents.live(app, life.person.id) == {}
        rows = app.execute(
            text("SELECT kind, withdrawn_ip FROM user_consents WHERE user_id = :id ORDER BY kind"),
            {"id": life.person.id},
        ).all()
        assert [tuple(row) for row in rows] == [
            ("personal_data", "198.51.100.7"),
            ("realtor_offer", "198.51.100.7"),
            ("terms", "198.51.100.7"),
        ]

    def test_is_no_open_invitation_no_binding_and_no_notice(self, app: Session, life: Life) -> None:
        done = erase(app, life.person)

        assert set(app.scalars(select(Invitation.status))) == {"revoked"}
        assert app.get_one(NpdBinding, life.person.id).status is BindingStatus.REJECTED
        assert any("Мой налог" in step for step in done.next_steps)

    def test_is_what_the_answer_says(self, app: Session, life: Life) -> None:
        done = erase(app, life.person)

        assert [(hold.code, hold.until) for hold in done.holds] == [
            ("consents", date(2029, 12, 31)),
            ("audit", date(2029, 12, 31)),
        ]
        after = app.execute(text("SELECT actor_id, after FROM audit_logs WHERE action = 'user.erased'")).one()
        assert tuple(after) == (life.person.id, {"status": "erased", "holds": "consents,audit"})


class TestErasure:
    def test_leaves_other_people_as_they_were(self, app: Session, owner: Connection, life: Life) -> None:
        other = a_life(app, NOW, full_name="Зайцева Инна Львовна")
        app.commit()
        before = dump.places_of(owner, other.secrets), dump.indexed(owner, **other.indexes)
        owner.rollback()

        erase(app, life.person)

        assert (dump.places_of(owner, other.secrets), dump.indexed(owner, **other.indexes)) == before

    def test_done_again_changes_nothing_and_says_the_same(self, app: Session, life: Life) -> None:
        first = erase(app, life.person)
        lines = app.scalar(text("SELECT count(*) FROM audit_logs"))

        again = erase(app, life.person, now=NOW + timedelta(days=400))

        assert (again.erased_at, again.holds) == (first.erased_at, first.holds)
        assert app.scalar(text("SELECT count(*) FROM audit_logs")) == lines

    def test_happens_whole_or_not_at_all(self, app: Session, owner: Connection, life: Life) -> None:
        before = dump.readable(owner), dump.indexed(owner, **life.indexes)
        owner.rollback()

        erasure.erase(app, user_id=life.person.id, actor=himself(life.person), now=NOW)
        app.rollback()

        assert (dump.readable(owner), dump.indexed(owner, **life.indexes)) == before

    def test_lets_the_same_contacts_begin_anew_as_another_person(self, app: Session, life: Life) -> None:
        erase(app, life.person)

        anew = users.create(
            app,
            phone=life.phone,
            phone_verified_at=NOW,
            email=life.email,
            email_verified_at=NOW,
            now=NOW,
        )
        app.commit()

        assert anew.id != life.person.id
        found = users.find_by_phone(app, life.phone)
        assert found is not None
        assert found.id == anew.id

    def test_of_nobody_is_refused(self, app: Session) -> None:
        with pytest.raises(UserNotFound):
            erasure.erase(app, user_id=new_id(), actor=SYSTEM, now=NOW)


class TestADraft:
    def test_is_cancelled_with_its_agent(self, app: Session, owner: Connection, life: Life) -> None:
        client = people.a_client(app, NOW)
        deal = a_deal(app, NOW, agent=life.person, client=client)
        app.commit()

        erase(app, life.person)

        assert app.get_one(Deal, deal.id).status is DealStatus.CANCELLED
        assert dump.places_of(owner, life.secrets) == set()

    @pytest.mark.parametrize("client_is", ["known", "typed in"])
    def test_is_cancelled_with_its_client_whom_nobody_reads_in_it_any_more(
        self, app: Session, owner: Connection, life: Life, client_is: str
    ) -> None:
        agent = people.an_agent(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=life.person)
        if client_is == "known":
            app.execute(
                text("UPDATE deal_parties SET kind = 'user', user_id = :id WHERE role = 'client'"),
                {"id": life.person.id},
            )
        app.commit()

        erase(app, life.person)

        assert dump.places_of(owner, life.secrets) == set()
        assert dump.indexed(owner, **life.indexes) == set()
        seen = views.visible_facts(app, deal.id, Viewer(agent.id, Reach.OWN, None))
        assert (seen.deal.status, seen.parties[0].name) == (DealStatus.CANCELLED, "Данные удалены")
        assert seen.parties[1].name == agent.full_name


class TestAClosedDeal:
    @pytest.fixture
    def contract(self, app: Session) -> Contract:
        now = utc_now()
        made = a_contract(app, at=now)
        for viewer in (made.as_client, made.as_signer):
            read_and_sign(made.id, viewer, now)
        app.expire_all()
        app.get_one(Deal, made.deal_id).status = DealStatus.CLOSED
        app.commit()
        return made

    def test_keeps_its_parties_and_signatures_and_nothing_else_of_the_client(
        self, app: Session, owner: Connection, contract: Contract
    ) -> None:
        client = contract.client
        assert client.phone is not None
        assert client.email is not None

        done = erase(app, client, now=utc_now())

        assert dump.places_of(owner, [client.full_name, client.phone, client.email]) == {
            "deal_parties.name",
            "deal_parties.phone",
            "deal_parties.email",
            "documents.contents",
            "signatures.name",
            "signatures.phone",
        }
        assert dump.indexed(owner, phone=client.phone, email=client.email) == {"deal_parties.phone_index"}
        assert [hold.code for hold in done.holds] == ["contracts", "signatures", "consents", "audit"]
        year = utc_now().year
        assert {hold.until for hold in done.holds} == {date(year + 5, 12, 31), date(year + 3, 12, 31)}

    def test_still_shows_both_its_parties(self, app: Session, contract: Contract) -> None:
        erase(app, contract.client, now=utc_now())

        seen = views.visible_facts(app, contract.deal_id, contract.crew.as_admin)
        assert [(party.name, party.phone) for party in seen.parties] == [
            (contract.client.full_name, contract.client.phone),
            ("Общество с ограниченной ответственностью «Дом и ключи»", None),
        ]
        signed = deals.client_party(app, contract.deal_id)
        assert signed.user_id == contract.client.id

    def test_is_not_shown_to_whoever_has_the_phone_afterwards(self, app: Session, contract: Contract) -> None:
        erase(app, contract.client, now=utc_now())

        anew = people.a_client(app, utc_now(), phone=contract.client.phone)
        app.commit()

        _, total = views.list_deals(
            app, Viewer(anew.id, Reach.PARTY, None), views.DealFilter(), limit=1, offset=0
        )
        assert total == 0

    def test_is_left_by_its_agent_whose_agency_keeps_it(self, app: Session, contract: Contract) -> None:
        agent = contract.crew.agent
        app.execute(text("UPDATE service_subcontracts SET status = 'ended', ended_at = now()"))
        app.commit()

        erase(app, agent, now=utc_now())

        seen = views.visible_facts(app, contract.deal_id, contract.crew.as_admin)
        assert seen.parties[0].name == contract.client.full_name
        members = app.execute(
            text("SELECT removed_at IS NOT NULL FROM organization_members WHERE user_id = :id"),
            {"id": agent.id},
        ).scalars()
        assert list(members) == [True]
