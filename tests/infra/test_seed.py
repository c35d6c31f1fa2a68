import os
import subprocess
import sys
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import func, select

from functions.auth.agency_login.handler import app as login
from functions.auth.staff_login.handler import app as staff_login
from functions.auth.staff_totp.handler import app as staff_totp
from functions.users.me_read.handler import app as me
from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM
from shared.auth.session_models import AuthSession
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole, Organization
from shared.users import service as users
from shared.users.models import User
from tests.conftest import TestDatabase
from tests.functions.conftest import Signed, call_function

EMAIL, PASSWORD = "office@example.ru", "дом и ключи 2026"


def seed(database: TestDatabase, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": database.app_url,
        "SEED_ADMIN_EMAIL": EMAIL,
        "SEED_ADMIN_PASSWORD": PASSWORD,
        **changes,
    }
    return subprocess.run(
        [sys.executable, "-m", "infra.seed"],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestSeeding:
    def test_makes_an_agency_whose_printed_sign_in_works(self, database: TestDatabase) -> None:
        done = seed(database)

        assert done.returncode == 0, done.stderr
        assert EMAIL in done.stdout
        reply = call_function(login, body={"email": EMAIL, "password": PASSWORD})
        seen = call_function(me, as_=Signed(reply.json["access_token"])).json
        assert seen["status"] == "active"
        assert seen["phone_verified"] is False
        assert seen["organizations"][0]["member_roles"] == ["admin", "signer"]
        assert seen["profile"]["full_name"]

    def test_twice_adds_nobody_and_takes_the_new_password(self, database: TestDatabase) -> None:
        seed(database)
        again = seed(database, SEED_ADMIN_PASSWORD="другой пароль")

        assert again.returncode == 0, again.stderr
        assert call_function(login, body={"email": EMAIL, "password": "другой пароль"}).status == 200
        with transaction() as session:
            assert session.scalar(select(func.count()).select_from(User)) == 1
            assert session.scalar(select(func.count()).select_from(AuthSession)) == 1

    def test_with_another_address_makes_another_admin(self, database: TestDatabase) -> None:
        seed(database)
        again = seed(database, SEED_ADMIN_EMAIL="second@example.ru")

        assert again.returncode == 0, again.stderr
        reply = call_function(login, body={"email": "second@example.ru", "password": PASSWORD})
        seen = call_function(me, as_=Signed(reply.json["access_token"])).json
        assert (seen["phone"], seen["organizations"][0]["member_roles"]) == (None, ["admin", "signer"])

    @pytest.mark.parametrize("member_role", [MemberRole.AGENT, MemberRole.ADMIN])
    def test_makes_an_admin_of_a_member(self, database: TestDatabase, member_role: MemberRole) -> None:
        seed(database)
        email = "member@example.ru"
        with transaction() as session:
            now = utc_now()
            member = users.create(session, email=email, email_verified_at=now, now=now)
            agency_id = session.scalars(select(Organization.id)).one()
            organizations.add_member(session, agency_id, member.id, member_role, actor=SYSTEM, now=now)

        again = seed(database, SEED_ADMIN_EMAIL=email)

        assert again.returncode == 0, again.stderr
        reply = call_function(login, body={"email": email, "password": PASSWORD})
        seen = call_function(me, as_=Signed(reply.json["access_token"])).json
        assert {"admin", "signer"} <= set(seen["organizations"][0]["member_roles"])

    def test_makes_an_operator_whose_printed_sign_in_works_and_keeps_him(
        self, database: TestDatabase
    ) -> None:
        operator = {
            "SEED_OPERATOR_EMAIL": "operator@housler.example",
            "SEED_OPERATOR_PASSWORD": "зонт жираф облако 7",
            "SEED_OPERATOR_TOTP_SECRET": pyotp.random_base32(),
        }

        done, again = seed(database, **operator), seed(database, **operator)

        assert (done.returncode, again.returncode) == (0, 0), again.stderr
        assert all(value in done.stdout for value in operator.values())
        begun = call_function(
            staff_login,
            body={
                "email": operator["SEED_OPERATOR_EMAIL"],
                "password": operator["SEED_OPERATOR_PASSWORD"],
            },
        )
        code = pyotp.TOTP(operator["SEED_OPERATOR_TOTP_SECRET"]).now()
        entered = call_function(
            staff_totp, body={"challenge_token": begun.json["challenge_token"], "code": code}
        )
        assert call_function(me, as_=Signed(entered.json["access_token"])).json["role"] == "operator"
        with transaction() as session:
            lines = session.scalars(select(AuditLog).where(AuditLog.action == "staff.employed")).all()
        assert len(lines) == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"HOUSLER_STAGE": "production"},
            {"SEED_ADMIN_PASSWORD": "short"},
            {"SEED_ADMIN_PASSWORD": ""},
            {"SEED_ADMIN_EMAIL": "nobody"},
        ],
    )
    def test_refuses_production_and_a_sign_in_that_is_none(
        self, database: TestDatabase, changes: dict[str, str]
    ) -> None:
        refused = seed(database, **changes)

        assert refused.returncode == 1
        assert refused.stderr.count("\n") == 1
        with transaction() as session:
            assert session.scalar(select(func.count()).select_from(User)) == 0
