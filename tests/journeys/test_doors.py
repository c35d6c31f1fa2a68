"""The seven doors, and what lies behind them, on the deployed functions: register, come in, change, come back, leave."""

import secrets
import time

import pyotp
import pytest
from stdnum.ru import inn

from infra.demo.inventions import an_agent
from infra.demo.people import Agent, Client, Person
from infra.demo.waiting import wait_for
from infra.demo.world import World
from tests.journeys.browser import Browser
from tests.journeys.refusals import refused
from tests.stack import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

PASSWORD = "сорок тысяч обезьян"
EVERY_CONSENT = {
    "personal_data": True,
    "terms": True,
    "marketing": False,
    "realtor_offer": True,
    "agency_offer": True,
}


def registered_agent(world: World) -> tuple[str, Agent]:
    """The id that the registration promised, and the agent who signed in."""
    invented = an_agent()
    told = {
        "phone": invented.phone,
        "name": invented.name,
        "email": invented.email,
        "city": "Казань",
        "is_self_employed": True,
        "personal_inn": invented.inn,
        "consents": EVERY_CONSENT,
    }
    promised = world.api.post("/auth/register/agent", told).require(201).json["id"]
    return str(promised), Agent(world, invented)


class Registered:
    """An agency that has just registered."""

    def __init__(self, world: World) -> None:
        start = f"77{secrets.randbelow(10**7):07d}"
        invented = an_agent()
        self.world, self.phone, self.email = (
            world,
            invented.phone,
            f"office-{secrets.token_hex(4)}@example.ru",
        )
        self.id = str(
            world.api.post(
                "/auth/register/agency",
                {
                    "inn": start + inn.calc_company_check_digit(start),
                    "name": "ООО «Новоселье»",
                    "legal_address": "101000, г. Москва, ул. Покровка, д. 1",
                    "contact_name": "Громова Алла Юрьевна",
                    "contact_phone": self.phone,
                    "contact_email": self.email,
                    "password": PASSWORD,
                    "consents": EVERY_CONSENT,
                },
            )
            .require(201)
            .json["id"]
        )

    def admin(self, password: str = PASSWORD) -> Person:
        given = {"email": self.email, "password": password}
        tokens = self.world.api.post("/auth/agency/login", given).require(200).json
        return Person(self.world, phone=self.phone, email=self.email, tokens=tokens)


def an_operator(world: World, stack: RunningStack) -> Person:
    """Signed in by password and the code of his authenticator, once in its half-minute."""
    given = {"email": stack.env["SEED_OPERATOR_EMAIL"], "password": stack.env["SEED_OPERATOR_PASSWORD"]}
    factor = pyotp.TOTP(stack.env["SEED_OPERATOR_TOTP_SECRET"])

    for _ in range(2):
        challenge = world.api.post("/auth/staff/login", given).require(200).json
        answer = world.api.post(
            "/auth/staff/totp", {"challenge_token": challenge["challenge_token"], "code": factor.now()}
        )
        if answer.status == 200:
            break
        # Another test has used this half-minute's code: none is taken twice.
        time.sleep(factor.interval - time.time() % factor.interval)
    tokens = answer.require(200).json
    return Person(world, phone="", email=given["email"], tokens=tokens)


def verify_email(world: World, who: Person) -> None:
    code = world.letters.code_after(
        who.email, lambda: who.do("/users/me/email/send", {"email": who.email}).require(200)
    )
    who.do("/users/me/email/verify", {"email": who.email, "code": code}).require(200)


