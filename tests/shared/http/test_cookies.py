from http.cookies import SimpleCookie

import pytest

from functions.auth.agency_login.handler import app as agency_login
from functions.auth.logout.handler import app as logout
from functions.auth.refresh.handler import app as refresh
from functions.users.me_read.handler import app as me
from functions.users.me_update.handler import app as change_me
from shared.db.session import transaction
from shared.http import cookies
from shared.kernel.clock import utc_now
from tests.builders import people
from tests.functions.conftest import Answer, Call, Signed

OURS = "https://lk.housler.test"


class Browser:
    """Keeps cookies as a browser does, and sends each where its path says."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.jar: SimpleCookie = SimpleCookie()

    def ask(self, app: object, path: str, **more: object) -> Answer:
        sent = "; ".join(
            f"{name}={kept.value}"
            for name, kept in self.jar.items()
            if path.startswith(kept["path"]) and kept.value
        )
        headers = {"Cookie": sent, **(more.pop("headers", None) or {})}  # type: ignore[dict-item]
        reply = self.call(app, headers=headers, **more)
        for line in reply.cookies:
            self.jar.load(line)
        return reply

    @property
    def csrf(self) -> str:
        return self.jar[cookies.CSRF].value


@pytest.fixture
def browser(call: Call) -> Browser:
    with transaction() as session:
        admin = people.an_agency(session, utc_now()).admin
    opened = Browser(call)
    reply = opened.ask(
        agency_login,
        "/api/v1/auth/agency/login",
        body={"email": admin.email, "password": people.PASSWORD},
        headers={"X-Session-Mode": "cookie"},
    )
    assert reply.status == 200, reply.text
    return opened


def change(browser: Browser, **headers: str) -> Answer:
    return browser.ask(change_me, "/api/v1/users/me", body={"city": "Тверь"}, headers=headers)


class TestASignInForTheCabinets:
    def test_gives_tokens_to_cookies_only(self, call: Call) -> None:
        with transaction() as session:
            admin = people.an_agency(session, utc_now()).admin

        reply = call(
            agency_login,
            body={"email": admin.email, "password": people.PASSWORD},
            headers={"X-Session-Mode": "cookie"},
        )

        assert set(reply.json) == {"token_type", "csrf_token", "expires_in"}
        access, refreshing, csrf = sorted(
            reply.cookies, key=lambda line: "-csrf" in line or "-refresh" in line
        )
        assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(access.split("; "))
        assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/api/v1/auth/refresh"} <= set(
            refreshing.split("; ")
        )
        assert "HttpOnly" not in csrf
        assert "Secure" in csrf

    def test_without_the_header_sets_no_cookie(self, call: Call) -> None:
        with transaction() as session:
            admin = people.an_agency(session, utc_now()).admin

        reply = call(agency_login, body={"email": admin.email, "password": people.PASSWORD})

        assert reply.cookies == ()
        assert reply.json["token_type"] == "bearer"


class TestACookie:
    def test_is_enough_to_read(self, browser: Browser) -> None:
        assert browser.ask(me, "/api/v1/users/me").status == 200

    def test_changes_something_with_its_token_only(self, browser: Browser) -> None:
        without = change(browser)
        wrong = change(browser, **{"X-CSRF-Token": "0" * 64})
        right = change(browser, **{"X-CSRF-Token": browser.csrf, "Origin": OURS})

        assert (without.status, without.code) == (403, "csrf_refused")
        assert wrong.code == "csrf_refused"
        assert right.status == 200

    def test_changes_nothing_for_another_site(self, browser: Browser) -> None:
        reply = change(browser, **{"X-CSRF-Token": browser.csrf, "Origin": "https://evil.example"})

        assert (reply.status, reply.code) == (403, "csrf_refused")

    def test_takes_no_token_of_another_session(self, browser: Browser, agent: Signed, call: Call) -> None:
        other = cookies.csrf_token(agent.user_id)  # type: ignore[arg-type]

        assert change(browser, **{"X-CSRF-Token": other}).code == "csrf_refused"

    def test_yields_to_a_bearer_token(self, browser: Browser, agent: Signed) -> None:
        bearer = {"Authorization": f"Bearer {agent.access_token}"}

        assert browser.ask(me, "/api/v1/users/me", headers=bearer).json["id"] == str(agent.user_id)

    @pytest.mark.parametrize("header", ["", "a", "=;=", "__Host-housler-access", "x" * 5_000, 'a="b'])
    def test_that_is_no_cookie_is_a_stranger(self, call: Call, header: str) -> None:
        assert call(me, headers={"Cookie": header}).status == 401

    def test_is_refreshed_by_its_fellow(self, browser: Browser) -> None:
        former = browser.jar[cookies.ACCESS].value

        reply = browser.ask(refresh, "/api/v1/auth/refresh", body={})

        assert reply.status == 200, reply.text
        assert reply.json["token_type"] == "cookie"
        assert browser.jar[cookies.ACCESS].value != former
        assert browser.ask(me, "/api/v1/users/me").status == 200

    def test_is_not_refreshed_for_another_site(self, browser: Browser) -> None:
        reply = browser.ask(
            refresh, "/api/v1/auth/refresh", body={}, headers={"Origin": "https://evil.example"}
        )

        assert reply.code == "csrf_refused"

    def test_goes_with_the_session(self, browser: Browser) -> None:
        reply = browser.ask(logout, "/api/v1/auth/logout", headers={"X-CSRF-Token": browser.csrf})

        assert reply.status == 204
        assert all("Max-Age=0" in line for line in reply.cookies)
        assert len(reply.cookies) == 3
        assert browser.ask(me, "/api/v1/users/me").status == 401
