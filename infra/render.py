"""``python -m infra.render [--check]``: writes template.yaml and docs/openapi.yaml, or says that they are stale."""

import json
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra import openapi
from infra.discovery import ROOT, Kind, camel
from infra.grants import FROM_RESOURCES, SENDERS, DeadLetters, Documents, Setting
from infra.plan import BUILD, Plan, PlanError, PlannedFunction, plan
from shared.events.queue import QueueOperation
from shared.events.schedule import ScheduleOperation
from shared.http.edge import PREFIX
from shared.http.function import Operation
from shared.http.problem import title_of
from shared.http.webhook import WebhookOperation

LAYERS: Final = ("domain", "runtime", "pdf")
TEMPLATE: Final = ROOT / "template.yaml"
OPENAPI: Final = ROOT / "docs" / "openapi.yaml"

_GATEWAY_REFUSALS: Final = (
    ("DEFAULT_4XX", 400, "refused_by_gateway", "Такой запрос не принят. Проверьте адрес и заголовки."),
    ("DEFAULT_5XX", 503, "unavailable", "Сервис не ответил вовремя. Попробуйте ещё раз через минуту."),
    ("MISSING_AUTHENTICATION_TOKEN", 404, "not_found", "Такого адреса нет."),
    ("REQUEST_TOO_LARGE", 413, "body_too_large", "Запрос слишком большой."),
    ("THROTTLED", 429, "too_many_requests", "Слишком много запросов. Повторите через минуту."),
)
#: Where the environment holds the keys there is no key in the cloud, and this names none.
_KMS_KEY: Final = (
    "!If [HasHouslerKmsKeyArn, !Ref HouslerKmsKeyArn,"
    ' !Sub "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/none"]'
)


def parameter_name(variable: str) -> str:
    """``HOUSLER_KEY_RING`` -> ``HouslerKeyRing``"""
    return camel(variable)


def template_text(stack: Plan) -> str:
    """:raises PlanError: the stack has outgrown CloudFormation"""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "infra"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- YAML, and no text of users
    )
    environment.filters.update(
        camel=camel,
        parameter=parameter_name,
        value=_value,
        events=_events,
        statements=statements,
        role=role_id,
    )
    text = environment.get_template("template.yaml.j2").render(
        plan=stack,
        layers=LAYERS,
        build=BUILD,
        gateway_refusals=_GATEWAY_REFUSALS,
        roles={role_id(planned): planned for planned in reversed(stack.functions)},
        problem=_problem,
        webhook_paths=_webhook_paths(stack),
    )
    resources = text.count("\n    Type: AWS::") + sum(_made_by_events(each) for each in stack.functions)
    if resources > stack.max_resources:
        raise PlanError(f"the stack has {resources} resources, {stack.max_resources} are allowed")
    return text


def _webhook_paths(stack: Plan) -> list[str]:
    """As a stage's settings name a resource: each slash but the first is ``~1``."""
    operations = (planned.function.operation for planned in stack.functions)
    paths = [PREFIX + each.path for each in operations if isinstance(each, WebhookOperation)]
    return sorted(f"/{path.replace('/', '~1')}" for path in paths)


def _made_by_events(planned: PlannedFunction) -> int:
    """What SAM adds: permissions, rules, mappings (two permissions would be needed for a second stage)."""
    return {Kind.HTTP: 1, Kind.WEBHOOK: 1, Kind.QUEUE: 1, Kind.SCHEDULE: 2, Kind.OPERATION: 0}[
        planned.function.kind
    ]


def _problem(status: int, code: str, detail: str) -> str:
    return json.dumps(
        {
            "type": f"urn:housler:error:{code}",
            "title": title_of(HTTPStatus(status)),
            "status": status,
            "detail": detail,
            "code": code,
            "instance": "$context.requestId",
        },
        ensure_ascii=False,
    )


def _value(setting: Setting) -> str:
    resource = FROM_RESOURCES.get(setting.name)
    if resource:
        return f"!Ref {resource}"
    name = parameter_name(setting.name)
    return f"!Ref {name}" if setting.required else f'!If [Has{name}, !Ref {name}, !Ref "AWS::NoValue"]'


