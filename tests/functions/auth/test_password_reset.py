from functions.auth.agency_login.handler import app as agency_login
from functions.auth.client_email_send.handler import app as client_send
from functions.auth.password_forgot.handler import app as forgot
from functions.auth.password_reset.handler import app
from functions.auth.staff_login.handler import app as staff_login
from functions.users.me_read.handler import app as me
from shared.audit.service import Actor
from shared.auth import contact_changes
from shared.auth.models import CodeChannel
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.users import service as users
from shared.users.models import User
from tests.builders import people
from tests.builders.outside import Outbox
from tests.builders.people import PASSWORD, Agency
from tests.functions.conftest import Answer, Call

NEW = "семь слонов едят вишню"


def an_agency() -> Agency:
    with transaction() as session:
        return people.an_agency(session, utc_now())


def reset(call: Call, mail: Outbox, email: str, password: str = NEW) -> Answer:
    assert call(forgot, body={"email": email}).status == 200
    return call(app, body={"email": email, "code": mail.code(email), "password": password})


def login(call: Call, email: str, password: str) -> Answer:
    return call(agency_login, body={"email": email, "password": password})


class TestResettingAPassword:
    def test_takes_the_new_one_and_the_old_one_no_more(self, call: Call, mail: Outbox) -> None:
        email = str(an_agency().admin.email)

        reply = reset(call, mail, email)

        assert reply.status == 200, reply.text
        assert "access_token" not in reply.json
        assert (login(call, email, PASSWORD).status, login(call, email, NEW).status) == (401, 200)

    def test_ends_every_session(self, call: Call, mail: Outbox) -> None:
        house, now = an_agency(), utc_now()
        with transaction() as session:
            signed = people.sign_in(session, house.admin, Role.AGENCY_ADMIN, now)

        reset(call, mail, str(house.admin.email))

        assert call(me, as_=signed).status == 401

    def test_with_a_weak_password_leaves_the_code_good(self, call: Call, mail: Outbox) -> None:
        house = an_agency()
        email = str(house.admin.email)
        call(forgot, body={"email": email})
        code = mail.code(email)

        for weak in ("короче", "password123", "Кузнецов2026", str(house.admin.phone)):
            reply = call(app, body={"email": email, "code": code, "password": weak})
            assert (reply.status, reply.code) == (422, "weak_password")
            assert [each["field"] for each in reply.json["errors"]] == ["password"]

        assert call(app, body={"email": email, "code": code, "password": NEW}).status == 200

    def test_needs_the_code_of_this_letter(self, call: Call, mail: Outbox) -> None:
        email = str(an_agency().admin.email)
        call(forgot, body={"email": email})
        wrong = f"{(int(mail.code(email)) + 1) % 1_000_000:06d}"
        call(client_send, body={"email": email})
        of_another_kind = mail.code(email)

        for code in (wrong, of_another_kind):
            reply = call(app, body={"email": email, "code": code, "password": NEW})
            assert (reply.status, reply.code) == (422, "code_refused")
        assert login(call, email, PASSWORD).status == 200

    def test_of_an_address_without_a_password_is_refused_as_a_wrong_code_is(
        self, call: Call, mail: Outbox
    ) -> None:
        with transaction() as session:
            client = people.a_client(session, utc_now())
        call(forgot, body={"email": client.email})

        reply = call(app, body={"email": client.email, "code": "123456", "password": NEW})

        assert (reply.status, reply.code) == (422, "code_refused")

    def test_proves_the_mailbox(self, call: Call, mail: Outbox) -> None:
        email = people.an_email()
        with transaction() as session:
            made = users.create(session, email=email, password_hash="$2b$04$", now=utc_now())

        reset(call, mail, email)

        with transaction() as session:
            found = users.find_by_email(session, email)
            assert found is not None
            assert found.id == made.id

    def test_gives_nobody_an_account_whose_phone_another_proved(self, call: Call, mail: Outbox) -> None:
        email = people.an_email()
        with transaction() as session:
            now = utc_now()
            users.create(
                session,
                phone=people.a_phone(),
                phone_verified_at=now,
                email=email,
                password_hash="$2b$04$",
                now=now,
            )

        call(forgot, body={"email": email})

        assert "входа по паролю с ним нет" in mail.messages(email)[0]["text"]

    def test_goes_to_the_address_that_an_operator_opened(self, call: Call, mail: Outbox) -> None:
        house, email = an_agency(), people.an_email()
        with transaction() as session:
            now = utc_now()
            operator = people.a_member_of_staff(session, now)
            contact_changes.open_recovery(
                session,
                user_id=house.admin.id,
                channel=CodeChannel.EMAIL,
                address=email,
                reason="Почтовый ящик закрыт",
                actor=Actor(operator.person.id, "127.0.0.1", "pytest"),
                now=now,
            )

        assert reset(call, mail, email).status == 200

        assert login(call, email, NEW).status == 200
        with transaction() as session:
            assert session.get_one(User, house.admin.id).payouts_held_until is not None


class TestStaffsPassword:
    def test_is_longer_and_opens_no_door_without_the_second_factor(self, call: Call, mail: Outbox) -> None:
        with transaction() as session:
            member = people.a_member_of_staff(session, utc_now())
        email = str(member.person.email)
        call(forgot, body={"email": email})
        code = mail.code(email)

        short = call(app, body={"email": email, "code": code, "password": "vK8!tq2Zr#5"})
        taken = call(app, body={"email": email, "code": code, "password": NEW})
        begun = call(staff_login, body={"email": email, "password": NEW})

        assert (short.code, taken.status) == ("weak_password", 200)
        assert set(begun.json) == {"challenge_token", "expires_in"}
