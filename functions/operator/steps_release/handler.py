"""POST /operator/deals/{deal_id}/steps/{step_no}/release: a step's held money goes to its owners before its rule says so."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.steps_release.schemas import ReleaseStepRequest, ReleaseView
from shared.access import rights
from shared.auth.step_up_models import StepUpAction
from shared.config import releases as settings
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.step_up import StepUp
from shared.payouts import early_release

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/operator/deals/{deal_id}/steps/{step_no}/release",
    access=rights.STEPS_RELEASE,
    status=HTTPStatus.CREATED,
    repeats="required",
    step_up=StepUp(StepUpAction.STEP_RELEASE),
)
def release_step(
    deal_id: UUID,
    step_no: int,
    body: ReleaseStepRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> ReleaseView:
    released = early_release.release_early(
        session,
        deal_id=deal_id,
        step_no=step_no,
        amount=body.amount(),
        reason=body.release_reason(),
        viewer=viewer(caller),
        actor=caller.actor(facts),
        settings=settings.load(),
        now=now,
    )
    return ReleaseView.of(released)
