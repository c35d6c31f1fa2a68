"""The tax service's platform for the self-employed (SMZ): a temporary token, then asynchronous messages over SOAP.

Texts of faults are recalled, not published: a stale token is told by HTTP 401 or 403, or a fault that speaks of a
token; a forgotten message by a fault that speaks of ``MessageId``.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from threading import Lock

import requests
from lxml import etree
from urllib3.exceptions import HTTPError

from shared.adapters.fns import operations
from shared.adapters.fns.envelope import NotAnEnvelope, SoapFault, unwrap, wrap
from shared.config.fns import FnsSettings
from shared.kernel.clock import utc_now
from shared.ports.tax import Income, MessageLost, TaxAnswer, TaxUnavailable

AUTH_ENVELOPE = "urn://x-artefacts-gnivc-ru/inplat/servin/OpenApiMessageConsumerService/types/1.0"
AUTH = "urn://x-artefacts-gnivc-ru/ais3/kkt/AuthService/types/1.0"
ASYNC = "urn://x-artefacts-gnivc-ru/inplat/servin/OpenApiAsyncMessageConsumerService/types/1.0"

ANSWER_LIMIT_BYTES = 1024 * 1024
TOKEN_MARGIN = timedelta(seconds=60)


class _StaleToken(Exception):
    """The platform no longer takes the temporary token."""


class Smz:
    """Keeps one temporary token; safe for threads, which refresh it one at a time."""

    def __init__(self, settings: FnsSettings) -> None:
        self._settings = settings
        self._token: tuple[str, datetime] | None = None
        self._refreshing = Lock()

    def send_bind(self, *, inn: str, permissions: tuple[str, ...]) -> str:
        """Ask the taxpayer to let us act; he agrees in his own application.

        :raises TaxUnavailable: no trustworthy answer
        :raises InvalidOperation: not an INN of 12 digits, or a permission that we never ask for
        """
        return self._send(operations.bind(inn, permissions))

    def send_bind_status(self, *, binding_id: str) -> str:
        """:raises TaxUnavailable: no trustworthy answer"""
        return self._send(operations.bind_status(binding_id))

    def send_income(self, income: Income) -> str:
        """:raises TaxUnavailable: no trustworthy answer: send again with the same operation id
        :raises InvalidOperation: the income breaks the service's schema and never left
        """
        return self._send(operations.income(income))

    def poll(self, message_id: str) -> TaxAnswer:
        """:raises TaxUnavailable: no trustworthy answer"""
        request = etree.Element(etree.QName(ASYNC, "GetMessageRequest"), nsmap={"async": ASYNC})
        etree.SubElement(request, etree.QName(ASYNC, "MessageId")).text = message_id
        try:
            response = self._call("GetMessage", request)
        except SoapFault as fault:
            if "messageid" in fault.text.casefold():
                return MessageLost()
            raise TaxUnavailable("the tax service refused the poll") from None
        message = response.find(f"{{{ASYNC}}}Message")
        answer = message[0] if message is not None and len(message) else None
        try:
            return operations.read_answer(response.findtext(f"{{{ASYNC}}}ProcessingStatus") or "", answer)
        except operations.UnreadableAnswer:
            raise TaxUnavailable("the tax service's answer can't be read") from None

    def _send(self, operation: etree._Element) -> str:
        request = etree.Element(etree.QName(ASYNC, "SendMessageRequest"), nsmap={"async": ASYNC})
        etree.SubElement(request, etree.QName(ASYNC, "Message")).append(operation)
        try:
            response = self._call("SendMessage", request)
        except SoapFault:
            raise TaxUnavailable("the tax service refused the message") from None
        message_id = response.findtext(f"{{{ASYNC}}}MessageId")
        if not message_id:
            raise TaxUnavailable("the tax service gave no message id")
        return message_id

    def _call(self, action: str, request: etree._Element) -> etree._Element:
        """One call with the token in hand, and one more with a fresh token if that one was stale.

        :raises SoapFault: for a reason other than the token
        """
        body = wrap(request)
        token = self._current_token(refused=None)
        try:
            response = self._call_with(token, action, body)
        except _StaleToken:
            try:
                response = self._call_with(self._current_token(refused=token), action, body)
            except _StaleToken:
                raise TaxUnavailable("the tax service takes no token of ours") from None
        if response.tag != f"{{{ASYNC}}}{action}Response":
            raise TaxUnavailable("the tax service answered something else")
        return response

    def _call_with(self, token: str, action: str, body: bytes) -> etree._Element:
        headers = {"FNS-OpenApi-Token": token, "FNS-OpenApi-UserToken": self._settings.user_token}
        status, answer = self._post(self._settings.smz_url, f"urn:{action}Request", body, headers)
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise _StaleToken
        try:
            return _opened(status, answer)
        except SoapFault as fault:
            if any(word in fault.text.casefold() for word in ("token", "токен")):
                raise _StaleToken from None
            raise

    def _current_token(self, *, refused: str | None) -> str:
        """The token in hand, or a new one when it's missing, expiring, or the ``refused`` one."""
        with self._refreshing:
            if self._token is None or self._token[0] == refused or self._token[1] - TOKEN_MARGIN <= utc_now():
                self._token = self._new_token()
            return self._token[0]

    def _new_token(self) -> tuple[str, datetime]:
        request = etree.Element(
            etree.QName(AUTH_ENVELOPE, "GetMessageRequest"), nsmap={"open": AUTH_ENVELOPE}
        )
        message = etree.SubElement(request, etree.QName(AUTH_ENVELOPE, "Message"))
        auth = etree.SubElement(message, etree.QName(AUTH, "AuthRequest"), nsmap={"auth": AUTH})
        app = etree.SubElement(auth, etree.QName(AUTH, "AuthAppInfo"))
        etree.SubElement(app, etree.QName(AUTH, "MasterToken")).text = self._settings.master_token
        status, answer = self._post(self._settings.auth_url, "urn:GetMessageRequest", wrap(request), {})
        try:
            response = _opened(status, answer)
        except SoapFault:
            raise TaxUnavailable("the tax service gave no token") from None
        token = response.findtext(f".//{{{AUTH}}}Result/{{{AUTH}}}Token")
        expires = response.findtext(f".//{{{AUTH}}}Result/{{{AUTH}}}ExpireTime")
        if not token or not expires:
            raise TaxUnavailable("the tax service gave no token")
        return token, _aware(expires)

    def _post(self, url: str, action: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action, **headers}
        timeout = self._settings.timeout_seconds
        try:
            with (
                requests.Session() as session,
                session.post(
                    url, data=body, headers=headers, timeout=timeout, allow_redirects=False, stream=True
                ) as response,
            ):
                answer = response.raw.read(ANSWER_LIMIT_BYTES, decode_content=True)
                return response.status_code, answer
        except (requests.RequestException, HTTPError, OSError):
            raise TaxUnavailable("no answer from the tax service") from None


def _opened(status: int, answer: bytes) -> etree._Element:
    """A Fault travels with HTTP 500, so the body is read before the status is judged."""
    try:
        element = unwrap(answer)
    except NotAnEnvelope:
        raise TaxUnavailable(f"the tax service answered HTTP {status} without an envelope") from None
    if status != HTTPStatus.OK:
        raise TaxUnavailable(f"the tax service answered HTTP {status}")
    return element


def _aware(text: str) -> datetime:
    """:raises TaxUnavailable: no time with a zone, so the token's life is unknown"""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise TaxUnavailable("the tax service gave a token without a readable expiry") from None
    if moment.tzinfo is None:
        raise TaxUnavailable("the tax service gave a token without a zone in its expiry")
    return moment.astimezone(UTC)
