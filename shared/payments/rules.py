"""The rule in a deal's signed terms, by which a step's money is divided."""

from uuid import UUID

from shared.deals.models import Deal, DealTerms
from shared.payments.models import SplitLine
from shared.payments.splits import Owner, ShareRule, SplitRule


def rule_of(deal: Deal, terms: DealTerms) -> SplitRule:
    """``split_rule`` of the terms is ``[{"line", "owner_kind", "owner_id", "bps"}]``."""
    executor = Owner(deal.executor_kind.value, deal.executor_user_id or deal.executor_organization_id)
    return SplitRule(
        vat_bps=terms.vat_bps,
        fee_bps=terms.platform_fee_bps,
        fee_min=terms.platform_fee_min_kopecks,
        executor=executor,
        shares=tuple(
            ShareRule(
                SplitLine(one["line"]), Owner(one["owner_kind"], UUID(one["owner_id"])), int(one["bps"])
            )
            for one in terms.split_rule
        ),
    )
