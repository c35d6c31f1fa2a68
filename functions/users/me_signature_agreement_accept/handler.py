"""POST /users/me/signature-agreement: the caller accepts the text that he read, before his first signature."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.users.me_signature_agreement_accept.schemas import AcceptAgreementRequest
from shared.access import rights
from shared.http.agreement_view import SignatureAgreementView
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.users import agreements

app = HttpFunction(__name__)


@app.endpoint("POST", "/users/me/signature-agreement", access=rights.OWN_SIGNATURE)
def accept_agreement(
    body: AcceptAgreementRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> SignatureAgreementView:
    agreements.accept(
        session,
        user_id=caller.user_id,
        version=body.version,
        sha256_hex=body.sha256,
        ip=facts.ip,
        user_agent=facts.user_agent,
        now=now,
    )
    return SignatureAgreementView.of(agreements.current(), accepted=True)
