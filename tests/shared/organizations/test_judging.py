from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM, Actor
from shared.db.session import Transactions
from shared.kernel.identifiers import new_id
from shared.organizations import judging, members, organization_notices
from shared.organizations import service as organizations
from shared.organizations.cards import Card
from shared.organizations.errors import (
    OrganizationIncomplete,
    OrganizationNotFound,
    OrganizationStateWrong,
    OrganizationUnproved,
)
from shared.organizations.member_errors import AuthorityExpired, MemberNotFound, SignerChecked
from shared.organizations.member_views import MemberLine
from shared.organizations.models import BasisKind, OrganizationMember, OrganizationStatus
from shared.organizations.terms import Authority
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.ports.email import EmailOutcome
from shared.users.models import User
from tests.builders import people
from tests.builders.deals import KeptTexts
from tests.builders.letters import KeptLetters
from tests.builders.people import Agency, Person

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
REASON = "ОГРН принадлежит другой организации"


@pytest.fixture
def agency(app: Session) -> Agency:
    return people.an_agency(app, NOW, approved=False)


@pytest.fixture
def judge(app: Session) -> Actor:
    return Actor(people.a_client(app, NOW).id, "127.0.0.1", "pytest")


def approve(app: Session, agency: Agency, judge: Actor) -> Card:
    return judging.approve(app, organization_id=agency.id, actor=judge, now=NOW)


def reject(app: Session, agency: Agency, judge: Actor) -> Card:
    return judging.reject(app, organization_id=agency.id, reason=REASON, actor=judge, now=NOW)


class TestApproving:
    def test_makes_a_pending_organization_active(self, app: Session, agency: Agency, judge: Actor) -> None:
        approved = approve(app, agency, judge)

        assert (approved.status, approved.approved_at) == (OrganizationStatus.ACTIVE, NOW)
        line = app.scalars(select(AuditLog).where(AuditLog.action == "organization.approved")).one()
        assert (line.actor_id, line.before, line.after) == (
            judge.user_id,
            {"status": "pending"},
            {"status": "active"},
        )

    @pytest.mark.parametrize("missing", ["city", "tax_regime", "ogrn", "kpp"])
    def test_needs_all_that_a_contract_names(
        self, app: Session, agency: Agency, judge: Actor, missing: str
    ) -> None:
        setattr(organizations.organization(app, agency.id), missing, None)
        app.flush()

        with pytest.raises(OrganizationIncomplete):
            approve(app, agency, judge)

    @pytest.mark.parametrize("unproved", ["phone_verified_at", "email_verified_at"])
    def test_needs_an_admin_who_proved_both_contacts(
        self, app: Session, agency: Agency, judge: Actor, unproved: str
    ) -> None:
        setattr(app.get_one(User, agency.admin.id), unproved, None)
        app.flush()

        with pytest.raises(OrganizationUnproved):
            approve(app, agency, judge)

    def test_happens_once(self, app: Session, agency: Agency, judge: Actor) -> None:
        approve(app, agency, judge)

        for again in (approve, reject):
            with pytest.raises(OrganizationStateWrong):
                again(app, agency, judge)

    def test_needs_an_organization(self, app: Session, judge: Actor) -> None:
        with pytest.raises(OrganizationNotFound):
            judging.approve(app, organization_id=new_id(), actor=judge, now=NOW)


class TestRejecting:
    def test_frees_the_inn(self, app: Session, agency: Agency, judge: Actor) -> None:
        rejected = reject(app, agency, judge)

        again = organizations.register_agency(
            app,
            name="ООО «Снова»",
            inn=agency.inn,
            legal_address="101000, г. Москва, ул. Мясницкая, д. 10",
            email="again@example.ru",
            phone=people.a_phone(),
            admin_id=None,
            actor=SYSTEM,
            now=NOW,
        )

        assert (rejected.status, rejected.status_reason) == (OrganizationStatus.REJECTED, REASON)
        assert (again.status, again.short_name) == (OrganizationStatus.PENDING, "ООО «Снова»")


