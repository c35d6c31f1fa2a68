"""On what terms a person belongs to an organization: an agent's share, what entitles a signer."""

from datetime import date
from typing import Final, NamedTuple, Self

from shared.organizations.models import BasisKind, OrganizationMember

#: as a membership's terms wait in an invitation: JSON's own types
Stored = dict[str, str | int | None]


class Authority(NamedTuple):
    """What entitles a signer; a power of attorney has all its fields, a charter none of them.

    ``position`` is in the nominative, as is ``basis``: documents decline both.
    """

    position: str
    kind: BasisKind
    number: str | None = None
    issued_on: date | None = None
    #: its last day
    valid_until: date | None = None
    scope: str | None = None

    @property
    def basis(self) -> str:
        """As it stands in a contract."""
        if self.kind is BasisKind.CHARTER or self.issued_on is None:
            return "Устав"
        return f"Доверенность № {self.number} от {self.issued_on:%d.%m.%Y}"

    def expired(self, today: date) -> bool:
        return self.valid_until is not None and self.valid_until < today

    def write(self, member: OrganizationMember) -> None:
        """Put it down in a signer's membership: nobody has checked it yet."""
        member.position, member.basis, member.basis_kind = self.position, self.basis, self.kind
        member.basis_number, member.basis_scope = self.number, self.scope
        member.basis_issued_on, member.basis_valid_until = self.issued_on, self.valid_until
        member.checked_at = member.checked_by = None


class Terms(NamedTuple):
    """``share_bps``: of the price less VAT and the platform's fee, 1 … 9 999; None is the organization's own."""

    share_bps: int | None = None
    authority: Authority | None = None

    def stored(self) -> Stored:
        held = self.authority
        if held is None:
            return {"share_bps": self.share_bps}
        return {
            "share_bps": self.share_bps,
            "position": held.position,
            "kind": held.kind.value,
            "number": held.number,
            "issued_on": _text(held.issued_on),
            "valid_until": _text(held.valid_until),
            "scope": held.scope,
        }

    @classmethod
    def restored(cls, stored: Stored) -> Self:
        share = stored.get("share_bps")
        if "position" not in stored:
            return cls(share if isinstance(share, int) else None)
        return cls(
            share if isinstance(share, int) else None,
            Authority(
                position=str(stored["position"]),
                kind=BasisKind(str(stored["kind"])),
                number=_word(stored["number"]),
                issued_on=_day(stored["issued_on"]),
                valid_until=_day(stored["valid_until"]),
                scope=_word(stored["scope"]),
            ),
        )


NO_TERMS: Final = Terms()


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _word(stored: str | int | None) -> str | None:
    return None if stored is None else str(stored)


def _day(stored: str | int | None) -> date | None:
    return None if stored is None else date.fromisoformat(str(stored))
