"""The life of a refund: one table of allowed transitions; anything else is a mistake of ours."""

from typing import Final

from shared.refunds.models import RefundStatus

_S = RefundStatus

TRANSITIONS: Final[dict[RefundStatus, frozenset[RefundStatus]]] = {
    _S.AWAITING_APPROVAL: frozenset({_S.ACCEPTED, _S.AWAITING_COVER, _S.DECLINED, _S.EXPIRED}),
    _S.AWAITING_COVER: frozenset({_S.ACCEPTED, _S.SENDING}),
    _S.ACCEPTED: frozenset({_S.AWAITING_COVER, _S.SENDING}),
    # Back to waiting: the provider had not the money, and nothing happened.
    _S.SENDING: frozenset({_S.UNKNOWN, _S.SUCCEEDED, _S.FAILED, _S.AWAITING_COVER}),
    _S.UNKNOWN: frozenset({_S.SENDING, _S.SUCCEEDED, _S.FAILED, _S.AWAITING_COVER}),
    _S.SUCCEEDED: frozenset(),
    _S.FAILED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.EXPIRED: frozenset(),
}

#: with the provider, with an end that is not known yet
ON_THE_WAY: Final = (_S.SENDING, _S.UNKNOWN)
#: decided and not sent
DECIDED: Final = (_S.ACCEPTED, _S.AWAITING_COVER)
FINAL: Final = tuple(status for status, next_ones in TRANSITIONS.items() if not next_ones)
#: nothing went back, and nothing will
UNDONE: Final = (_S.FAILED, _S.DECLINED, _S.EXPIRED)
