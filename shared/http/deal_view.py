"""A deal on the wire; several endpoints answer with it."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.deals.service import Viewer
from shared.deals.views import DealFacts, PartyFacts, StepFacts
from shared.http.caller import Principal
from shared.http.inputs import ViewModel
from shared.http.reply import Reply

_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
    "number": "2026-000042",
    "type": "secondary_sell",
    "status": "draft",
    "executor": "org",
    "property_type": "apartment",
    "address": "г. Москва, ул. Лесная, д. 5, кв. 12",
    "city": "Москва",
    "price_kopecks": 1_250_000_000,
    "commission_kopecks": 30_000_000,
    "advance": None,
    "vat_bps": 2_200,
    "platform_fee_bps": 200,
    "hold_days": 0,
    "silence_days": 5,
    "exclusive_until": "2027-03-31",
    "terms_sha256": None,
    "parties": [
        {
            "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e12",
            "role": "client",
            "kind": "external",
            "name": "Соколова Анна Петровна",
            "phone": "+79161234567",
            "email": "anna@example.com",
            "signed_up": False,
        }
    ],
    "plan": [
        {
            "step_no": 1,
            "amount_kopecks": 30_000_000,
            "trigger": "immediate",
            "release_rule": "immediate",
            "due_on": None,
            "milestone": None,
            "status": "planned",
            "paid_at": None,
            "accepted_at": None,
            "release_due_at": None,
            "released_at": None,
            "is_advance": False,
            "part_of": None,
        }
    ],
    "created_at": "2026-11-24T10:00:00Z",
    "submitted_at": None,
    "signed_at": None,
}


class StepView(ViewModel):
    step_no: int
    amount_kopecks: int
    trigger: str
    release_rule: str
    due_on: date | None
    milestone: str | None
    status: str
    paid_at: datetime | None
    #: when the client accepted the step's milestone or the act, or his silence did
    accepted_at: datetime | None
    release_due_at: datetime | None
    released_at: datetime | None
    is_advance: bool
    #: the step that this one is a part of; that one is "parted" and neither paid nor counted
    part_of: int | None

    @classmethod
    def of(cls, step: StepFacts) -> "StepView":
        return cls(
            step_no=step.step_no,
            amount_kopecks=step.amount.kopecks,
            trigger=step.trigger,
            release_rule=step.release_rule,
            due_on=step.due_on,
            milestone=step.milestone,
            status=step.status,
            paid_at=step.paid_at,
            accepted_at=step.accepted_at,
            release_due_at=step.release_due_at,
            released_at=step.released_at,
            is_advance=step.is_advance,
            part_of=step.part_of,
        )


class AdvanceView(ViewModel):
    """How it was agreed, and what it comes to; it is the plan's first step."""

    fixed_kopecks: int | None
    #: of the commission
    bps: int | None
    amount_kopecks: int

    @classmethod
    def of(cls, facts: DealFacts) -> "AdvanceView | None":
        step = next((one for one in facts.plan if one.is_advance and one.part_of is None), None)
        if step is None:
            return None
        fixed = facts.terms.advance_fixed_kopecks
        return cls(
            fixed_kopecks=None if fixed is None else fixed.kopecks,
            bps=facts.terms.advance_bps,
            amount_kopecks=step.amount.kopecks,
        )


class PartyView(ViewModel):
    id: UUID
    role: str
    kind: str
    name: str
    phone: str | None
    email: str | None
    #: the party has an account that the deal knows
    signed_up: bool

    @classmethod
    def of(cls, party: PartyFacts) -> "PartyView":
        return cls(
            id=party.id,
            role=party.role,
            kind=party.kind,
            name=party.name,
            phone=party.phone,
            email=party.email,
            signed_up=party.signed_up,
        )


class DealView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    number: str
    type: str
    status: str
    executor: str
    property_type: str
    address: str
    city: str
    price_kopecks: int
    commission_kopecks: int
    advance: AdvanceView | None
    vat_bps: int | None
    platform_fee_bps: int
    hold_days: int
    silence_days: int
    exclusive_until: date | None
    terms_sha256: str | None
    parties: list[PartyView]
    plan: list[StepView]
    created_at: datetime
    submitted_at: datetime | None
    signed_at: datetime | None

    @classmethod
    def of(cls, facts: DealFacts) -> "DealView":
        deal, terms = facts.deal, facts.terms
        return cls(
            id=deal.id,
            number=deal.number,
            type=deal.type,
            status=deal.status,
            executor=deal.executor_kind,
            property_type=deal.property_type,
            address=facts.address,
            city=deal.city,
            price_kopecks=terms.price_kopecks.kopecks,
            commission_kopecks=terms.commission_kopecks.kopecks,
            advance=AdvanceView.of(facts),
            vat_bps=terms.vat_bps,
            platform_fee_bps=terms.platform_fee_bps,
            hold_days=terms.hold_days,
            silence_days=terms.silence_days,
            exclusive_until=terms.exclusive_until,
            terms_sha256=None if terms.sha256 is None else terms.sha256.hex(),
            parties=[PartyView.of(party) for party in facts.parties],
            plan=[StepView.of(step) for step in facts.plan],
            created_at=deal.created_at,
            submitted_at=deal.submitted_at,
            signed_at=deal.signed_at,
        )


def with_etag(facts: DealFacts, *, status: int | None = None) -> Reply:
    """The view with the ETag that a change must name in ``If-Match``."""
    return Reply(DealView.of(facts), status, {"ETag": f'"{facts.deal.revision}"'})


def viewer(caller: Principal) -> Viewer:
    return Viewer(caller.user_id, caller.reach, caller.organization_id)
