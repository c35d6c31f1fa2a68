"""The committed docs/openapi.yaml: valid, and with an example for everything that is sent."""

import json
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra import openapi, render
from infra.discovery import Function, functions
from shared.http.function import Operation
from shared.http.reply import CsvFile, NoContent, Picture, Redirect, Reply

HTTP = [each for each in functions() if isinstance(each.operation, Operation)]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(render.OPENAPI.read_text("utf-8"))
    return loaded


def described(document: dict[str, Any], function: Function) -> dict[str, Any]:
    operation = function.operation
    assert isinstance(operation, Operation)
    found: dict[str, Any] = document["paths"]["/api/v1" + operation.path][operation.method.lower()]
    return found


class TestDocument:
    def test_is_valid(self, document: dict[str, Any]) -> None:
        OpenAPIV31SpecValidator(document).validate()

    def test_names_each_operation_once(self, document: dict[str, Any]) -> None:
        names = [each["operationId"] for path in document["paths"].values() for each in path.values()]

        assert len(names) == len(set(names))

    @pytest.mark.parametrize("function", HTTP, ids=[each.name for each in HTTP])
    def test_shows_an_example_of_body_and_answer(self, function: Function, document: dict[str, Any]) -> None:
        operation = function.operation
        assert isinstance(operation, Operation)
        said = described(document, function)
        if openapi.body_model(operation) is not None:
            assert "example" in said["requestBody"]["content"]["application/json"]
        if operation.answer in {Redirect, Picture, CsvFile, NoContent, None}:
            return
        assert openapi.answer_model(operation) is not None, "write Annotated[Reply, TheModel]"
        assert "example" in said["responses"][str(int(operation.status))]["content"]["application/json"]

    @pytest.mark.parametrize("function", HTTP, ids=[each.name for each in HTTP])
    def test_its_examples_pass_their_own_models(self, function: Function) -> None:
        operation = function.operation
        assert isinstance(operation, Operation)
        models = [openapi.body_model(operation), openapi.answer_model(operation)]
        shown = [(model, openapi.example(model)) for model in models if model is not None]
        for model, example in shown:
            model.model_validate_json(json.dumps(example))


class TestWebhooks:
    @pytest.mark.parametrize(
        ("name", "media_type"),
        [
            ("webhooks.sbp", "application/json"),
            ("webhooks.sms_status", "application/x-www-form-urlencoded"),
        ],
    )
    def test_are_described_by_what_their_sender_sends(self, name: str, media_type: str) -> None:
        paths = openapi.document([each for each in functions() if each.name == name])["paths"]

        ((path, methods),) = paths.items()
        assert list(methods["post"]["requestBody"]["content"]) == [media_type]
        assert ("404" in methods["post"]["responses"]) is ("{" in path)


class TestAnswerModel:
    def test_of_a_bare_reply_is_unknown(self) -> None:
        plain = next(each.operation for each in HTTP if isinstance(each.operation, Operation))

        assert openapi.answer_model(plain._replace(answer=Reply)) is None
