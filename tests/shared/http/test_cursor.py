from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.http.cursor import Place, to_cursor, to_place
from shared.kernel.identifiers import new_id


class TestACursor:
    @pytest.mark.parametrize(
        "moment",
        [
            datetime(2026, 11, 24, 9, 0, 0, 1, tzinfo=UTC),
            datetime(1970, 1, 1, tzinfo=UTC),
            datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
            datetime(2026, 11, 24, 9, 0, tzinfo=timezone(timedelta(hours=10))),
        ],
    )
    def test_is_32_letters_for_an_address_and_leads_back(self, moment: datetime) -> None:
        place = Place(moment, new_id())

        cursor = to_cursor(place)

        assert len(cursor) == 32
        assert cursor.replace("-", "").replace("_", "").isalnum()
        assert to_place(cursor) == place

    @pytest.mark.parametrize(
        "text", ["", "A" * 31, "A" * 28, "A" * 36, "_" * 32, "я" * 32, "A" * 31 + "=", None]
    )
    def test_of_somebodys_own_making_is_refused(self, text: str | None) -> None:
        with pytest.raises(ValueError, match="next_cursor"):
            to_place(text)