class TestAnAgent:
    def test_registers_and_comes_in_as_whom_he_told(self, world: World) -> None:
        promised, agent = registered_agent(world)

        seen = agent.me()

        assert (seen["id"], seen["status"], seen["role"]) == (promised, "active", "agent")
        assert (seen["profile"]["full_name"], seen["profile"]["inn"]) == (agent.name, agent.inn)

    def test_changes_his_phone_by_codes_to_both_and_comes_back_by_the_new_one(self, world: World) -> None:
        _, agent = registered_agent(world)
        former, new = agent.phone, an_agent().phone
        known = len(world.phones.messages(former))
        code = world.phones.code_after(
            new, lambda: agent.do("/users/me/phone/send", {"phone": new}).require(200)
        )
        old_code = wait_for(
            "код на прежний номер",
            lambda: next(
                (
                    word.strip(".,:")
                    for each in world.phones.messages(former)[: len(world.phones.messages(former)) - known]
                    for word in each["text"].split()
                    if word.strip(".,:").isdigit()
                ),
                None,
            ),
            seconds=20,
        )

        refused(agent.do("/users/me/phone/verify", {"phone": new, "code": code}), 422, "current_code_needed")
        changed = {"phone": new, "code": code, "current_code": old_code}
        agent.do("/users/me/phone/verify", changed).require(200)

        assert agent.read("/users/me").status == 401
        code = world.phones.code_after(
            new, lambda: world.api.post("/auth/agent/sms/send", {"phone": new}).require(200)
        )
        again = world.api.post("/auth/agent/sms/verify", {"phone": new, "code": code}).require(200).json
        back = Person(world, phone=new, email=agent.email, tokens=again)
        assert back.me()["profile"]["inn"] == agent.inn

    def test_takes_his_data_and_leaves(self, world: World) -> None:
        _, agent = registered_agent(world)

        taken = agent.read("/users/me/export").require(200).json
        answer = world.api.send(
            "DELETE",
            "/users/me?confirm=%D0%A3%D0%94%D0%90%D0%9B%D0%98%D0%A2%D0%AC",
            headers={**agent.headers, "Idempotency-Key": secrets.token_hex(8)},
        )

        assert agent.name in str(taken["sections"])
        assert answer.require(200).json["erased_at"]
        assert agent.read("/users/me").status == 401

    def test_who_is_blocked_looks_on_and_does_nothing(self, world: World, stack: RunningStack) -> None:
        _, agent = registered_agent(world)
        operator = an_operator(world, stack)

        operator.do(f"/operator/users/{agent.me()['id']}/block", {"reason": "account_stolen"}).require(200)

        assert agent.read("/users/me").status == 401
        code = world.phones.code_after(
            agent.phone, lambda: world.api.post("/auth/agent/sms/send", {"phone": agent.phone}).require(200)
        )
        tokens = world.api.post("/auth/agent/sms/verify", {"phone": agent.phone, "code": code}).require(200)
        back = Person(world, phone=agent.phone, email=agent.email, tokens=tokens.json)
        assert back.me()["status"] == "blocked"
        refused(back.do("/users/me/consents", {"consents": {"terms": True}}), 403, "account_blocked")
        back.read("/users/me/export").require(200)


class TestAClient:
    def test_comes_in_by_a_letter_and_sees_and_withdraws_his_consents(self, world: World) -> None:
        client = Client(world, an_agent())
        assert client.me()["status"] == "incomplete"

        client.consent("personal_data", "terms", "marketing")
        withdrawn = world.api.send(
            "DELETE",
            "/users/me/consents/marketing",
            headers={**client.headers, "Idempotency-Key": secrets.token_hex(8)},
        )

        assert client.me()["status"] == "active"
        assert withdrawn.require(200).json
        history = client.read("/users/me/consents").require(200).text
        assert "marketing" in history


