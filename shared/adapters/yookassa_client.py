"""The seam of the official ``yookassa`` SDK that both of its adapters use.

Three things it can't do by itself: an HTTP timeout, two accounts in one process (its ``Configuration`` is
global), and telling "refused" from "nobody knows" (a broken connection surfaces as AttributeError, a page
instead of JSON as a decoding error). Answers are read from the wire and not through its models, because those
take sums through float and lose unknown statuses.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

from requests import RequestException, Session
from yookassa.client import ApiClient
from yookassa.domain.common.http_verb import HttpVerb
from yookassa.domain.common.user_agent import UserAgent
from yookassa.domain.exceptions.api_error import ApiError
from yookassa.domain.exceptions.bad_request_error import BadRequestError
from yookassa.domain.exceptions.forbidden_error import ForbiddenError
from yookassa.domain.exceptions.gone_error import GoneError
from yookassa.domain.exceptions.not_found_error import NotFoundError
from yookassa.domain.exceptions.unauthorized_error import UnauthorizedError

from shared.adapters.timed_session import TimedSession
from shared.config.yookassa import YooKassaAccount
from shared.kernel.clock import iso
from shared.kernel.money import Money
from shared.observability import log
from shared.ports.payments import OutcomeUnknown, ProviderRefused

Answer = Mapping[str, Any]

KEY_HEADER = "Idempotence-Key"
PAGE_SIZE = 100
MOST_PAGES = 100
#: Our clock may run ahead of the provider's, and its filter works by its own.
CLOCK_MARGIN = timedelta(minutes=10)
REFUSALS = (BadRequestError, ForbiddenError, NotFoundError, GoneError)


class AccountClient(ApiClient):
    """The SDK's client bound to one account instead of the class-wide configuration."""

    # The parent's constructor reads the global configuration.
    def __init__(self, account: YooKassaAccount, secret_key: str) -> None:
        self._account = account
        self.configuration = SimpleNamespace(verify=True)
        self.endpoint = account.base_url
        self.shop_id = account.account_id
        self.shop_password = secret_key
        self.auth_token = None
        self.user_agent = UserAgent()

    def get_session(self) -> Session:
        return TimedSession(
            connect_seconds=self._account.connect_timeout_seconds,
            silence_seconds=self._account.timeout_seconds,
        )


class YooKassa(NamedTuple):
    """Requests whose outcome is one of three: an answer, a refusal, nobody knows."""

    client: AccountClient
    #: with the key that is being replaced
    former: AccountClient | None = None

    @classmethod
    def of(cls, account: YooKassaAccount) -> "YooKassa":
        former = account.previous_secret_key
        return cls(
            AccountClient(account, account.secret_key),
            None if former is None else AccountClient(account, former),
        )

    def create(self, path: str, body: Mapping[str, object], *, key: str) -> Answer:
        """POST ``body`` once.

        A refusal means that nothing was made. A key known with another body is not such: something was made
        under it, so its outcome has to be found. Wrong credentials (401) and too many requests (429) say
        nothing about an earlier try with this key.

        :raises OutcomeUnknown: no trustworthy answer
        :raises ProviderRefused: refused for good
        """
        try:
            return self._send(HttpVerb.POST, path, None, {KEY_HEADER: key}, body)
        except REFUSALS as refusal:
            content = refusal.content or {}
            if content.get("parameter") == KEY_HEADER:
                raise OutcomeUnknown("key_used_with_another_body") from None
            raise ProviderRefused(str(content.get("code") or "refused")) from None

    def get(self, path: str) -> Answer | None:
        """GET one object; None if there is none.

        :raises OutcomeUnknown: no trustworthy answer
        """
        try:
            return self._send(HttpVerb.GET, path)
        except NotFoundError:
            return None
        except REFUSALS as refusal:
            raise OutcomeUnknown(type(refusal).__name__) from None

    def newest_first(
        self, path: str, *, created_after: datetime, payment_id: str | None = None
    ) -> list[Answer]:
        """GET all objects made since a moment (less a margin for clocks), page by page.

        :param payment_id: only what belongs to this payment

        :raises OutcomeUnknown: no trustworthy answer, or too many pages to be sure
        """
        asked = {"created_at.gte": iso(created_after - CLOCK_MARGIN)}
        if payment_id is not None:
            asked["payment_id"] = payment_id
        return self.listed(path, asked)

    def listed(self, path: str, filters: Mapping[str, str]) -> list[Answer]:
        """GET all objects that the provider's filters let through, newest first, page by page.

        :raises OutcomeUnknown: no trustworthy answer, or too many pages to be sure
        """
        asked = {**filters, "limit": str(PAGE_SIZE)}
        found: list[Answer] = []
        for _ in range(MOST_PAGES):
            try:
                page = self._send(HttpVerb.GET, path, asked)
            except REFUSALS as refusal:
                raise OutcomeUnknown(type(refusal).__name__) from None
            found += items_of(page)
            if not page.get("next_cursor"):
                return found
            asked["cursor"] = str(page["next_cursor"])
        raise OutcomeUnknown("too_many_pages")

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Answer:
        try:
            answer = self._request(method, path, query, headers, body)
        except REFUSALS:
            raise
        except (ApiError, RequestException, AttributeError, TypeError, ValueError) as failure:
            # The SDK hides the cause of a broken connection behind an AttributeError of its own.
            cause = failure.__context__ if isinstance(failure, AttributeError) else failure
            raise OutcomeUnknown(type(cause).__name__) from None
        if not isinstance(answer, Mapping):
            raise OutcomeUnknown("not_an_object")
        return answer

    def _request(self, *parts: Any) -> object:
        """With the key, and once with the one it replaced: a 401 means that nothing was done."""
        try:
            return self.client.request(*parts)
        except UnauthorizedError:
            if self.former is None:
                raise
            log.write("previous_key_used", level="warning", provider="yookassa")
            return self.former.request(*parts)


def items_of(page: Answer) -> list[Answer]:
    """:raises OutcomeUnknown: not a list of objects"""
    items = page.get("items")
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise OutcomeUnknown("not_a_list")
    return items


def money_of(amount: object) -> Money:
    """Read ``{"value": "150000.00", "currency": …}``.

    :raises ValueError: not such a sum
    """
    value = amount.get("value") if isinstance(amount, Mapping) else None
    if not isinstance(value, str):
        raise ValueError("no sum")  # noqa: TRY004 -- a malformed answer, not a wrong call
    try:
        return Money.from_rubles(value)
    except ArithmeticError:
        raise ValueError("not a sum") from None


def moment_of(raw: object) -> datetime:
    """:raises ValueError: not a moment with its zone"""
    moment = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("not a moment")
    return moment.astimezone(UTC)


def word_of(answer: Answer, *path: str) -> str | None:
    """A text deep within an answer, or None."""
    value: object = answer
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else None


def required_word(answer: Answer, *path: str) -> str:
    """:raises ValueError: it is not there"""
    word = word_of(answer, *path)
    if word is None:
        raise ValueError(f"no {'.'.join(path)}")
    return word
