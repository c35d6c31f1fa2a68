from functions.auth.agency_login.handler import app
from functions.users.me_read.handler import app as me
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from tests.builders import people
from tests.builders.people import PASSWORD, Agency
from tests.functions.conftest import Answer, Call, Signed


def agency() -> Agency:
    with transaction() as session:
        return people.an_agency(session, utc_now())


class TestAgencyLogin:
    def test_lets_an_admin_in(self, call: Call) -> None:
        house = agency()

        reply = call(app, body={"email": house.admin.email, "password": PASSWORD})

        assert reply.status == 200, reply.text
        seen = call(me, as_=Signed(reply.json["access_token"])).json
        assert (seen["id"], seen["role"]) == (str(house.admin.id), "agency_admin")
        assert seen["organizations"] == [
            {"id": str(house.id), "short_name": house.short_name, "member_roles": ["admin", "signer"]}
        ]

    def test_says_the_same_whatever_is_wrong(self, call: Call) -> None:
        house = agency()
        with transaction() as session:
            client = people.a_client(session, utc_now())

        replies = [
            call(app, body={"email": house.admin.email, "password": "не тот пароль"}),
            call(app, body={"email": people.an_email(), "password": PASSWORD}),
            call(app, body={"email": client.email, "password": PASSWORD}),
        ]

        assert {(reply.status, reply.code, reply.json["detail"]) for reply in replies} == {
            (401, "wrong_credentials", "Неверный e-mail или пароль.")
        }

    def test_takes_the_password_as_it_is_typed(self, call: Call) -> None:
        house = agency()

        assert call(app, body={"email": house.admin.email, "password": f" {PASSWORD} "}).status == 401

    def test_stops_guessing_before_it_looks_at_the_password(self, call: Call) -> None:
        house = agency()
        for number in range(10):
            assert self._guess(call, house, f"догадка {number}").status == 401

        refused = self._guess(call, house, PASSWORD)

        assert (refused.status, refused.code) == (429, "too_many_attempts")
        assert 0 < int(refused.headers["Retry-After"]) <= 900

    def test_does_not_lock_the_owner_out_for_what_strangers_guess(self, call: Call) -> None:
        house = agency()
        assert self._guess(call, house, PASSWORD, peer="203.0.113.1").status == 200
        for number in range(40):
            self._guess(call, house, f"догадка {number}", peer=f"198.51.100.{number}")

        stranger = self._guess(call, house, PASSWORD, peer="198.51.100.200")
        owner = self._guess(call, house, PASSWORD, peer="203.0.113.1")

        assert stranger.status == 429
        assert owner.status == 200

    def _guess(self, call: Call, house: Agency, password: str, peer: str = "192.0.2.1") -> Answer:
        return call(app, body={"email": house.admin.email, "password": password}, peer=peer)
