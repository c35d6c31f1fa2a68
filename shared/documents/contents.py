"""What stands in a contract: the data of its template, gathered from the deal and its people."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from shared.config import platform as platform_settings
from shared.config import web
from shared.deals import service as deals
from shared.deals.models import Deal, DealParty, DealTerms, ExecutorKind, PaymentStep
from shared.documents import contract_data as shapes
from shared.documents import party_data as people
from shared.documents.data_reading import as_json, read
from shared.documents.errors import ContractDataMissing
from shared.kernel.clock import moscow_date
from shared.kernel.money import Money
from shared.kernel.tax import TaxRegime, vat_within
from shared.organizations import service as organizations
from shared.organizations.models import ServiceSubcontract
from shared.users import service as users


def service_contract(
    session: Session, *, deal: Deal, terms: DealTerms, number: str, document_id: UUID, now: datetime
) -> dict[str, Any]:
    """Data of the deal's service contract.

    :raises ContractDataMissing: something that the contract must name isn't known
    """
    plan = deals.agreed_plan(session, deal.id)
    data: dict[str, Any] = as_json(
        shapes.ServiceContract(
            number=number,
            dated=moscow_date(now),
            city=deal.city,
            executor=executor_of(session, deal, now),
            client=client_of(session, deals.client_party(session, deal.id)),
            property=shapes.RealProperty(
                address=deals.address_of(session, deal),
                type=deal.property_type,
                price_kopecks=terms.price_kopecks.kopecks,
            ),
            commission=_commission(terms, plan),
            steps=tuple(_step(step) for step in plan),
            hold_days=terms.hold_days,
            silence_days=terms.silence_days,
            platform=platform(),
            verification_url=verification_url(document_id),
            exclusive_until=terms.exclusive_until,
        )
    )
    return data


def service_subcontract(
    session: Session, *, subcontract: ServiceSubcontract, number: str, document_id: UUID, now: datetime
) -> dict[str, Any]:
    """Data of an agency's frame contract with a self-employed agent.

    :raises ContractDataMissing: something that the contract must name isn't known
    """
    agency = organizations.requisites(session, subcontract.organization_id)
    data: dict[str, Any] = as_json(
        shapes.ServiceSubcontract(
            number=number,
            dated=moscow_date(now),
            city=agency.city,
            agency=_agency(session, subcontract.organization_id, now),
            agent=_self_employed(session, subcontract.agent_id),
            share_bps=subcontract.share_bps,
            platform_fee_bps=platform_settings.load().fee_bps,
            hold_days=0,
            silence_days=5,
            platform=platform(),
            verification_url=verification_url(document_id),
        )
    )
    return data


def verification_url(document_id: UUID) -> str:
    """Where the QR code leads."""
    return f"{web.load().public_url}/verify/{document_id}"


def platform() -> people.Platform:
    settings = platform_settings.load()
    return people.Platform(name=settings.name, url=web.load().public_url, inn=settings.inn)


def executor_of(session: Session, deal: Deal, now: datetime) -> people.Executor:
    if deal.executor_kind is ExecutorKind.ORG and deal.executor_organization_id is not None:
        return _agency(session, deal.executor_organization_id, now)
    if deal.executor_user_id is None:
        raise TypeError("a deal has an executor")
    return _self_employed(session, deal.executor_user_id)


def _agency(session: Session, organization_id: UUID, now: datetime) -> people.Executor:
    agency = organizations.requisites(session, organization_id)
    signer = next(iter(organizations.signers(session, organization_id, now=now)), None)
    if signer is None or signer.full_name is None:
        raise ContractDataMissing("подписант агентства")
    return people.Executor(
        kind=people.ExecutorKind.AGENCY,
        tax_regime=agency.tax_regime,
        name=agency.name,
        short_name=agency.short_name,
        inn=agency.inn,
        kpp=agency.kpp,
        ogrn=agency.ogrn,
        legal_address=agency.legal_address,
        phone=agency.phone,
        email=agency.email,
        signer=people.Signer(name=signer.full_name, position=signer.position, basis=signer.basis),
    )


def _self_employed(session: Session, user_id: UUID) -> people.Executor:
    profile = users.profile_of(session, user_id)
    contacts = users.contacts_of(session, user_id)
    if profile.full_name is None:
        raise ContractDataMissing("имя исполнителя")
    if profile.inn is None:
        raise ContractDataMissing("ИНН исполнителя")
    if contacts.phone is None:
        raise ContractDataMissing("телефон исполнителя")
    return people.Executor(
        kind=people.ExecutorKind.SELF_EMPLOYED,
        tax_regime=TaxRegime.NPD,
        name=profile.full_name,
        short_name=profile.full_name,
        inn=profile.inn,
        phone=contacts.phone,
        email=contacts.email,
    )


def client_of(session: Session, party: DealParty) -> people.Client:
    contacts = deals.party_contacts(session, party)
    if contacts.phone is None:
        raise ContractDataMissing("телефон клиента")
    sealer = deals.party_sealer(session, party)
    passport = sealer.open_optional("passport", party.passport)
    return people.Client(
        name=contacts.name,
        phone=contacts.phone,
        email=contacts.email,
        address=sealer.open_optional("address", party.address),
        passport=None if passport is None else read(people.Passport, json.loads(passport)),
    )


def _commission(terms: DealTerms, plan: list[PaymentStep]) -> shapes.Commission:
    # Each step is split by itself, so the contract's VAT is the sum of its steps' (``product/money.md``, example c).
    vat = sum(vat_within(step.amount_kopecks, terms.vat_bps).kopecks for step in plan)
    return shapes.Commission(
        total_kopecks=terms.commission_kopecks.kopecks,
        fixed_kopecks=terms.commission_fixed_kopecks.kopecks or None,
        bps=terms.commission_bps or None,
        vat=None
        if terms.vat_bps is None or Money(vat) == Money.zero()
        else shapes.Vat(bps=terms.vat_bps, kopecks=vat),
    )


def _step(step: PaymentStep) -> shapes.PlanStep:
    return shapes.PlanStep(
        no=step.step_no,
        amount_kopecks=step.amount_kopecks.kopecks,
        trigger=step.trigger,
        release_rule=step.release_rule,
        event=step.milestone,
        due_on=step.due_on,
        is_advance=step.is_advance,
    )
