"""The world round the product: the phone, the letter box, the payer's bank, the taxpayer's application.

Each is a stand-in's page or control API; nothing here touches the product.
"""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Final
from urllib.parse import quote, urlsplit

from infra.demo.client import Fields, Site, fetch
from infra.demo.failure import DemoFailed
from infra.demo.waiting import wait_for

#: six digits alone, not those of a document's number or of a link
_CODE: Final = re.compile(r"(?<![\w-])(\d{6})(?![\w-])")
_DOCUMENT_LINK: Final = re.compile(r"/documents/([0-9a-f-]{36})")
_ARRIVAL_SECONDS: Final = 20


class Phones:
    """Every phone's messages, as SMS.RU's stand-in keeps them."""

    def __init__(self, address: str) -> None:
        self._site = Site(address)

    def messages(self, phone: str) -> list[Fields]:
        """Newest first."""
        return self._site.get(f"/_control/messages?phone={quote(phone)}").require(200).items

    def code_after(self, phone: str, ask: Callable[[], object]) -> str:
        """The code of the message that comes when ``ask`` has been done."""
        known = {message["sms_id"] for message in self.messages(phone)}
        ask()
        return wait_for(
            "СМС с кодом",
            lambda: _code([each["text"] for each in self.messages(phone) if each["sms_id"] not in known]),
            seconds=_ARRIVAL_SECONDS,
        )


class Letters:
    """Every letter box, as the mail server's stand-in keeps them."""

    def __init__(self, address: str) -> None:
        self._site = Site(address)

    def all(self, address: str | None = None) -> list[Fields]:
        """Letters to one address (or to all), newest first."""
        query = "" if address is None else f"?to={quote(address)}"
        return self._site.get(f"/_control/letters{query}").require(200).items

    def linked_document(self, address: str) -> str | None:
        """The id in the newest letter's link to a document."""
        for letter in self.all(address):
            found = _DOCUMENT_LINK.search(letter["text"] or "")
            if found is not None:
                return found[1]
        return None

    def code_after(self, address: str, ask: Callable[[], object]) -> str:
        """The code of the letter that comes when ``ask`` has been done."""
        known = {letter["number"] for letter in self.all(address)}
        ask()
        return wait_for(
            "письмо с кодом",
            lambda: _code([each["text"] for each in self.all(address) if each["number"] not in known]),
            seconds=_ARRIVAL_SECONDS,
        )


class Bank:
    """YooKassa's stand-in: the payer's page, and what the platform's accountant sees in its registry."""

    def __init__(self, address: str) -> None:
        self.site = Site(address)

    def pay(self, url: str) -> None:
        """Open the link and press «Оплатить», as the client does.

        :raises DemoFailed: the page has no such button, or doesn't say that it is paid
        """
        form = _Form()
        form.feed(fetch(url).require(200).text)
        parts = urlsplit(url)
        site = Site(f"{parts.scheme}://{parts.netloc}")
        pressed = site.post_form(form.action, form.pressed("Оплатить")).require(303)
        page = site.get(pressed.headers["location"]).require(200).text
        if "Оплачено" not in page:
            raise DemoFailed("Страница банка после оплаты не говорит, что платёж прошёл.")

    def payments(self) -> list[Fields]:
        return self.site.get("/_control/payments").require(200).items

    def payouts(self) -> list[Fields]:
        return self.site.get("/_control/payouts").require(200).items

    def payment_of_link(self, url: str) -> Fields:
        """The bank's own record of the payment behind a link."""
        found = [each for each in self.payments() if str(each["id"]) in url]
        if len(found) != 1:
            raise DemoFailed(f"По одной ссылке в банке платежей: {len(found)}.")
        return found[0]


class TaxOffice:
    """The tax service's stand-in: its register, and the application «Мой налог» in the taxpayer's hands."""

    def __init__(self, address: str) -> None:
        self._site = Site(address)

    def register(self, inn: str, name: str) -> None:
        """The person became a payer of НПД."""
        self._site.post("/_control/taxpayers", {"inn": inn, "name": name}).require(200)

    def bindings(self, inn: str) -> list[Fields]:
        """The platform's requests that the application shows."""
        return self._site.get(f"/_control/bindings?inn={inn}").require(200).items

    def agree(self, binding_id: str) -> None:
        """Press «Разрешить» in the application."""
        self._site.post(f"/_control/bindings/{binding_id}/confirm").require(200)

    def receipts(self, inn: str) -> list[Fields]:
        return self._site.get(f"/_control/receipts?inn={inn}").require(200).items


class _Form(HTMLParser):
    """The one form of a page: where it goes, what it carries, its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self._carried: dict[str, str] = {}
        self._buttons: dict[str, dict[str, str]] = {}
        self._open_button: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input":
            self._carried[given["name"]] = given["value"]
        elif tag == "button":
            self._open_button = {given["name"]: given["value"]} if "name" in given else {}

    def handle_data(self, data: str) -> None:
        if self._open_button is not None:
            self._buttons[data.strip()] = self._open_button
            self._open_button = None

    def pressed(self, label: str) -> dict[str, str]:
        """:raises DemoFailed: no such button"""
        if label not in self._buttons:
            raise DemoFailed(f"На странице нет кнопки «{label}».")
        return self._carried | self._buttons[label]


def _code(texts: list[str]) -> str | None:
    for text in texts:
        found = _CODE.search(text or "")
        if found is not None:
            return found[1]
    return None
