from uuid import UUID

from shared.http.pagination import PageQuery


class ListReceiptsQuery(PageQuery):
    deal_id: UUID | None = None
