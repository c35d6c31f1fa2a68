"""Clients of the cloud (or its local stand-in) for commands, and calling a deployed function."""

import json
import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

STACK: Final = "housler"
_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 180  # a schedule may run for two minutes


class FunctionFailed(Exception):
    """The function raised; the text is its error's type and message."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A stack's addresses."""

    name: str
    outputs: dict[str, str]

    @property
    def api_id(self) -> str:
        return self.outputs["ApiId"]

    @property
    def stage(self) -> str:
        return self.outputs["Stage"]

    def api_url(self, endpoint_url: str) -> str:
        """The gateway's address on the local stand-in, without a trailing slash; paths begin ``/api/v1``."""
        return f"{endpoint_url}/restapis/{self.api_id}/{self.stage}/_user_request_"


def stack_name() -> str:
    """``HOUSLER_STACK``, by default ``housler``."""
    return os.environ.get("HOUSLER_STACK") or STACK


def deployed(name: str | None = None) -> Deployed:
    stack = name or stack_name()
    (described,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}
    return Deployed(stack, outputs)


def invoke(function_name: str, payload: object = None) -> Any:  # noqa: ANN401 -- whatever the function answers
    """Call ``schedules.payouts_send`` (or any other) and wait for its answer.

    :param payload: what can be JSON
    :raises FunctionFailed: it raised
    """
    target = f"{stack_name()}-{function_name}".replace(".", "-").replace("_", "-")
    reply = client("lambda").invoke(FunctionName=target, Payload=json.dumps(payload or {}).encode())
    answer = json.loads(reply["Payload"].read() or b"null")
    if reply.get("FunctionError"):
        raise FunctionFailed(f"{answer.get('errorType')}: {answer.get('errorMessage')}")
    return answer


@overload
def client(service: Literal["cloudformation"]) -> "CloudFormationClient": ...
@overload
def client(service: Literal["lambda"]) -> "LambdaClient": ...
@overload
def client(service: Literal["s3"]) -> "S3Client": ...
@overload
def client(service: Literal["sqs"]) -> "SQSClient": ...
@cache
def client(service: Literal["cloudformation", "lambda", "s3", "sqs"]) -> Any:
    """From ``AWS_ENDPOINT_URL`` (optional), ``AWS_DEFAULT_REGION`` and the usual credentials."""
    return boto3.client(
        service,
        config=Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 2},
            s3={"addressing_style": "path"} if os.environ.get("AWS_ENDPOINT_URL") else None,
        ),
    )
