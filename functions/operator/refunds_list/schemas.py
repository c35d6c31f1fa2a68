from shared.http.pagination import PageQuery
from shared.refunds.models import RefundStatus


class ListRefundsQuery(PageQuery):
    status: RefundStatus | None = None
