from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.db.errors import translate
from shared.kernel.identifiers import new_id
from shared.users import consents, legal_texts, profiles
from shared.users import service as users
from shared.users.consent_kinds import ConsentKind
from shared.users.errors import EmailTaken, PhoneTaken, UserNotFound
from tests.builders import people

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


class TestAPerson:
    def test_is_nowhere_in_the_clear(self, app: Session, administrator: Connection) -> None:
        agent = people.an_agent(app, NOW, full_name="Ежова Ксения Игоревна")
        app.commit()

        rows = administrator.execute(
            text("SELECT u::text || p::text FROM users u JOIN user_profiles p ON p.user_id = u.id")
        ).scalars()
        dump = "".join(rows)

        assert agent.phone is not None
        assert agent.inn is not None
        for secret in (agent.phone[2:], agent.inn, "Ежова"):
            assert secret not in dump
            assert secret.encode().hex() not in dump

    def test_has_a_phone_of_his_own(self, app: Session) -> None:
        agent = people.an_agent(app, NOW)

        with pytest.raises(IntegrityError) as broken:
            users.create(app, phone=agent.phone, phone_verified_at=NOW, now=NOW)
        assert isinstance(translate(broken.value), PhoneTaken)

    def test_has_an_address_of_his_own(self, app: Session) -> None:
        client = people.a_client(app, NOW)

        with pytest.raises(IntegrityError) as broken:
            users.create(app, email=client.email, email_verified_at=NOW, now=NOW)
        assert isinstance(translate(broken.value), EmailTaken)

    def test_may_type_in_what_another_has_proved(self, app: Session) -> None:
        client = people.a_client(app, NOW)

        typed = users.create(app, phone=client.phone, email=client.email, now=NOW)

        assert typed.id != client.id
        for found in (
            users.find_by_phone(app, str(client.phone)),
            users.find_by_email(app, str(client.email)),
        ):
            assert found is not None
            assert found.id == client.id

    def test_that_is_not_there_is_not_found(self, app: Session) -> None:
        agent = people.an_agent(app, NOW)

        assert users.profile_of(app, agent.id).inn == agent.inn
        with pytest.raises(UserNotFound):
            users.profile_of(app, new_id())

    def test_is_found_by_the_index_of_what_he_changed_to(self, app: Session) -> None:
        agent = people.an_agent(app, NOW)
        number = people.a_person_inn()

        profiles.update(app, actor=SYSTEM, user_id=agent.id, changes={"inn": number}, now=LATER)
        app.flush()

        assert users.profile_of(app, agent.id).inn == number


class TestConsents:
    def test_given_twice_leave_one_row(self, app: Session) -> None:
        client = people.a_client(app, NOW)
        first = consents.live(app, client.id)[ConsentKind.TERMS]

        consents.give(app, user_id=client.id, kinds={ConsentKind.TERMS}, now=LATER, **people.PEER)

        assert consents.live(app, client.id)[ConsentKind.TERMS].id == first.id

    def test_to_an_older_text_are_given_anew_and_stay_as_history(
        self, app: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = people.a_client(app, NOW)
        old = consents.live(app, client.id)[ConsentKind.TERMS]
        newer = legal_texts.newest("consents/terms")._replace(version="2", sha256=b"\x00" * 32)
        monkeypatch.setattr(legal_texts, "newest", lambda _name: newer)

        consents.give(app, user_id=client.id, kinds={ConsentKind.TERMS}, now=LATER, **people.PEER)

        assert old.withdrawn_at == LATER
        assert consents.live(app, client.id)[ConsentKind.TERMS].id != old.id

    @pytest.mark.parametrize("kind", list(ConsentKind))
    def test_each_have_a_text_of_their_own(self, kind: ConsentKind) -> None:
        document = legal_texts.newest(f"consents/{kind}")

        assert document.version == "1"
        assert len(document.text) > 500
