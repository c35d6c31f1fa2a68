import re

import pytest

from shared.adapters.email.html import page_of


def body(text: str) -> str:
    found = re.search(r"<body[^>]*>\n(.*)\n</body>", page_of("Тема", text), re.DOTALL)
    assert found is not None
    return found[1]


class TestPage:
    def test_keeps_paragraphs_and_line_breaks(self) -> None:
        assert body("Здравствуйте!\n\nКод: 1\nСрок: 5 мин.\n \n\nПока.\n") == (
            "<p>Здравствуйте!</p>\n<p>Код: 1<br>\nСрок: 5 мин.</p>\n<p>Пока.</p>"
        )

    def test_runs_nothing_of_what_a_person_wrote(self) -> None:
        page = page_of("</title><script>1</script>", "<img src=x onerror=alert(1)> & \"'")

        assert not re.search(r"<(script|img)", page)
        assert "&lt;img src=x onerror=alert(1)&gt; &amp; &quot;&#x27;" in page

    @pytest.mark.parametrize(
        ("text", "address", "rest"),
        [
            ("https://lk.housler.ru/d/5", "https://lk.housler.ru/d/5", ""),
            ("Чек: https://lknpd.nalog.ru/r?a=1&b=2.", "https://lknpd.nalog.ru/r?a=1&amp;b=2", "."),
            ("Вот http://127.0.0.1:8700/d/5, смотрите", "http://127.0.0.1:8700/d/5", ", смотрите"),
        ],
    )
    def test_makes_addresses_links(self, text: str, address: str, rest: str) -> None:
        assert body(text).endswith(f'<a href="{address}">{address}</a>{rest}</p>')

    @pytest.mark.parametrize(
        "text",
        [
            "javascript:alert(1)",
            "ftp://lk.housler.ru",
            "lk.housler.ru",
            'xhttps://a.ru/"onclick="x',
            "data:text/html,1",
        ],
    )
    def test_makes_no_link_of_anything_else(self, text: str) -> None:
        assert "<a" not in body(text)

    def test_lets_no_address_leave_its_quotes(self) -> None:
        assert 'onclick="' not in body('https://a.ru/"onclick="alert(1)')

    def test_fetches_nothing_to_be_shown(self) -> None:
        page = page_of("Тема", "https://lk.housler.ru/logo.png url(https://a.ru) <link href=x>")

        assert not re.search(r"<(img|link|style|iframe|script|object)|src=|@import", page)
