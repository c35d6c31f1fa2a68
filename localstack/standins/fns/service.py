"""The two SOAP addresses: a temporary token for the master token, then asynchronous messages."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, Response, request
from lxml import etree

from localstack.standins.common.faults import FaultSwitches, with_fault
from localstack.standins.fns import soap
from localstack.standins.fns.operations import Operations, platform_error
from localstack.standins.fns.registry import Registry
from localstack.standins.fns.soap import ASYNC_API, AUTH, OPEN_API, Node, Refused, node

FAILED = "FAILED"


@dataclass(slots=True)
class Behaviour:
    """What the control API changes: numbers, and codes that the next messages end with."""

    processing_polls: int = 1
    token_lifetime_seconds: int = 3600
    next_codes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Keys:
    master_token: str
    user_token: str


@dataclass(frozen=True, slots=True)
class Service:
    keys: Keys
    registry: Registry
    operations: Operations
    faults: FaultSwitches
    behaviour: Behaviour

    def register(self, app: Flask) -> None:
        app.add_url_rule("/open-api/AuthService", view_func=self.auth, methods=["POST"])
        app.add_url_rule("/ais3/smz/SmzIntegrationService", view_func=self.smz, methods=["POST"])

    def auth(self) -> Response:
        return self._guarded("auth", self._give_token)

    def smz(self) -> Response:
        action = request.headers.get("SOAPAction", "").strip('"')
        if action == "urn:SendMessageRequest":
            return self._guarded("send", self._take_message)
        return self._guarded("poll", self._give_answer)

    def _guarded(self, operation: str, make: Callable[[], Response]) -> Response:
        def answer() -> Response:
            try:
                return make()
            except Refused as refused:
                return soap.fault(str(refused))

        return with_fault(self.faults.take(operation), answer, _broken)

    def _give_token(self) -> Response:
        asked = _asked(OPEN_API, "GetMessageRequest")
        master = asked.findtext(
            f"{{{OPEN_API}}}Message/{{{AUTH}}}AuthRequest/{{{AUTH}}}AuthAppInfo/{{{AUTH}}}MasterToken"
        )
        if master is None or not _same(master, self.keys.master_token):
            result = node(AUTH, "Fault", [node(AUTH, "Message", "Доступ запрещен")])
        else:
            token, expires = self.registry.add_token(self.behaviour.token_lifetime_seconds)
            moment = expires.isoformat(timespec="milliseconds")
            result = node(AUTH, "Result", [node(AUTH, "Token", token), node(AUTH, "ExpireTime", moment)])
        message = node(OPEN_API, "Message", [node(AUTH, "AuthResponse", [result])])
        return soap.answer(node(OPEN_API, "GetMessageResponse", [message]))

    def _take_message(self) -> Response:
        self._check_tokens()
        message = _asked(ASYNC_API, "SendMessageRequest").find(f"{{{ASYNC_API}}}Message")
        if message is None or len(message) != 1:
            raise Refused("Нет сообщения")
        operation = message[0]
        code = self.behaviour.next_codes.pop(0) if self.behaviour.next_codes else None
        name, raw = etree.QName(operation).localname, etree.tostring(operation, encoding="UTF-8")
        if code == FAILED:
            answer = None
        elif code is not None:
            answer = etree.tostring(platform_error(code, {}), encoding="UTF-8")
        else:
            answer = etree.tostring(self.operations.perform(operation), encoding="UTF-8")
        message_id = self.registry.add_message(name, raw, answer, self.behaviour.processing_polls)
        return soap.answer(node(ASYNC_API, "SendMessageResponse", [node(ASYNC_API, "MessageId", message_id)]))

    def _give_answer(self) -> Response:
        self._check_tokens()
        message_id = _asked(ASYNC_API, "GetMessageRequest").findtext(f"{{{ASYNC_API}}}MessageId")
        message = self.registry.poll(message_id or "")
        if message is None:
            raise Refused("MessageId expired or not found")
        if message["processing_left"]:
            return _poll_answer("PROCESSING", [])
        if message["answer"] is None:
            return _poll_answer(FAILED, [])
        return _poll_answer("COMPLETED", [etree.fromstring(message["answer"])])

    def _check_tokens(self) -> None:
        if not self.registry.has_token(request.headers.get("FNS-OpenApi-Token", "")):
            raise Refused("Invalid or expired token")
        if not _same(request.headers.get("FNS-OpenApi-UserToken", ""), self.keys.user_token):
            raise Refused("Пользователь не опознан")


def _asked(namespace: str, name: str) -> Node:
    """The request's element, which its SOAPAction must name too."""
    asked = soap.payload(request.get_data())
    action = request.headers.get("SOAPAction", "").strip('"')
    if asked.tag != f"{{{namespace}}}{name}" or action != f"urn:{name}":
        raise Refused("SOAPAction и сообщение не совпадают")
    if not request.content_type or not request.content_type.startswith("text/xml"):
        raise Refused("Content-Type должен быть text/xml")
    return asked


def _poll_answer(status: str, content: list[Node]) -> Response:
    children = [node(ASYNC_API, "ProcessingStatus", status)]
    if content:
        children.append(node(ASYNC_API, "Message", content))
    return soap.answer(node(ASYNC_API, "GetMessageResponse", children))


def _same(given: str, own: str) -> bool:
    return hmac.compare_digest(given.encode(), own.encode())


def _broken(status: int) -> Response:
    return Response(f"<html><h1>{status}</h1></html>", status, content_type="text/html")