class TestAnAgency:
    def test_waits_for_an_operator_and_then_invites(self, world: World, stack: RunningStack) -> None:
        agency = Registered(world)
        admin, operator = agency.admin(), an_operator(world, stack)
        assert admin.me()["status"] == "pending"
        approve = f"/operator/organizations/{agency.id}/approve"
        refused(operator.do(approve), 409, "organization_incomplete")
        card = {"city": "Москва", "tax_regime": "osn", "kpp": "770101001", "ogrn": "1027700132195"}
        path = f"/organizations/{agency.id}"
        world.api.send_json(
            "PATCH", path, card, {**admin.headers, "Idempotency-Key": secrets.token_hex(8)}
        ).require(200)
        refused(operator.do(approve), 409, "organization_unproved")
        verify_email(world, admin)
        admin.verify_phone()

        operator.do(approve).require(200)

        assert admin.me()["status"] == "active"
        _, agent = registered_agent(world)
        invited = {"phone": agent.phone, "member_role": "accountant"}
        admin.do(f"{path}/invitations", invited).require(201, 202)
        token = wait_for("приглашение", lambda: _token(world, agent.phone), seconds=30)
        assert world.api.get(f"/invitations/{token}").require(200).json["member_role"] == "accountant"
        agent.do(f"/invitations/{token}/accept").require(200)
        refused(agent.do(f"/invitations/{token}/accept"), 409, "invitation_closed")
        members = admin.read(f"{path}/members").require(200).items
        assert agent.name in {each.get("full_name") for each in members}

    def test_sets_a_new_password_by_a_letter(self, world: World) -> None:
        agency = Registered(world)
        admin, chosen = agency.admin(), "пятьдесят два верблюда"
        verify_email(world, admin)
        code = world.letters.code_after(
            agency.email,
            lambda: world.api.post("/auth/password/forgot", {"email": agency.email}).require(200, 202),
        )

        reset = {"email": agency.email, "code": code, "password": chosen}
        world.api.post("/auth/password/reset", reset).require(200, 204)

        assert admin.read("/users/me").status == 401
        refused(
            world.api.post("/auth/agency/login", {"email": agency.email, "password": PASSWORD}),
            401,
            "wrong_credentials",
        )
        assert agency.admin(chosen).me()["role"] == "agency_admin"

    def test_comes_into_its_cabinet_by_cookies(self, world: World) -> None:
        agency = Registered(world)
        browser = Browser(world)

        browser.ask("POST", "/auth/agency/login", {"email": agency.email, "password": PASSWORD})

        assert set(browser.cookies) == {
            "__Host-housler-access",
            "__Secure-housler-refresh",
            "__Host-housler-csrf",
        }
        assert browser.ask("GET", "/users/me") == 200
        assert browser.ask("PATCH", "/users/me", {"city": "Москва"}) == 403
        csrf = {"X-CSRF-Token": browser.cookies["__Host-housler-csrf"]}
        assert browser.ask("PATCH", "/users/me", {"city": "Москва"}, csrf) == 200
        assert browser.ask("POST", "/auth/refresh", {}) == 200
        assert browser.ask("GET", "/users/me") == 200


class TestSessions:
    def test_are_seen_refreshed_and_ended_from_another_device(self, world: World) -> None:
        invented = an_agent()
        here, there = Agent(world, invented), _again(world, invented.phone)
        listed = here.read("/auth/sessions").require(200).items
        assert len(listed) == 2

        world.api.send(
            "DELETE",
            "/auth/sessions",
            headers={**here.headers, "Idempotency-Key": secrets.token_hex(8)},
        ).require(200)

        assert there.read("/users/me").status == 401
        assert here.read("/users/me").status == 200


def _again(world: World, phone: str) -> Person:
    """A second sign-in of the same agent."""
    code = world.phones.code_after(
        phone, lambda: world.api.post("/auth/agent/sms/send", {"phone": phone}).require(200)
    )
    tokens = world.api.post("/auth/agent/sms/verify", {"phone": phone, "code": code}).require(200).json
    return Person(world, phone=phone, email="", tokens=tokens)


def _token(world: World, phone: str) -> str | None:
    for message in world.phones.messages(phone):
        _, found, rest = str(message["text"]).partition("/invitations/")
        if found:
            return rest.split()[0].rstrip(".")
    return None
