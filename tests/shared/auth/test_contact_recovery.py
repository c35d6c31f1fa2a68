from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from shared.audit.models import AuditLog
from shared.audit.service import Actor
from shared.auth import (
    agent_sign_in,
    client_sign_in,
    contact_changes,
    sessions,
    telling,
)
from shared.auth.contact_errors import (
    StaffContact,
)
from shared.auth.contact_models import ContactChange
from shared.auth.errors import RefreshRefused
from shared.auth.models import CodeChannel
from shared.auth.staff_models import StaffMember, StaffRole
from shared.db.session import Transactions, transaction
from shared.kernel.roles import Role
from shared.outbox.models import OutboxMessage
from shared.users import service as users
from shared.users.models import User
from shared.vault import service as vault
from shared.vault.service import Sealer
from tests.builders import people
from tests.builders.people import Person
from tests.shared.auth.contacts import NOW, a_client, confirm_phone, email_of, phone_codes, phone_of
from tests.shared.auth.postmen import MailPostman, SmsPostman


@pytest.mark.usefixtures("database")
class TestARecoveryByAnOperator:
    def opened(self, person: Person, channel: CodeChannel, address: str) -> UUID:
        """The operator's id."""
        with transaction() as session:
            operator = users.create(session, email=people.an_email(), email_verified_at=NOW, now=NOW)
            contact_changes.open_recovery(
                session,
                user_id=person.id,
                channel=channel,
                address=address,
                reason="Потеряла телефон, личность проверена по видео",
                actor=Actor(operator.id, "127.0.0.1", "pytest"),
                now=NOW,
            )
        return operator.id

    def enter(self, phone: str, now: datetime = NOW) -> UUID:
        postman = SmsPostman()
        agent_sign_in.send_code(Transactions(), sms_sender=postman, phone=phone, ip="127.0.0.1", now=now)
        with transaction() as session:
            agent_sign_in.enter(
                session, phone=phone, code=postman.code(phone), registration_id=None, now=now, **people.PEER
            )
            found = users.find_by_phone(session, phone)
            assert found is not None
            return found.id

    def an_agent(self) -> Person:
        with transaction() as session:
            return people.an_agent(session, NOW)

    def test_lets_the_person_in_by_the_new_phone_which_is_his_then(self) -> None:
        agent, number = self.an_agent(), people.a_phone()
        self.opened(agent, CodeChannel.SMS, number)

        assert self.enter(number) == agent.id

        assert phone_of(agent.id) == number
        assert self.enter(str(agent.phone)) != agent.id

    def test_ends_sessions_and_holds_payouts_at_once_and_again_at_the_proof(self) -> None:
        agent, number = self.an_agent(), people.a_phone()
        with transaction() as session:
            pair = sessions.open_session(session, user_id=agent.id, role=Role.AGENT, now=NOW, **people.PEER)
        self.opened(agent, CodeChannel.SMS, number)

        with transaction() as session:
            assert session.get_one(User, agent.id).payouts_held_until == NOW + timedelta(hours=24)
            with pytest.raises(RefreshRefused):
                sessions.refresh(session, token=pair.refresh_token, now=NOW, **people.PEER)
        self.enter(number, NOW + timedelta(hours=20))
        with transaction() as session:
            assert session.get_one(User, agent.id).payouts_held_until == NOW + timedelta(hours=44)

    def test_tells_the_old_contact_at_once_and_the_new_one_what_to_do(self) -> None:
        agent, number, postman = self.an_agent(), people.a_phone(), SmsPostman()
        self.opened(agent, CodeChannel.SMS, number)

        with transaction() as session:
            messages = session.scalars(select(OutboxMessage.id)).all()
        for message in messages:
            telling.tell(Transactions(), message, emails=MailPostman(), texts=postman, now=NOW)

        assert set(postman.texts) == {agent.phone, number}

    def test_lasts_three_days(self) -> None:
        agent, number = self.an_agent(), people.a_phone()
        self.opened(agent, CodeChannel.SMS, number)

        assert self.enter(number, NOW + timedelta(days=3)) != agent.id

    def test_opened_anew_takes_the_place_of_the_former(self) -> None:
        agent, first, second = self.an_agent(), people.a_phone(), people.a_phone()
        self.opened(agent, CodeChannel.SMS, first)
        self.opened(agent, CodeChannel.SMS, second)

        assert self.enter(first) != agent.id
        assert self.enter(second) == agent.id

    def test_of_an_address_that_another_person_proved_comes_to_nothing(self) -> None:
        agent, other = self.an_agent(), self.an_agent()
        self.opened(agent, CodeChannel.SMS, str(other.phone))

        assert self.enter(str(other.phone)) == other.id
        assert phone_of(agent.id) == agent.phone

    def test_spares_a_person_who_is_signed_in_by_the_other_door_the_code_of_the_old_phone(self) -> None:
        client, number = a_client(may_sign=True), people.a_phone()
        self.opened(client, CodeChannel.SMS, number)
        sent = phone_codes(client.id, number)

        confirm_phone(client.id, number, sent.code(number))

        assert list(sent.texts) == [number]
        assert phone_of(client.id) == number

    def test_works_by_e_mail(self) -> None:
        client, email, postman = a_client(), people.an_email(), MailPostman()
        self.opened(client, CodeChannel.EMAIL, email)
        client_sign_in.send_code(Transactions(), email_sender=postman, email=email, ip="127.0.0.1", now=NOW)

        with transaction() as session:
            client_sign_in.enter(session, email=email, code=postman.code(email), now=NOW, **people.PEER)

        assert email_of(client.id) == email

    def test_keeps_its_reason_sealed_and_out_of_the_audit_log(self) -> None:
        agent = self.an_agent()
        operator = self.opened(agent, CodeChannel.SMS, people.a_phone())

        with transaction() as session:
            (change,) = session.scalars(select(ContactChange))
            assert change.reason is not None
            assert "видео".encode() not in change.reason.raw
            line = session.scalars(
                select(AuditLog).where(AuditLog.action == "user.contact_recovery_opened")
            ).one()
            assert (line.actor_id, line.after) == (operator, {"channel": "sms", "change_id": str(change.id)})

    def test_is_not_for_staff(self) -> None:
        agent = self.an_agent()
        with transaction() as session:
            sealer = Sealer(vault.key_of(session, agent.id), table="staff_members", row=agent.id)
            session.add(
                StaffMember(
                    user_id=agent.id,
                    role=StaffRole.ADMIN,
                    totp_secret=sealer.seal("totp_secret", "A" * 32),
                    created_at=NOW,
                )
            )

        with pytest.raises(StaffContact):
            self.opened(agent, CodeChannel.SMS, people.a_phone())
