"""A sensitive operation's gate: a code to the caller's phone has confirmed this very request."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

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
    #: which requests need it, by their body; None: all
    when: Callable[[Any], bool] | None = None

    def __call__(
        self, session: Session, caller: Principal, request: RawRequest, path: str, now: datetime
    ) -> None:
        """:raises StepUpNeeded: no confirmation, a used or an old one, or one of another request"""
        body = json.loads(request.body or b"{}")
        if self.when is not None and not self.when(body):
            return
        step_up.use(
            session,
            session_id=caller.session_id,
            token=request.headers.get(HEADER),
            thing=step_up.thing(self.action, path, body),
            actor=caller.actor(request.facts),
            now=now,
        )
