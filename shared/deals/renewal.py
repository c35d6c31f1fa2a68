"""What the law, the platform and the agency decide is read again at submission: a draft may be old."""

from datetime import datetime

from sqlalchemy.orm import Session

from shared.config import platform
from shared.deals import executors, service
from shared.deals.errors import PartiesCollide
from shared.deals.models import Deal
from shared.kernel.clock import moscow_date
from shared.kernel.money import Money
from shared.kernel.tax import vat_bps


def renew(session: Session, deal: Deal, *, now: datetime) -> None:
    """Bring the unfrozen terms up to date: regime and VAT, fee, split rule, subcontract.

    The refusals of ``executors.choose`` pass through.

    :raises PartiesCollide: the client's phone is by now one of the executor's side
    """
    executor = executors.choose(
        session,
        kind=deal.executor_kind,
        agent_id=deal.agent_id,
        organization_id=deal.executor_organization_id,
    )
    if service.client_party(session, deal.id).phone_index in executor.phone_indexes:
        raise PartiesCollide
    settings = platform.load()
    terms = service.current_terms(session, deal.id)
    terms.tax_regime = executor.tax_regime
    terms.vat_bps = vat_bps(executor.tax_regime, moscow_date(now))
    terms.platform_fee_bps = settings.fee_bps
    terms.platform_fee_min_kopecks = Money(settings.fee_min_kopecks)
    terms.split_rule = executor.split_rule
    terms.subcontract_id = executor.subcontract_id
