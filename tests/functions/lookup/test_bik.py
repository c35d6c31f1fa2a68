from sqlalchemy import Connection, text

from functions.lookup.bik.handler import app
from tests.functions.conftest import Call, Signed


class TestLookingUpABik:
    def test_names_the_bank(self, call: Call, client: Signed, owner: Connection) -> None:
        owner.execute(
            text(
                "INSERT INTO banks (bik, name, city, correspondent_account, updated_at)"
                " VALUES ('044525225', 'ПАО Сбербанк', 'г Москва', '30101810400000000225', now())"
            )
        )
        owner.commit()

        reply = call(app, as_=client, bik="044525225")

        assert reply.status == 200, reply.text
        assert (reply.json["name"], reply.json["correspondent_account"]) == (
            "ПАО Сбербанк",
            "30101810400000000225",
        )

    def test_of_no_bank_is_not_found(self, call: Call, client: Signed) -> None:
        reply = call(app, as_=client, bik="044525999")

        assert (reply.status, reply.code) == (404, "bank_not_found")

    def test_is_for_those_who_have_signed_in(self, call: Call) -> None:
        assert call(app, bik="044525225").status == 401