class TestBlocking:
    def test_lasts_until_it_is_lifted(self, app: Session, agency: Agency, judge: Actor) -> None:
        approve(app, agency, judge)

        blocked = judging.block(app, organization_id=agency.id, reason=REASON, actor=judge, now=NOW)
        assert (blocked.status, blocked.status_reason) == (OrganizationStatus.BLOCKED, REASON)
        lifted = judging.unblock(app, organization_id=agency.id, actor=judge, now=NOW)
        assert (lifted.status, lifted.status_reason) == (OrganizationStatus.ACTIVE, None)

    def test_is_for_active_organizations(self, app: Session, agency: Agency, judge: Actor) -> None:
        with pytest.raises(OrganizationStateWrong):
            judging.block(app, organization_id=agency.id, reason=REASON, actor=judge, now=NOW)
        with pytest.raises(OrganizationStateWrong):
            judging.unblock(app, organization_id=agency.id, actor=judge, now=NOW)


class TestTheLetter:
    def test_says_that_it_may_work(self, app: Session, agency: Agency, judge: Actor) -> None:
        approve(app, agency, judge)

        letters = self._told(app)

        assert [each.recipient for each in letters.sent] == [agency.admin.email]
        assert "можно работать" in letters.sent[0].text

    def test_says_why_it_may_not(self, app: Session, agency: Agency, judge: Actor) -> None:
        reject(app, agency, judge)

        letters = self._told(app)

        assert f"Причина: {REASON}" in letters.sent[0].text

    def test_is_not_sent_once_it_is_untrue(self, app: Session, agency: Agency, judge: Actor) -> None:
        approve(app, agency, judge)
        judging.block(app, organization_id=agency.id, reason=REASON, actor=judge, now=NOW)

        assert self._told(app).sent == []

    @pytest.mark.parametrize(
        ("outcome", "status"),
        [
            (EmailOutcome.TRY_LATER, OutboxStatus.PENDING),
            (EmailOutcome.REFUSED_RECIPIENT, OutboxStatus.DEAD),
            (EmailOutcome.UNKNOWN, OutboxStatus.DONE),
        ],
    )
    def test_waits_for_a_busy_server(
        self, app: Session, agency: Agency, judge: Actor, outcome: EmailOutcome, status: OutboxStatus
    ) -> None:
        reject(app, agency, judge)

        self._told(app, outcome)

        assert app.scalars(select(OutboxMessage.status)).one() is status

    @staticmethod
    def _told(app: Session, outcome: EmailOutcome = EmailOutcome.ACCEPTED) -> KeptLetters:
        app.commit()
        letters = KeptLetters(outcome)
        organization_notices.tell(
            Transactions(),
            app.scalars(select(OutboxMessage.id)).one(),
            emails=letters,
            texts=KeptTexts(),
            now=NOW,
        )
        app.expire_all()
        return letters


class TestCheckingASigner:
    @pytest.fixture
    def signer(self, app: Session, agency: Agency) -> Person:
        authority = Authority(
            "Директор",
            BasisKind.POWER_OF_ATTORNEY,
            "5",
            date(2026, 11, 1),
            date(2026, 11, 30),
            "Подписание договоров",
        )
        members.change(
            app,
            organization_id=agency.id,
            user_id=agency.admin.id,
            changes=members.Changes(authority=authority),
            actor=SYSTEM,
            now=NOW,
        )
        return agency.admin

    def test_lets_him_sign(self, app: Session, agency: Agency, signer: Person, judge: Actor) -> None:
        checked = self._check(app, agency, signer, judge)

        assert [role.checked_at for role in checked.roles if role.basis is not None] == [NOW]
        assert (
            app.scalars(
                select(OrganizationMember.checked_by).where(OrganizationMember.checked_at.is_not(None))
            ).one()
            == judge.user_id
        )
        assert [each.user_id for each in organizations.signers(app, agency.id, now=NOW)] == [signer.id]

    def test_happens_once(self, app: Session, agency: Agency, signer: Person, judge: Actor) -> None:
        self._check(app, agency, signer, judge)

        with pytest.raises(SignerChecked):
            self._check(app, agency, signer, judge)

    def test_is_too_late_for_a_power_that_has_expired(
        self, app: Session, agency: Agency, signer: Person, judge: Actor
    ) -> None:
        with pytest.raises(AuthorityExpired):
            self._check(app, agency, signer, judge, NOW + 7 * DAY)

    def test_is_of_a_signer(self, app: Session, agency: Agency, judge: Actor) -> None:
        with pytest.raises(MemberNotFound):
            self._check(app, agency, people.a_client(app, NOW), judge)

    @staticmethod
    def _check(app: Session, agency: Agency, signer: Person, judge: Actor, now: datetime = NOW) -> MemberLine:
        return judging.check_signer(app, organization_id=agency.id, user_id=signer.id, actor=judge, now=now)
