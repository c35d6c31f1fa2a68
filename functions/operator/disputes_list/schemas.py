from shared.disputes.models import DisputeStatus
from shared.http.pagination import PageQuery


class ListDisputesQuery(PageQuery):
    status: DisputeStatus | None = None
