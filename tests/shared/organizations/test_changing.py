from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM, Actor
from shared.organizations import changing, judging
from shared.organizations import service as organizations
from shared.organizations.cards import Card
from shared.organizations.errors import (
    OrganizationClosed,
    OrganizationDetailsFixed,
    OrganizationExists,
    OrganizationIncomplete,
)
from tests.builders import people
from tests.builders.people import Agency

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
REASON = "ОГРН принадлежит другой организации"


@pytest.fixture
def agency(app: Session) -> Agency:
    return people.an_agency(app, NOW, approved=False)


@pytest.fixture
def judge(app: Session) -> Actor:
    return Actor(people.a_client(app, NOW).id, "127.0.0.1", "pytest")


def approve(app: Session, agency: Agency, judge: Actor) -> Card:
    return judging.approve(app, organization_id=agency.id, actor=judge, now=NOW)


class TestChangingTheCard:
    def test_of_a_pending_organization_is_free(self, app: Session, agency: Agency) -> None:
        inn = people.a_company_inn()

        self._change(app, agency, inn=inn, kpp="770201001", name="ООО «Ключи»", email="new@example.ru")

        read = organizations.requisites(app, agency.id)
        assert (read.inn, read.kpp, read.name, read.email) == (
            inn,
            "770201001",
            "ООО «Ключи»",
            "new@example.ru",
        )
        with pytest.raises(OrganizationExists):
            organizations.require_free(app, inn)
        organizations.require_free(app, agency.inn)

    @pytest.mark.parametrize("field", sorted(changing.FIXED))
    def test_leaves_what_an_operator_has_checked(
        self, app: Session, agency: Agency, judge: Actor, field: str
    ) -> None:
        approve(app, agency, judge)

        with pytest.raises(OrganizationDetailsFixed):
            self._change(app, agency, **{field: "7707083893"})

    def test_of_an_active_organization_touches_the_rest(
        self, app: Session, agency: Agency, judge: Actor
    ) -> None:
        approve(app, agency, judge)

        changed = self._change(app, agency, city="Казань", agent_share_bps=6_500, phone="+79161234567")

        assert (changed.city, changed.agent_share_bps) == ("Казань", 6_500)
        line = app.scalars(select(AuditLog).where(AuditLog.action == "organization.changed")).one()
        assert line.before == {"tax_regime": "osn", "agent_share_bps": None}
        assert line.after == {
            "tax_regime": "osn",
            "agent_share_bps": 6_500,
            "fields": "agent_share_bps, city, phone",
        }

    def test_takes_nothing_that_contracts_need(self, app: Session, agency: Agency, judge: Actor) -> None:
        approve(app, agency, judge)

        with pytest.raises(OrganizationIncomplete):
            self._change(app, agency, city=None)

    def test_to_a_taken_inn_is_refused(self, app: Session, agency: Agency) -> None:
        with pytest.raises(OrganizationExists):
            self._change(app, agency, inn=people.an_agency(app, NOW).inn)

    def test_of_a_rejected_organization_is_refused(self, app: Session, agency: Agency, judge: Actor) -> None:
        judging.reject(app, organization_id=agency.id, reason=REASON, actor=judge, now=NOW)

        with pytest.raises(OrganizationClosed):
            self._change(app, agency, city="Казань")

    @staticmethod
    def _change(app: Session, agency: Agency, **changes: str | int | None) -> Card:
        return changing.change(app, organization_id=agency.id, changes=changes, actor=SYSTEM, now=NOW)
