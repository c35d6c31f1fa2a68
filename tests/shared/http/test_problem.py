import json

import pytest

from shared.http import problem
from shared.kernel import errors
from shared.kernel.errors import DomainError


class DealBusy(errors.Conflict):
    code = "deal_busy"


class TestTheStatus:
    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (errors.Invalid("x"), 422),
            (errors.Unauthenticated("x"), 401),
            (errors.Forbidden("x"), 403),
            (errors.NotFound("x"), 404),
            (errors.Conflict("x"), 409),
            (errors.PreconditionFailed("x"), 412),
            (errors.PreconditionRequired("x"), 428),
            (errors.TooMany("x"), 429),
            (errors.Unavailable("x"), 503),
            (problem.MalformedBody(), 400),
            (problem.BodyTooLarge(65_536), 413),
            (problem.UnsupportedMediaType(), 415),
            (problem.FieldErrors({}), 422),
            (DealBusy("x"), 409),
        ],
    )
    def test_is_that_of_the_kind(self, error: DomainError, status: int) -> None:
        assert problem.status_of(error) == status

    def test_of_an_error_without_a_kind_is_a_mistake(self) -> None:
        with pytest.raises(TypeError, match="has no kind"):
            problem.status_of(DomainError("x"))


class TestTheBody:
    def test_is_a_problem_of_rfc_9457(self) -> None:
        assert json.loads(problem.body_of(DealBusy("Сделка занята."), instance="r-1")) == {
            "type": "urn:housler:error:deal_busy",
            "title": "Conflict",
            "status": 409,
            "detail": "Сделка занята.",
            "code": "deal_busy",
            "instance": "r-1",
        }

    def test_names_the_fields(self) -> None:
        body = json.loads(problem.body_of(problem.FieldErrors({"a.0.b": "Нет."}), instance="r-1"))

        assert body["errors"] == [{"field": "a.0.b", "detail": "Нет."}]
        assert (body["status"], body["code"]) == (422, "invalid_fields")

    def test_tells_the_limit(self) -> None:
        assert "64 КБ" in problem.BodyTooLarge(65_536).detail
