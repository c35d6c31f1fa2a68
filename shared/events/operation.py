"""``OperationFunction``: what an operator does through the invoke API, which the cloud's own access rights guard."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from shared.db.session import Transactions
from shared.events.failure import RunFailed
from shared.kernel.clock import utc_now
from shared.kernel.errors import DomainError
from shared.observability import log

Job = Callable[[Any, Transactions, datetime], BaseModel]


class InvokedOperation(NamedTuple):
    """What the generators read."""

    payload: type[BaseModel]
    job: Job


class OperationFunction:
    """Callable with the payload as JSON; answers ``{"result": …}`` or ``{"refused": {code, detail, fields}}``.

    :raises RunFailed: for what no domain refused
    """

    operation: InvokedOperation

    def __init__(self, module_name: str) -> None:
        self.function_name = module_name.removeprefix("functions.").removesuffix(".handler")

    def takes(self, payload: type[BaseModel]) -> Callable[[Job], Job]:
        def register(job: Job) -> Job:
            self.operation = InvokedOperation(payload, job)
            return job

        return register

    def __call__(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        log.request_id.set(str(uuid4()))
        started = time.perf_counter()
        error_code: str | None = None
        try:
            answer = self._answer(event)
            error_code = answer.get("refused", {}).get("code")
        except Exception as error:  # noqa: BLE001 -- the outermost frame: the platform would print its text
            error_code = "internal"
            log.surprise("operation_failed", error)
            raise RunFailed(type(error).__name__) from None
        finally:
            log.write(
                "operation",
                function_name=self.function_name,
                error_code=error_code,
                milliseconds=round((time.perf_counter() - started) * 1000),
            )
        return answer

    def _answer(self, event: dict[str, Any]) -> dict[str, Any]:
        try:
            # By way of JSON text, whose strict reading takes no 1 for true and no "1" for 1.
            payload = self.operation.payload.model_validate_json(json.dumps(event), strict=True)
        except ValidationError as error:
            fields = [".".join(map(str, each["loc"])) for each in error.errors(include_input=False)]
            return {"refused": {"code": "invalid_fields", "detail": "Проверьте поля.", "fields": fields}}
        try:
            result = self.operation.job(payload, Transactions(), utc_now())
        except DomainError as error:
            return {"refused": {"code": error.code, "detail": error.detail, "fields": []}}
        return {"result": result.model_dump(mode="json")}
