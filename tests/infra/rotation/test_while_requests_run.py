"""A whole rotation of a populated database, as docs/operations.md tells it, with people at work all the while."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Connection, text

from functions.auth.agency_login.handler import app as agency_login
from functions.auth.agent_sms_send.handler import app as agent_code
from functions.auth.agent_sms_verify.handler import app as agent_sign_in
from functions.users.me_read.handler import app as me
from functions.users.me_update.handler import app as me_update
from infra.discovery import ROOT
from shared.audit.service import SYSTEM
from shared.db.session import transaction
from shared.deals import parties
from shared.kernel.clock import utc_now
from shared.organizations import service as organizations
from shared.receipts import binding
from shared.receipts.npd_models import NpdBinding
from shared.users import service as users
from shared.vault import service as vault
from tests.builders import people
from tests.builders.outside import Outbox
from tests.builders.people import PASSWORD, Agency, Person
from tests.builders.town import PASSPORT, Town, a_town
from tests.functions.conftest import Answer, Signed, call_function, sms, smsru_standin
from tests.infra.rotation.conftest import Use

__all__ = ["sms", "smsru_standin"]  # fixtures

_SIZE = 40
#: so small that the rotation takes many transactions, and requests come between them
_BATCH_ROWS = "5"


class Traffic:
    """People who sign in, read and change themselves, one after another, until they are told to stop."""

    def __init__(self, town: Town, sms: Outbox) -> None:
        self.answers: list[Answer] = []
        self.errors: list[BaseException] = []
        #: the INN that each changed to last
        self.changed: dict[Person, str] = {}
        self._town = town
        self._sms = sms
        self._peers = (f"198.51.{number // 250}.{number % 250}" for number in count(1))

    @contextmanager
    def running(self) -> Iterator[None]:
        stop = Event()
        thread = Thread(target=self._run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(60)

    def _run(self, stop: Event) -> None:
        try:
            while not stop.is_set():
                turn = len(self.answers)
                self._by_code(self._town.agents[turn % _SIZE])
                self._by_password(self._town.agencies[turn % len(self._town.agencies)])
        except BaseException as error:  # noqa: BLE001 -- a thread's failure is the test's
            self.errors.append(error)

    def _by_code(self, agent: Person) -> None:
        phone, peer = agent.phone, next(self._peers)
        assert phone is not None
        self._call(agent_code, body={"phone": phone}, peer=peer)
        code = self._sms.code(phone)
        entered = self._call(agent_sign_in, body={"phone": phone, "code": code}, peer=peer)
        signed = Signed(entered.json["access_token"])
        seen = self._call(me, as_=signed, peer=peer).json
        assert (seen["id"], seen["phone"]) == (str(agent.id), phone)
        inn = people.a_person_inn()
        changed = self._call(me_update, as_=signed, body={"inn": inn, "passport": PASSPORT}, peer=peer)
        self.changed[agent] = inn
        assert changed.json["profile"]["inn"] == inn

    def _by_password(self, agency: Agency) -> None:
        peer = next(self._peers)
        entered = self._call(
            agency_login, body={"email": agency.admin.email, "password": PASSWORD}, peer=peer
        )
        seen = self._call(me, as_=Signed(entered.json["access_token"]), peer=peer).json
        assert (seen["id"], seen["email"]) == (str(agency.admin.id), agency.admin.email)

    def _call(self, app: Any, **given: Any) -> Answer:
        answer = call_function(app, **given)
        self.answers.append(answer)
        assert answer.status == 200, answer.text
        return answer


def rotate(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-m", "infra.rotate_keys", *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes may be asked for again and again."""
    monkeypatch.setenv("HOUSLER_CODE_RESEND_SECONDS", "0")
    monkeypatch.setenv("HOUSLER_CODES_PER_DAY", "10000")


@pytest.mark.usefixtures("at_once")
class TestARotation:
    def test_fails_nobody_and_loses_nothing(
        self, database: object, use: Use, sms: Outbox, owner: Connection
    ) -> None:
        use("old")
        town = a_town(utc_now(), size=_SIZE)
        # Every function knows the new keys before anything is written with them.
        use("old", "new")
        traffic = Traffic(town, sms)
        with traffic.running():
            pass
        # Then they become the active ones, and the database follows while people are at work.
        use("new", "old")

        with traffic.running():
            before = len(traffic.answers)
            done = rotate("--batch", _BATCH_ROWS)
            during = len(traffic.answers) - before

        assert traffic.errors == []
        assert during > 20
        assert {answer.status for answer in traffic.answers} == {200}
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Ring key old is used by 0 rows: it may leave the ring." in done.stdout.splitlines()
        assert rotate("--check").returncode == 0
        # Without the old keys everything opens and is found.
        use("new")
        self._everything_opens(town, traffic.changed)
        self._everything_is_found(town)
        with traffic.running():
            pass
        assert traffic.errors == []
        left = owner.execute(text("SELECT count(*) FROM person_keys WHERE ring_key_id <> 'new'")).scalar_one()
        assert left == 0

    @staticmethod
    def _everything_opens(town: Town, changed: dict[Person, str]) -> None:
        with transaction() as session:
            for person in town.people:
                assert users.contacts_of(session, person.id) == (person.phone, person.email)
                assert users.profile_of(session, person.id).full_name == person.full_name
            for agent in town.agents:
                profile = users.profile_of(session, agent.id)
                assert profile.inn == changed.get(agent, agent.inn)
                assert profile.passport == PASSPORT
                assert binding.inn_of(session, session.get_one(NpdBinding, agent.id)) == agent.inn
            for agency in town.agencies:
                assert organizations.requisites(session, agency.id).inn == agency.inn

    @staticmethod
    def _everything_is_found(town: Town) -> None:
        found = text("SELECT count(*) FROM organizations WHERE inn_index = :index")
        with transaction() as session:
            for person in town.people:
                if person.phone is not None:
                    holder = users.find_by_phone(session, person.phone)
                    assert holder is not None
                    assert holder.id == person.id
                if person.email is not None:
                    holder = users.find_by_email(session, person.email)
                    assert holder is not None
                    assert holder.id == person.id
            for agent in town.agents:
                assert binding.was_held(session, session.get_one(NpdBinding, agent.id))
            for agency in town.agencies:
                assert session.execute(found, {"index": vault.index_of("inn", agency.inn)}).scalar_one() == 1
            attached = [
                parties.attach(
                    session, user_id=client.id, phone=str(client.phone), actor=SYSTEM, now=utc_now()
                )
                for client in town.clients
            ]
        assert attached == [1] * len(town.clients)
