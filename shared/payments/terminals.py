"""Which terminal collects for a deal: its agency's own, or the default one."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.config import terminals
from shared.deals.models import Deal
from shared.organizations.models import Organization
from shared.payments.errors import TerminalMissing
from shared.ports.payments import PaymentProvider

#: a terminal's provider by its name; raises LookupError for a name that isn't configured
Providers = Callable[[str], PaymentProvider]


def provider_for(session: Session, deal: Deal, providers: Providers) -> PaymentProvider:
    """:raises TerminalMissing: the agency's terminal is no longer configured"""
    return named(name_for(session, deal), providers)


def name_for(session: Session, deal: Deal) -> str:
    given = None
    if deal.executor_organization_id is not None:
        given = session.scalars(
            select(Organization.payment_terminal).where(Organization.id == deal.executor_organization_id)
        ).one()
    return given or terminals.load().default.name


def named(terminal: str, providers: Providers) -> PaymentProvider:
    """:raises TerminalMissing: it is no longer configured"""
    try:
        return providers(terminal)
    except LookupError:
        raise TerminalMissing from None
