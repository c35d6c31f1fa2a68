"""What a journey leaves behind, for a person and for a program."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.demo.client import Fields, fetch
from infra.demo.people import AgencyAdmin, Agent, Client

_LINES: Final = ("vat", "platform", "agency", "agent")


@dataclass(frozen=True, slots=True)
class Contract:
    """A sealed document with its file; ``view`` as ``GET /documents/{id}`` gives it."""

    view: Fields
    path: Path

    @property
    def id(self) -> str:
        return str(self.view["id"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """Views as the API gives them, read at the end; sums in kopecks."""

    agent: Agent
    client: Client
    admin: AgencyAdmin | None
    subcontract: Contract | None
    contract: Contract
    deal: Fields
    intent: Fields
    payment: Fields
    payouts: Sequence[Fields]
    receipt: Fields
    #: the explanation of what went back; None where nothing did
    refund: Fields | None
    ledger: Fields

    @property
    def splits(self) -> dict[str, int]:
        """Kopecks by line; a line that the deal doesn't have is zero."""
        found = {str(each["line"]): int(each["amount_kopecks"]) for each in self.payment["splits"]}
        return {line: found.get(line, 0) for line in _LINES}

    def open_receipt(self) -> str:
        """The page at the tax service that the receipt's link opens."""
        return fetch(str(self.receipt["link"])).require(200).text

    def report(self, *, functions_deployed: int, elapsed_seconds: float) -> Fields:
        return {
            "deal_id": self.deal["id"],
            "document_sha256": self.contract.view["sha256"],
            "pdf_path": str(self.contract.path),
            "payment_id": self.payment["id"],
            "gross_kopecks": self.payment["amount_kopecks"],
            "splits": self.splits,
            "ledger": {name: self.ledger[name] for name in ("debits_kopecks", "credits_kopecks")},
            "payouts": [
                {name: payout[name] for name in ("owner", "amount_kopecks", "status")}
                for payout in self.payouts
            ],
            "receipt": {name: self.receipt[name] for name in ("id", "link", "status")},
            "refund": self._refund(),
            "functions_deployed": functions_deployed,
            "elapsed_seconds": round(elapsed_seconds, 1),
        }

    def _refund(self) -> Fields | None:
        if self.refund is None:
            return None
        chain = self.refund["chain"]
        return {
            "id": self.refund["refund_id"],
            "amount_kopecks": self.refund["amount_kopecks"],
            "status": self.refund["status"],
            "parts": {str(part["line"]): int(part["amount_kopecks"]) for part in self.refund["parts"]},
            "terms_sha256": chain["terms"]["sha256"],
            "postings": len(chain["postings"]),
        }
