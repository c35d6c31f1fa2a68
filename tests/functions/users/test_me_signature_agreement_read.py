import hashlib

from functions.users.me_signature_agreement_read.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.functions.conftest import Call


class TestReadingTheAgreement:
    def test_shows_the_text_that_its_hash_is_of(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            client = people.a_client(session, now, may_sign=False)
            signed_in = people.sign_in(session, client, Role.CLIENT, now)

        shown = call(app, as_=signed_in).json

        assert hashlib.sha256(shown["text"].encode()).hexdigest() == shown["sha256"]
        assert "№ 63-ФЗ" in shown["text"]
        assert shown["accepted"] is False
