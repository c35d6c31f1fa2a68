from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM, Actor
from shared.config import secrets
from shared.db.session import Transactions
from shared.organizations import (
    invitation_answers,
    invitation_reading,
    invitation_sending,
    invitations,
    subcontracts,
)
from shared.organizations import service as organizations
from shared.organizations.errors import OrganizationClosed
from shared.organizations.invitation_errors import (
    InvitationClosed,
    InvitationExists,
    InvitationNotFound,
    InviteeUnreachable,
    TermsNeeded,
    TooManyInvitations,
    TooManyPending,
)
from shared.organizations.invitation_models import Invitation, InvitationStatus
from shared.organizations.member_errors import ContractorIsNoStaff, MemberExists
from shared.organizations.models import BasisKind, MemberRole, OrganizationMember, OrganizationStatus
from shared.organizations.terms import Authority, Terms
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.ports.email import EmailOutcome
from shared.ports.sms import SmsOutcome
from shared.security.codes import token_hash
from shared.users import service as users
from shared.users.errors import UserNotFound
from tests.builders import people
from tests.builders.deals import KeptTexts
from tests.builders.letters import KeptLetters
from tests.builders.people import Agency, Person
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
POWER = Authority(
    "Коммерческий директор",
    BasisKind.POWER_OF_ATTORNEY,
    "7",
    date(2026, 11, 1),
    date(2027, 11, 1),
    "Подписание договоров",
)


@pytest.fixture
def agency(app: Session) -> Agency:
    return people.an_agency(app, NOW)


def invite(app: Session, agency: Agency, address: str, **more: object) -> Invitation:
    given: dict[str, object] = {"member_role": MemberRole.AGENT, "actor": Actor(agency.admin.id), **more}
    contact = {"email": address} if "@" in address else {"phone": address}
    return invitations.invite(app, organization_id=agency.id, now=NOW, **contact, **given)  # type: ignore[arg-type]


def known_token(app: Session, invitation: Invitation) -> str:
    """Stands for the one that was sent."""
    token = f"token-of-{invitation.id}"
    invitation.token_hash = token_hash(secrets.code_key(), token)
    app.flush()
    return token


def accept(app: Session, token: str, person: Person, now: datetime = NOW) -> Invitation:
    return invitation_answers.accept(app, token=token, user_id=person.id, actor=Actor(person.id), now=now)


