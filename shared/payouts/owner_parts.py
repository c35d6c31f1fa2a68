"""Whose a step's money is: one part per owner, of which his VAT and his share are two splits."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from shared.kernel.money import Money
from shared.payments.models import Split, SplitLine


class OwnerPart(NamedTuple):
    """What one owner gets of a step: his share and, if he is the executor, his VAT."""

    user_id: UUID | None
    organization_id: UUID | None
    splits: Sequence[Split]

    @property
    def owner_id(self) -> UUID:
        owner_id = self.user_id or self.organization_id
        if owner_id is None:
            raise AssertionError("the platform is nobody's payee")
        return owner_id

    @property
    def account_split_id(self) -> UUID:
        """The split that names the owner's payable account: his share, not his VAT."""
        return min(self.splits, key=lambda split: (split.line is SplitLine.VAT, split.position)).id


def parts_of(splits: Sequence[Split]) -> list[OwnerPart]:
    """One part per owner in the splits' order; the platform and what was empty from the start are left out.

    :param splits: all of a payment, so that an owner's account is the same in each of its releases
    """
    by_owner: dict[tuple[UUID | None, UUID | None], list[Split]] = defaultdict(list)
    for split in splits:
        if split.line is not SplitLine.PLATFORM:
            by_owner[split.owner_user_id, split.owner_organization_id].append(split)
    parts = [OwnerPart(user_id, org_id, tuple(own)) for (user_id, org_id), own in by_owner.items()]
    return [part for part in parts if any(split.amount_kopecks > Money.zero() for split in part.splits)]
