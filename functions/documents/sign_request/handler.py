"""POST /documents/{document_id}/sign/request: a code for the signature goes to the signer's verified phone."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from functions.documents.sign_request.schemas import SignatureRequestView
from shared.access import rights
from shared.adapters.sms import sms_sender
from shared.db.session import Transactions
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.signatures import requests

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/documents/{document_id}/sign/request",
    access=rights.DOCUMENTS_SIGN,
    status=HTTPStatus.ACCEPTED,
    repeats="required",
)
def request_signature(
    document_id: UUID, caller: Principal, transactions: Transactions, facts: RequestFacts, now: datetime
) -> SignatureRequestView:
    requested = requests.request_code(
        transactions,
        document_id=document_id,
        viewer=viewer(caller),
        sms=sms_sender(),
        actor=caller.actor(facts),
        now=now,
    )
    return SignatureRequestView.of(requested)
