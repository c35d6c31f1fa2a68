import os
import re
import subprocess
import sys
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from functions.auth.staff_login.handler import app as login
from functions.auth.staff_totp.handler import app as totp
from functions.users.me_read.handler import app as me
from shared.audit.models import AuditLog
from shared.db.session import transaction
from tests.conftest import TestDatabase
from tests.functions.conftest import Answer, Signed, call_function

EMAIL = "olga@housler.example"


def staff(database: TestDatabase, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- words of this test's own
        [sys.executable, "-m", "infra.staff", *words],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "DATABASE_URL": database.app_url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def told(printed: str, what: str) -> str:
    found = re.search(rf"{what} +(\S+)", printed)
    assert found is not None, printed
    return found[1]


def enter(password: str, **factor: str) -> Answer:
    begun = call_function(login, body={"email": EMAIL, "password": password})
    if begun.status != 200:
        return begun
    return call_function(totp, body={"challenge_token": begun.json["challenge_token"], **factor})


class TestTakingAMemberOn:
    def test_prints_a_sign_in_that_works(self, database: TestDatabase) -> None:
        done = staff(database, "add", "--email", EMAIL, "--role", "admin")

        assert done.returncode == 0, done.stderr
        password = told(done.stdout, "Password")
        authenticator = pyotp.parse_uri(told(done.stdout, "Authenticator"))
        assert isinstance(authenticator, pyotp.TOTP)
        code = authenticator.now()
        reply = enter(password, code=code)
        assert call_function(me, as_=Signed(reply.json["access_token"])).json["role"] == "admin"
        recovery = re.findall(r"^  (\S+)$", done.stdout, re.MULTILINE)
        assert len(recovery) == 10
        assert enter(password, recovery_code=recovery[9]).status == 200

    def test_again_gives_him_everything_anew(self, database: TestDatabase) -> None:
        first = staff(database, "add", "--email", EMAIL, "--role", "operator")
        second = staff(database, "add", "--email", EMAIL, "--role", "operator")
        old, new = (re.findall(r"^  (\S+)$", done.stdout, re.MULTILINE)[0] for done in (first, second))

        assert enter(told(first.stdout, "Password"), recovery_code=old).code == "wrong_credentials"
        assert enter(told(second.stdout, "Password"), recovery_code=old).code == "second_factor_refused"
        assert enter(told(second.stdout, "Password"), recovery_code=new).status == 200

    def test_is_written_down_without_anything_secret(self, database: TestDatabase) -> None:
        staff(database, "add", "--email", EMAIL, "--role", "operator")

        with transaction() as session:
            line = session.scalars(select(AuditLog).where(AuditLog.action == "staff.employed")).one()
        assert line.after == {"role": "operator"}


class TestLettingAMemberGo:
    def test_ends_his_sessions_at_once(self, database: TestDatabase) -> None:
        done = staff(database, "add", "--email", EMAIL, "--role", "operator")
        recovery = re.findall(r"^  (\S+)$", done.stdout, re.MULTILINE)[0]
        reply = enter(told(done.stdout, "Password"), recovery_code=recovery)
        signed = Signed(reply.json["access_token"])
        assert call_function(me, as_=signed).status == 200

        gone = staff(database, "disable", "--email", EMAIL)

        assert gone.returncode == 0, gone.stderr
        assert call_function(me, as_=signed).status == 401

    @pytest.mark.parametrize("email", ["nobody@housler.example", "nobody"])
    def test_says_so_where_there_is_none(self, database: TestDatabase, email: str) -> None:
        refused = staff(database, "disable", "--email", email)

        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
