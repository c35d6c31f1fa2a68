"""Requests to T-Bank's acquiring: signed, timed, repeated never. Errors come with HTTP 200 and a code."""

import json
from collections.abc import Mapping
from typing import Any

from requests import RequestException

from shared.adapters.sbp.tbank_token import TOKEN, token_of
from shared.adapters.timed_session import TimedSession
from shared.config.tbank import TBankTerminal
from shared.observability import log
from shared.ports.payments import OutcomeUnknown, ProviderRefused

Answer = Mapping[str, Any]

WRONG_TOKEN = "204"  # noqa: S105 -- the bank's code
#: The request was read and refused, so nothing came of it. What is missing here (205 no such terminal, 3 and 401
#: inner errors, 402 try later, 20 an order known already, …) says nothing of that, or is ours to repair.
REFUSALS = frozenset(
    {"4", "8", "12", "17", "191", "202", "251", "253", "308", "309", "310", "334", "648"}
    | {str(code) for code in range(206, 225)}  # sizes and forms of fields
    | {str(code) for code in range(317, 334)}  # agent's and supplier's data, shops
)


class Refused(Exception):
    """The bank's own word; what it means is for the one who asked to say."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def for_good(self) -> ProviderRefused | OutcomeUnknown:
        return ProviderRefused(self.code) if self.code in REFUSALS else OutcomeUnknown(f"code_{self.code}")


class TBank:
    def __init__(self, terminal: TBankTerminal, *, root: str | None = None) -> None:
        """:param root: where the methods are, if not at the terminal's usual address"""
        self._terminal = terminal
        self._root = root or terminal.base_url

    def ask(self, method: str, **fields: object) -> Answer:
        """POST once; again only with the password that is being replaced, when the new one isn't known yet.

        :raises OutcomeUnknown: no trustworthy answer
        :raises Refused: the bank said no
        """
        answer: Answer = {}
        for place, password in enumerate(self._terminal.passwords):
            if place:
                log.write("previous_key_used", level="warning", provider=self._terminal.name)
            answer = self._post(method, fields, password)
            if answer["Success"] is True:
                return answer
            if _code(answer) != WRONG_TOKEN:
                break
        raise Refused(_code(answer))

    def _post(self, method: str, fields: Mapping[str, object], password: str) -> Answer:
        body = {"TerminalKey": self._terminal.terminal_key, **fields}
        body[TOKEN] = token_of(body, password)
        try:
            with TimedSession(
                connect_seconds=self._terminal.connect_timeout_seconds,
                silence_seconds=self._terminal.timeout_seconds,
            ) as session:
                reply = session.post(f"{self._root}/{method}", json=body)
            answer = json.loads(reply.content)
        except (RequestException, ValueError, RecursionError) as failure:
            raise OutcomeUnknown(type(failure).__name__) from None
        if reply.status_code != 200:  # noqa: PLR2004 -- the only one that the bank gives answers with
            raise OutcomeUnknown(f"http_{reply.status_code}")
        if not isinstance(answer, dict) or not isinstance(answer.get("Success"), bool):
            raise OutcomeUnknown("not_an_answer")
        return answer


def _code(answer: Answer) -> str:
    code = str(answer.get("ErrorCode"))
    return code if code.isascii() and code.isalnum() and len(code) <= 10 else "strange"  # noqa: PLR2004 -- it goes into logs
