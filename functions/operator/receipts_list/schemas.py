from uuid import UUID

from shared.http.pagination import PageQuery
from shared.receipts.models import ReceiptStatus


class ListReceiptsQuery(PageQuery):
    deal_id: UUID | None = None
    status: ReceiptStatus | None = None
    #: true: only cash registers' receipts that should long have been registered, or failed
    missing: bool = False
