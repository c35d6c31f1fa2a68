import pytest
from pydantic import ValidationError

from shared.http.pagination import PageQuery, PageView


class TestAPage:
    @pytest.mark.parametrize(
        ("page", "size", "offset"), [(1, 20, 0), (2, 20, 20), (3, 100, 200), (100_000, 100, 9_999_900)]
    )
    def test_begins_after_those_before_it(self, page: int, size: int, offset: int) -> None:
        assert PageQuery(page=page, size=size).offset == offset

    @pytest.mark.parametrize(("page", "size"), [(0, 20), (100_001, 20), (1, 0), (1, 101)])
    def test_is_bounded(self, page: int, size: int) -> None:
        with pytest.raises(ValidationError):
            PageQuery(page=page, size=size)

    def test_is_answered_with_its_total(self) -> None:
        assert PageView[int](items=[1], total=41, page=3, size=20).model_dump() == {
            "items": [1], "total": 41, "page": 3, "size": 20,
        }  # fmt: skip
