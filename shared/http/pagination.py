"""Lists answer ``{items, total, page, size}``."""

from typing import Generic, TypeVar

from pydantic import Field

from shared.http.inputs import RequestModel, ViewModel

Item = TypeVar("Item")


class PageQuery(RequestModel):
    page: int = Field(default=1, ge=1, le=100_000)
    size: int = Field(default=20, ge=1, le=100)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size


class PageView(ViewModel, Generic[Item]):
    items: list[Item]
    total: int
    page: int
    size: int
