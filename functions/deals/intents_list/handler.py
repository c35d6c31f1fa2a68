"""GET /deals/{deal_id}/intents: a deal's payment links, newest first, with what happened to each."""

from uuid import UUID

from sqlalchemy.orm import Session

from functions.deals.intents_list.schemas import IntentPage
from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.http.intent_view import IntentView
from shared.http.pagination import PageQuery
from shared.payments import intent_reading

app = HttpFunction(__name__)


@app.endpoint("GET", "/deals/{deal_id}/intents", access=rights.PAYMENTS_READ)
def list_intents(deal_id: UUID, query: PageQuery, caller: Principal, session: Session) -> IntentPage:
    found, total = intent_reading.intents_of_deal(
        session, deal_id, viewer(caller), offset=query.offset, size=query.size
    )
    return IntentPage(
        items=[IntentView.of(facts) for facts in found], total=total, page=query.page, size=query.size
    )
