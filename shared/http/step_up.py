"""A sensitive operation's gate: a code to the caller's phone has confirmed this very request."""

import json
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from shared.auth import step_up
from shared.auth.step_up_models import StepUpAction
from shared.http.caller import Principal
from shared.http.edge import RawRequest

HEADER: Final = "x-step-up"


class StepUp(NamedTuple):
    """``step_up=StepUp(StepUpAction.PAYOUT_ACCOUNT_ADD)`` of an endpoint.

    The confirmation is used up in the transaction of the effect: what fails afterwards gives it back.
    """

    action: StepUpAction

    def __call__(
        self, session: Session, caller: Principal, request: RawRequest, path: str, now: datetime
    ) -> None:
        """:raises StepUpNeeded: no confirmation, a used or an old one, or one of another request"""
        step_up.use(
            session,
            session_id=caller.session_id,
            token=request.headers.get(HEADER),
            thing=step_up.thing(self.action, path, json.loads(request.body or b"{}")),
            actor=caller.actor(request.facts),
            now=now,
        )
