"""GET /users/me/signature-agreement: the text that makes a code a signature."""

from sqlalchemy.orm import Session

from shared.access import rights
from shared.http.agreement_view import SignatureAgreementView
from shared.http.caller import Principal
from shared.http.function import HttpFunction
from shared.users import agreements

app = HttpFunction(__name__)


@app.endpoint("GET", "/users/me/signature-agreement", access=rights.OWN_SIGNATURE, open_to_incomplete=True)
def read_agreement(caller: Principal, session: Session) -> SignatureAgreementView:
    accepted = agreements.accepted(session, caller.user_id) is not None
    return SignatureAgreementView.of(agreements.current(), accepted=accepted)
