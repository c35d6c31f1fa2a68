from datetime import UTC, date, datetime

import pytest

from shared.documents import wording
from shared.documents.wording import NBSP


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


class TestSums:
    @pytest.mark.parametrize(
        ("kopecks", "words"),
        [
            (0, "ноль рублей 00 копеек"),
            (1_00, "один рубль 00 копеек"),
            (2_01, "два рубля 01 копейка"),
            (5_02, "пять рублей 02 копейки"),
            (11_11, "одиннадцать рублей 11 копеек"),
            (12_05, "двенадцать рублей 05 копеек"),
            (21_21, "двадцать один рубль 21 копейка"),
            (102_22, "сто два рубля 22 копейки"),
            (111_00, "сто одиннадцать рублей 00 копеек"),
            (1_000_00, "одна тысяча рублей 00 копеек"),
            (1_001_00, "одна тысяча один рубль 00 копеек"),
            (22_000_00, "двадцать две тысячи рублей 00 копеек"),
            (300_000_00, "триста тысяч рублей 00 копеек"),
            (2_000_001_00, "два миллиона один рубль 00 копеек"),
            (12_500_000_00, "двенадцать миллионов пятьсот тысяч рублей 00 копеек"),
            (1_000_000_000_00, "один миллиард рублей 00 копеек"),
        ],
    )
    def test_in_words(self, kopecks: int, words: str) -> None:
        assert plain(wording.rubles_in_words(kopecks)) == words

    def test_in_figures_and_words(self) -> None:
        assert plain(wording.rubles_in_full(54_098_37)) == (
            "54 098 (пятьдесят четыре тысячи девяносто восемь) рублей 37 копеек"
        )

    def test_in_figures(self) -> None:
        assert wording.rubles(300_000_05) == f"300{NBSP}000,05{NBSP}₽"

    @pytest.mark.parametrize("worded", [wording.rubles, wording.rubles_in_words, wording.rubles_in_full])
    def test_refuses_less_than_nothing(self, worded: object) -> None:
        assert callable(worded)
        with pytest.raises(ValueError, match="negative"):
            worded(-1)


class TestShares:
    @pytest.mark.parametrize(
        ("bps", "text"),
        [(300, "3 %"), (250, "2,5 %"), (205, "2,05 %"), (7, "0,07 %"), (10_000, "100 %"), (0, "0 %")],
    )
    def test_as_percent(self, bps: int, text: str) -> None:
        assert plain(wording.percent(bps)) == text


class TestDays:
    @pytest.mark.parametrize(
        ("number", "text"),
        [
            (1, "1 календарного дня"),
            (3, "3 календарных дней"),
            (11, "11 календарных дней"),
            (21, "21 календарного дня"),
        ],
    )
    def test_in_the_genitive(self, number: int, text: str) -> None:
        assert plain(wording.days(number, "календарных")) == text

    def test_with_another_ending(self) -> None:
        assert plain(wording.days(1, "рабочих")) == "1 рабочего дня"

    def test_dates(self) -> None:
        assert wording.long_date(date(2026, 11, 24)) == f"24{NBSP}ноября 2026{NBSP}г."
        assert wording.short_date(date(2026, 3, 1)) == "01.03.2026"

    def test_moments_in_both_zones_over_midnight(self) -> None:
        moment = datetime(2026, 12, 31, 21, 0, 5, tzinfo=UTC)

        assert wording.utc_moment(moment) == "31.12.2026 21:00:05 UTC"
        assert wording.moscow_moment(moment) == "01.01.2027 00:00:05 МСК"


class TestPhones:
    def test_are_grouped(self) -> None:
        assert plain(wording.phone("+79161234567")) == "+7 916 123-45-67"
        assert wording.phone("+375291234567") == "+375291234567"

    def test_are_masked_to_the_last_four_digits(self) -> None:
        assert plain(wording.masked_phone("+79161234512")) == "+7 *** ***-45-12"
        assert plain(wording.masked_phone("+375291234567")) == "+ *** ***-45-67"


class TestTies:
    @pytest.mark.parametrize(
        ("text", "tied"),
        [
            ("в лице директора", "в~лице директора"),
            ("цена — 5", "цена~— 5"),
            ("№ 5 от 3 %", "№~5 от~3~%"),
            ("статьи 6 и 9", "статьи~6 и~9"),
            ("5 рабочих дней", "5~рабочих дней"),
            ("г. Москва, д. 7", "г.~Москва, д.~7"),
        ],
    )
    def test_keep_short_words_and_numbers_together(self, text: str, tied: str) -> None:
        assert wording.tied(text).replace(NBSP, "~") == tied

    def test_leave_tags_alone(self) -> None:
        page = '<img alt="в лице — № 5"><p>в лице</p>'

        assert wording.tied(page) == f'<img alt="в лице — № 5"><p>в{NBSP}лице</p>'
