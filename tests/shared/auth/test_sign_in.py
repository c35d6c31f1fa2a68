from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.models import AuditLog
from shared.auth import agent_sign_in, client_sign_in
from shared.db.session import Transactions, transaction
from shared.ports.email import EmailOutcome, EmailResult, Letter
from shared.ports.sms import SmsOutcome, SmsResult
from shared.users import service as users
from shared.users.models import User
from tests.builders import people
from tests.conftest import TestDatabase, engine_for

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Postman:
    """Takes messages for both ports and remembers the newest code."""

    def __init__(self) -> None:
        self.code = ""

    def take(self, text: str) -> None:
        self.code = next(word for word in text.split() if word.isdigit() and len(word) == 6)


class SmsPostman(Postman):
    def send(self, *, phone: str, text: str, user_ip: str | None) -> SmsResult:
        self.take(text)
        return SmsResult(SmsOutcome.ACCEPTED)


class MailPostman(Postman):
    def send(self, letter: Letter) -> EmailResult:
        self.take(letter.text)
        return EmailResult(EmailOutcome.ACCEPTED)


def agent_code(number: str) -> str:
    postman = SmsPostman()
    agent_sign_in.send_code(Transactions(), sms_sender=postman, phone=number, ip="127.0.0.1", now=NOW)
    return postman.code


def client_code(email: str) -> str:
    postman = MailPostman()
    client_sign_in.send_code(Transactions(), email_sender=postman, email=email, ip="127.0.0.1", now=NOW)
    return postman.code


@pytest.mark.usefixtures("database")
class TestAPhoneThatSomebodyOnlyTypedIn:
    def test_goes_to_the_agent_who_proves_it_and_not_his_session_to_the_other(self) -> None:
        number = people.a_phone()
        with transaction() as session:
            other = users.create(session, phone=number, email=people.an_email(), now=NOW)
        code = agent_code(number)

        with transaction() as session:
            agent_sign_in.enter(
                session, phone=number, code=code, registration_id=None, now=NOW, **people.PEER
            )

        with transaction() as session:
            owner = users.find_by_phone(session, number)
            assert owner is not None
            assert owner.id != other.id
            assert session.get_one(User, other.id).phone_verified_at is None

    def test_identifies_nobody(self) -> None:
        number = people.a_phone()
        with transaction() as session:
            users.create(session, phone=number, email=people.an_email(), now=NOW)
            assert users.find_by_phone(session, number) is None


class TestTwoFirstSignIns:
    def test_with_one_code_make_one_person(self, database: TestDatabase) -> None:
        number = people.a_phone()
        code = agent_code(number)

        def enter(_attempt: int) -> bool:
            with Session(engine_for(database.app_url)) as own:
                try:
                    agent_sign_in.enter(
                        own, phone=number, code=code, registration_id=None, now=NOW, **people.PEER
                    )
                except Exception:  # noqa: BLE001 -- whatever stops the second, it must not make a person
                    return False
                own.commit()
                return True

        with ThreadPoolExecutor(4) as pool:
            entered = list(pool.map(enter, range(4)))

        assert entered.count(True) == 1
        with transaction() as session:
            assert len(session.scalars(select(User)).all()) == 1


@pytest.mark.usefixtures("database")
class TestAnAccountMadeWithSomebodysAddress:
    def test_is_not_his_who_proves_the_address_and_keeps_him_from_nothing(self) -> None:
        email = people.an_email()
        with transaction() as session:
            maker = users.create(session, email=email, password_hash="$2b$04$", now=NOW)
        code = client_code(email)

        with transaction() as session:
            client_sign_in.enter(session, email=email, code=code, now=NOW, **people.PEER)

        with transaction() as session:
            owner = users.find_by_email(session, email)
            assert owner is not None
            assert owner.id != maker.id
            assert owner.password_hash is None


@pytest.mark.usefixtures("database")
class TestTheAuditLog:
    def test_names_the_address_of_everybody_who_signs_in_or_out(self) -> None:
        number, email = people.a_phone(), people.an_email()
        with transaction() as session:
            users.create(session, phone=number, email=email, now=NOW)
        codes = agent_code(number), client_code(email)
        with transaction() as session:
            agent_sign_in.enter(
                session, phone=number, code=codes[0], registration_id=None, now=NOW, **people.PEER
            )
            client_sign_in.enter(session, email=email, code=codes[1], now=NOW, **people.PEER)

        with transaction() as session:
            lines = session.scalars(select(AuditLog)).all()
        assert {each.action for each in lines} == {
            "user.created",
            "session.opened",
        }
        assert {(each.ip, each.user_agent) for each in lines} == {tuple(people.PEER.values())}