def _events(planned: PlannedFunction) -> str:
    operation = planned.function.operation
    match operation:
        case Operation() | WebhookOperation():
            return (
                "Http:\n  Type: Api\n  Properties:\n    RestApiId: !Ref Api\n"
                f"    Path: {PREFIX}{operation.path}\n    Method: {operation.method}"
            )
        case QueueOperation():
            return (
                "Messages:\n  Type: SQS\n  Properties:\n"
                f"    Queue: !GetAtt {camel(operation.queue)}Queue.Arn\n    BatchSize: {operation.batch_size}\n"
                "    FunctionResponseTypes: [ReportBatchItemFailures]\n"
                f"    ScalingConfig: {{MaximumConcurrency: {max(2, planned.concurrency)}}}"
            )
        case ScheduleOperation():
            unit = "minute" if operation.minutes == 1 else "minutes"
            return f"Clock:\n  Type: Schedule\n  Properties:\n    Schedule: rate({operation.minutes} {unit})"
        case _:
            return ""


def role_id(planned: PlannedFunction) -> str:
    """Functions of one area with the same rights have one role, named after them: a stack holds 500 resources."""
    granted = planned.grants
    words = [camel(planned.function.area)]
    if granted.documents is not Documents.NONE:
        words.append("ReadsDocuments" if granted.documents is Documents.READ else "WritesDocuments")
    words += [f"Sends{camel(queue)}" for queue in granted.sends_to]
    if granted.receives_from:
        words.append(f"Takes{camel(granted.receives_from)}")
    if granted.dead_letters is not DeadLetters.NONE:
        looks = granted.dead_letters is DeadLetters.LOOK
        words.append("LooksAtDeadLetters" if looks else "RemovesDeadLetters")
    if granted.personal_data:
        words.append("OpensKeys")
    return "".join([*words, "Role"])


def statements(planned: PlannedFunction) -> list[tuple[list[str], str]]:
    """(actions, resource) in the words of the template: the function's whole role."""
    grants = planned.grants
    found = [
        (
            ['"logs:CreateLogStream"', '"logs:PutLogEvents"'],
            f"!GetAtt {camel(planned.function.area)}Logs.Arn",
        ),
        (['"xray:PutTraceSegments"', '"xray:PutTelemetryRecords"'], '"*"'),
    ]
    if grants.documents is not Documents.NONE:
        actions = (
            ['"s3:GetObject"'] if grants.documents is Documents.READ else ['"s3:GetObject"', '"s3:PutObject"']
        )
        found.append((actions, '!Sub "${Documents.Arn}/*"'))
    if grants.documents is Documents.WRITE:
        # Without it S3 answers "forbidden" where it means "no such object".
        found.append((['"s3:ListBucket"'], "!GetAtt Documents.Arn"))
    found.extend((['"sqs:SendMessage"'], f"!GetAtt {camel(queue)}Queue.Arn") for queue in grants.sends_to)
    if grants.receives_from:
        actions = ['"sqs:ReceiveMessage"', '"sqs:DeleteMessage"', '"sqs:GetQueueAttributes"']
        found.append((actions, f"!GetAtt {camel(grants.receives_from)}Queue.Arn"))
    if grants.dead_letters is not DeadLetters.NONE:
        actions = ['"sqs:ReceiveMessage"', '"sqs:ChangeMessageVisibility"']
        if grants.dead_letters is DeadLetters.REMOVE:
            actions.append('"sqs:DeleteMessage"')
        found.extend((actions, f"!GetAtt {camel(queue)}DeadLetters.Arn") for queue in SENDERS.values())
    if grants.personal_data:
        found.append((['"kms:Decrypt"'], _KMS_KEY))
    return found


def texts() -> dict[Path, str]:
    """What the generated files should hold."""
    return {TEMPLATE: template_text(plan()), OPENAPI: openapi.text(plan())}


def main(arguments: list[str]) -> int:
    stale = [path for path, text in texts().items() if not path.is_file() or path.read_text("utf-8") != text]
    names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
    if "--check" in arguments:
        print(
            f"stale: {names}; run ./dev render" if stale else "template.yaml and docs/openapi.yaml are fresh"
        )
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(texts()[path], "utf-8")
    print(f"wrote {names}" if stale else "nothing to write")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