class TestAnInvitation:
    def test_makes_who_proved_the_phone_a_member_on_its_terms(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        invitation = invite(app, agency, str(agent.phone), terms=Terms(share_bps=6_500))

        accepted = accept(app, known_token(app, invitation), agent)

        assert accepted.status is InvitationStatus.ACCEPTED
        assert accepted.decided_by == agent.id
        (member,) = self._memberships(app, agency, agent)
        assert (member.member_role, member.share_bps) == (MemberRole.AGENT, 6_500)

    def test_makes_who_proved_the_address_a_signer_whom_nobody_has_checked(
        self, app: Session, agency: Agency
    ) -> None:
        client = people.a_client(app, NOW)
        invitation = invite(
            app, agency, str(client.email), member_role=MemberRole.SIGNER, terms=Terms(authority=POWER)
        )

        accept(app, known_token(app, invitation), client)

        (member,) = self._memberships(app, agency, client)
        assert (member.position, member.basis) == (
            "Коммерческий директор",
            "Доверенность № 7 от 01.11.2026",
        )
        assert (member.basis_valid_until, member.basis_scope) == (POWER.valid_until, POWER.scope)
        assert member.checked_at is None
        assert client.id not in {each.user_id for each in organizations.signers(app, agency.id, now=NOW)}

    def test_is_not_there_for_anybody_else(self, app: Session, agency: Agency) -> None:
        agent, other = people.an_agent(app, NOW), people.an_agent(app, NOW)
        token = known_token(app, invite(app, agency, str(agent.phone)))

        for stranger in (other, people.a_client(app, NOW)):
            with pytest.raises(InvitationNotFound):
                accept(app, token, stranger)
        with pytest.raises(InvitationNotFound):
            accept(app, "no such token", agent)

    def test_is_not_there_for_who_only_typed_the_address_in(self, app: Session, agency: Agency) -> None:
        email = people.an_email()
        user = users.create(app, email=email, password_hash="x", now=NOW)
        token = known_token(app, invite(app, agency, email))

        with pytest.raises(InvitationNotFound):
            accept(app, token, Person(user.id, "", None, email))

    def test_works_once(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        token = known_token(app, invite(app, agency, str(agent.phone)))
        accept(app, token, agent)

        with pytest.raises(InvitationClosed):
            accept(app, token, agent)

    def test_works_for_a_week(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        token = known_token(app, invite(app, agency, str(agent.phone)))

        with pytest.raises(InvitationClosed):
            accept(app, token, agent, NOW + 7 * DAY)
        accept(app, token, agent, NOW + 7 * DAY - timedelta(seconds=1))

    def test_that_was_declined_is_closed(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        token = known_token(app, invite(app, agency, str(agent.phone)))

        declined = invitation_answers.decline(app, token=token, **people.PEER, now=NOW)

        assert (declined.status, declined.decided_by) == (InvitationStatus.DECLINED, None)
        with pytest.raises(InvitationClosed):
            accept(app, token, agent)

    def test_that_was_revoked_is_closed(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        invitation = invite(app, agency, str(agent.phone))
        token = known_token(app, invitation)

        invitations.revoke(app, organization_id=agency.id, invitation_id=invitation.id, actor=SYSTEM, now=NOW)

        with pytest.raises(InvitationClosed):
            accept(app, token, agent)

    def test_belongs_to_its_organization(self, app: Session, agency: Agency) -> None:
        invitation = invite(app, agency, people.an_email())
        other = people.an_agency(app, NOW)

        for work in (invitations.revoke, invitations.resend):
            with pytest.raises(InvitationNotFound):
                work(app, organization_id=other.id, invitation_id=invitation.id, actor=SYSTEM, now=NOW)

    def test_forgets_its_address_once_it_is_decided(self, app: Session, agency: Agency) -> None:
        email = "konstantin@example.ru"
        invitation = invite(app, agency, email)
        assert invitation_reading.masked_address(app, invitation) == "ko***@example.ru"

        invitations.revoke(app, organization_id=agency.id, invitation_id=invitation.id, actor=SYSTEM, now=NOW)

        assert invitation_reading.masked_address(app, invitation) is None

    def test_accepted_twice_at_once_makes_one_member(
        self, app: Session, agency: Agency, database: TestDatabase
    ) -> None:
        agent = people.an_agent(app, NOW)
        token = known_token(app, invite(app, agency, str(agent.phone)))
        app.commit()

        results = at_once(database, 4, lambda session, _: accept(session, token, agent).status)

        assert results.count(InvitationStatus.ACCEPTED) == 1
        assert sum(isinstance(each, InvitationClosed) for each in results) == 3
        assert len(self._memberships(app, agency, agent)) == 1

    def test_makes_no_contractor_a_member_of_staff(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        subcontracts.open_subcontract(
            app, organization_id=agency.id, agent_phone=str(agent.phone), share_bps=7_000, now=NOW
        )
        token = known_token(app, invite(app, agency, str(agent.phone), member_role=MemberRole.ACCOUNTANT))

        with pytest.raises(ContractorIsNoStaff):
            accept(app, token, agent)

    @staticmethod
    def _memberships(app: Session, agency: Agency, person: Person) -> list[OrganizationMember]:
        return list(
            app.scalars(
                select(OrganizationMember).where(
                    OrganizationMember.organization_id == agency.id,
                    OrganizationMember.user_id == person.id,
                )
            )
        )


class TestInviting:
    def test_the_same_address_to_the_same_role_is_refused_while_the_first_waits(
        self, app: Session, agency: Agency
    ) -> None:
        email = people.an_email()
        invite(app, agency, email)

        with pytest.raises(InvitationExists):
            invite(app, agency, email)
        invite(app, agency, email, member_role=MemberRole.ACCOUNTANT)

    def test_again_after_a_week_takes_the_place_of_the_expired(self, app: Session, agency: Agency) -> None:
        email = people.an_email()
        first = invite(app, agency, email)

        second = invitations.invite(
            app,
            organization_id=agency.id,
            member_role=MemberRole.AGENT,
            email=email,
            actor=SYSTEM,
            now=NOW + 8 * DAY,
        )

        assert (first.status, second.status) == (InvitationStatus.REVOKED, InvitationStatus.PENDING)

    def test_a_member_to_his_own_role_is_refused(self, app: Session, agency: Agency) -> None:
        with pytest.raises(MemberExists):
            invite(app, agency, str(agency.admin.email), member_role=MemberRole.ADMIN)

    @pytest.mark.parametrize(
        ("member_role", "terms"),
        [(MemberRole.SIGNER, Terms()), (MemberRole.AGENT, Terms(authority=POWER))],
    )
    def test_a_signer_and_nobody_else_has_a_basis(
        self, app: Session, agency: Agency, member_role: MemberRole, terms: Terms
    ) -> None:
        with pytest.raises(TermsNeeded):
            invite(app, agency, people.an_email(), member_role=member_role, terms=terms)

    @pytest.mark.parametrize("status", [OrganizationStatus.BLOCKED, OrganizationStatus.REJECTED])
    def test_is_for_organizations_that_work(
        self, app: Session, agency: Agency, status: OrganizationStatus
    ) -> None:
        organizations.organization(app, agency.id).status = status

        with pytest.raises(OrganizationClosed):
            invite(app, agency, people.an_email())

    def test_is_limited_to_twenty_a_day(self, app: Session, agency: Agency) -> None:
        for _ in range(invitations.MOST_A_DAY):
            invite(app, agency, people.an_email())

        with pytest.raises(TooManyInvitations) as refused:
            invite(app, agency, people.an_email())
        assert refused.value.retry_after_seconds == 24 * 3600

    def test_is_limited_to_fifty_that_wait(self, app: Session, agency: Agency) -> None:
        for day in range(3):
            for _ in range(20 if day < 2 else 10):
                invitations.invite(
                    app,
                    organization_id=agency.id,
                    member_role=MemberRole.AGENT,
                    email=people.an_email(),
                    actor=SYSTEM,
                    now=NOW + day * DAY,
                )

        with pytest.raises(TooManyPending):
            invitations.invite(
                app,
                organization_id=agency.id,
                member_role=MemberRole.AGENT,
                email=people.an_email(),
                actor=SYSTEM,
                now=NOW + 2 * DAY,
            )

    def test_a_person_who_was_found_goes_to_what_he_has_proved(self, app: Session, agency: Agency) -> None:
        agent, client = people.an_agent(app, NOW), people.a_client(app, NOW, may_sign=False)

        sent = [self._found(app, agency, each.id).channel for each in (agent, client)]

        assert sent == ["sms", "email"]

    def test_a_person_without_a_proved_contact_is_refused(self, app: Session, agency: Agency) -> None:
        user = users.create(app, email=people.an_email(), now=NOW)

        with pytest.raises(InviteeUnreachable):
            self._found(app, agency, user.id)
        with pytest.raises(UserNotFound):
            self._found(app, agency, agency.id)

    @staticmethod
    def _found(app: Session, agency: Agency, user_id: UUID) -> Invitation:
        return invitations.invite_user(
            app,
            organization_id=agency.id,
            user_id=user_id,
            member_role=MemberRole.AGENT,
            actor=SYSTEM,
            now=NOW,
        )


Deliver = Callable[..., None]


class TestSending:
    def test_a_letter_carries_a_link_that_works(self, app: Session, agency: Agency) -> None:
        client, letters = people.a_client(app, NOW), KeptLetters()
        invite(app, agency, str(client.email))

        self._send(app, letters=letters)

        (letter,) = letters.sent
        assert letter.recipient == client.email
        assert "ООО «Дом и ключи» приглашает вас" in letter.text
        accept(app, self._token(letter.text), client)

    def test_a_text_message_carries_one_too(self, app: Session, agency: Agency) -> None:
        agent, texts = people.an_agent(app, NOW), KeptTexts()
        invite(app, agency, str(agent.phone))

        self._send(app, texts=texts)

        ((phone, words),) = texts.sent
        assert phone == agent.phone
        accept(app, self._token(words), agent)

    def test_again_makes_the_former_link_dead(self, app: Session, agency: Agency) -> None:
        client, letters = people.a_client(app, NOW), KeptLetters()
        invitation = invite(app, agency, str(client.email))
        self._send(app, letters=letters)

        invitations.resend(
            app, organization_id=agency.id, invitation_id=invitation.id, actor=SYSTEM, now=NOW + DAY
        )
        self._send(app, letters=letters)

        first, second = (self._token(letter.text) for letter in letters.sent)
        with pytest.raises(InvitationNotFound):
            accept(app, first, client)
        assert accept(app, second, client).expires_at == NOW + 8 * DAY

    def test_leaves_the_token_nowhere(self, app: Session, agency: Agency) -> None:
        letters = KeptLetters()
        invite(app, agency, people.an_email())
        self._send(app, letters=letters)

        token = self._token(letters.sent[0].text)

        kept = app.execute(text("SELECT o::text || i::text FROM outbox o, invitations i")).scalars().all()
        assert kept
        assert not any(token in each or token.encode().hex() in each for each in kept)

    def test_a_revoked_one_sends_nothing(self, app: Session, agency: Agency) -> None:
        letters = KeptLetters()
        invitation = invite(app, agency, people.an_email())
        invitations.revoke(app, organization_id=agency.id, invitation_id=invitation.id, actor=SYSTEM, now=NOW)

        self._send(app, letters=letters)

        assert letters.sent == []
        assert app.scalars(select(OutboxMessage.status)).one() is OutboxStatus.DONE

    @pytest.mark.parametrize(
        ("outcome", "status"),
        [
            (EmailOutcome.TRY_LATER, OutboxStatus.PENDING),
            (EmailOutcome.REFUSED_RECIPIENT, OutboxStatus.DEAD),
            (EmailOutcome.UNKNOWN, OutboxStatus.DONE),
        ],
    )
    def test_a_busy_provider_is_tried_again_and_an_unknown_outcome_is_not(
        self, app: Session, agency: Agency, outcome: EmailOutcome, status: OutboxStatus
    ) -> None:
        invite(app, agency, people.an_email())

        self._send(app, letters=KeptLetters(outcome))

        assert app.scalars(select(OutboxMessage.status)).one() is status

    def test_a_text_message_that_nobody_takes_comes_to_an_operator(
        self, app: Session, agency: Agency
    ) -> None:
        invite(app, agency, people.a_phone())

        self._send(app, texts=KeptTexts(SmsOutcome.REFUSED_RECIPIENT))

        assert app.scalars(select(OutboxMessage.status)).one() is OutboxStatus.DEAD

    @staticmethod
    def _send(app: Session, letters: KeptLetters | None = None, texts: KeptTexts | None = None) -> None:
        app.commit()
        pending = app.scalars(
            select(OutboxMessage.id).where(OutboxMessage.status == OutboxStatus.PENDING)
        ).one()
        invitation_sending.send(
            Transactions(), pending, emails=letters or KeptLetters(), texts=texts or KeptTexts(), now=NOW
        )
        app.expire_all()

    @staticmethod
    def _token(words: str) -> str:
        return words.split("https://lk.housler.test/invitations/")[1].split(maxsplit=1)[0]
