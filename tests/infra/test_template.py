"""The committed template.yaml: fresh, accepted by the cloud's linter, and granting exactly what is imported."""

import dataclasses
import re
import subprocess
from typing import Any

import pytest
import yaml

from infra import plan as plans
from infra import render
from infra.discovery import ROOT, Kind
from infra.grants import DeadLetters, Documents
from infra.plan import PlanError, PlannedFunction

CFN_LINT = ROOT / ".housler/envs/emulator/bin/cfn-lint"


class _Loader(yaml.SafeLoader):
    """Keeps ``!GetAtt X`` as the text ``GetAtt X``."""


def _tag(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return f"{suffix} {node.value}"
    assert isinstance(node, yaml.SequenceNode)
    return [suffix, *loader.construct_sequence(node, deep=True)]


_Loader.add_multi_constructor("!", _tag)


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    loaded = yaml.load(render.TEMPLATE.read_text("utf-8"), _Loader)  # noqa: S506 -- a SafeLoader
    found: dict[str, Any] = loaded["Resources"]
    return found


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: each["Properties"] for name, each in resources.items() if each["Type"] == kind}


def role_of(resources: dict[str, Any], planned: PlannedFunction) -> str:
    """The role that the function itself names."""
    named: str = resources[planned.function.logical_id]["Properties"]["Role"]
    return named.removeprefix("GetAtt ").removesuffix(".Arn")


def allowed(resources: dict[str, Any], planned: PlannedFunction) -> set[tuple[str, str]]:
    (policy,) = resources[role_of(resources, planned)]["Properties"]["Policies"]
    return {
        (action, str(statement["Resource"]))
        for statement in policy["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    }


PLANNED = plans.plan().functions
IDS = [each.function.name for each in PLANNED]

DEAD_LETTER_ACTIONS = {
    DeadLetters.NONE: (),
    DeadLetters.LOOK: ("ReceiveMessage", "ChangeMessageVisibility"),
    DeadLetters.REMOVE: ("ReceiveMessage", "ChangeMessageVisibility", "DeleteMessage"),
}


class TestTemplate:
    def test_is_what_the_functions_say(self) -> None:
        stale = [path.name for path, text in render.texts().items() if path.read_text("utf-8") != text]

        assert not stale, "run ./dev render"

    def test_is_accepted_by_the_clouds_linter(self) -> None:
        checked = subprocess.run(  # noqa: S603 -- the emulator environment's own tool
            [CFN_LINT, render.TEMPLATE], capture_output=True, text=True, check=False, timeout=120
        )

        assert checked.returncode == 0, checked.stdout

    def test_has_no_place_of_this_machine(self) -> None:
        assert str(ROOT) not in render.TEMPLATE.read_text("utf-8")

    def test_refuses_to_outgrow_one_stack(self) -> None:
        with pytest.raises(PlanError, match="resources"):
            render.template_text(dataclasses.replace(plans.plan(), max_resources=10))


class TestFunctions:
    def test_are_all_there(self, resources: dict[str, Any]) -> None:
        handlers = {each["Handler"] for each in of_type(resources, "AWS::Serverless::Function").values()}

        assert handlers == {f"{each.function.module}.app" for each in PLANNED}

    @pytest.mark.parametrize("planned", PLANNED, ids=IDS)
    def test_may_do_exactly_what_they_import(
        self, planned: PlannedFunction, resources: dict[str, Any]
    ) -> None:
        grants = planned.grants
        logs = f"GetAtt {planned.function.area.title().replace('_', '')}Logs.Arn"
        expected = {
            ("logs:CreateLogStream", logs),
            ("logs:PutLogEvents", logs),
            ("xray:PutTraceSegments", "*"),
            ("xray:PutTelemetryRecords", "*"),
        }
        if grants.documents is not Documents.NONE:
            expected.add(("s3:GetObject", "Sub ${Documents.Arn}/*"))
        if grants.documents is Documents.WRITE:
            expected |= {
                ("s3:PutObject", "Sub ${Documents.Arn}/*"),
                ("s3:ListBucket", "GetAtt Documents.Arn"),
            }
        queues = {"bank_events": "BankEvents", "sms_events": "SmsEvents", "render": "Render", "jobs": "Jobs"}
        expected |= {("sqs:SendMessage", f"GetAtt {queues[queue]}Queue.Arn") for queue in grants.sends_to}
        if grants.receives_from:
            own = f"GetAtt {queues[grants.receives_from]}Queue.Arn"
            actions = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
            expected |= {(f"sqs:{action}", own) for action in actions}
        for action in DEAD_LETTER_ACTIONS[grants.dead_letters]:
            expected |= {(f"sqs:{action}", f"GetAtt {queue}DeadLetters.Arn") for queue in queues.values()}
        if grants.personal_data:
            none = "Sub arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/none"
            expected.add(("kms:Decrypt", str(["If", "HasHouslerKmsKeyArn", "Ref HouslerKmsKeyArn", none])))

        assert allowed(resources, planned) == expected

    @pytest.mark.parametrize("planned", PLANNED, ids=IDS)
    def test_are_given_only_the_settings_they_read(
        self, planned: PlannedFunction, resources: dict[str, Any]
    ) -> None:
        properties = resources[planned.function.logical_id]["Properties"]
        given = properties.get("Environment", {}).get("Variables", {})

        assert set(given) == {setting.name for setting in planned.grants.settings}

    def test_only_rendering_carries_the_layer_pdf(self, resources: dict[str, Any]) -> None:
        functions = of_type(resources, "AWS::Serverless::Function")
        carriers = {each["Handler"] for each in functions.values() if "Ref PdfLayer" in each["Layers"]}

        assert carriers == {"functions.queues.render.handler.app"}

    def test_hold_no_more_connections_than_the_database_gives(self) -> None:
        held = sum(each.concurrency for each in PLANNED if each.grants.database)
        database = plans.figures()["database"]

        assert held <= database["max_connections"] - database["kept_back"]

    def test_refuse_to_hold_more(self) -> None:
        greedy = tuple(dataclasses.replace(each, concurrency=1000) for each in PLANNED)

        with pytest.raises(PlanError, match="connections"):
            plans.check_connections(greedy)

    def test_webhooks_have_no_database(self) -> None:
        webhooks = [each for each in PLANNED if each.function.kind is Kind.WEBHOOK]

        assert webhooks
        assert not [each.function.name for each in webhooks if each.grants.database]


class TestQueues:
    def test_are_patient_encrypted_and_have_a_place_for_the_dead(self, resources: dict[str, Any]) -> None:
        queues = of_type(resources, "AWS::SQS::Queue")
        live = {name: each for name, each in queues.items() if name.endswith("Queue")}

        assert set(live) == {"BankEventsQueue", "RenderQueue", "JobsQueue", "SmsEventsQueue"}
        assert all(each["SqsManagedSseEnabled"] for each in queues.values())
        for name, each in live.items():
            dead = name.removesuffix("Queue") + "DeadLetters"
            assert each["RedrivePolicy"]["deadLetterTargetArn"] == f"GetAtt {dead}.Arn"
            assert dead in queues

    def test_wait_six_times_as_long_as_their_consumer_may_run(self, resources: dict[str, Any]) -> None:
        consumers = [each for each in PLANNED if each.function.kind is Kind.QUEUE]

        assert len(consumers) == 4
        for each in consumers:
            properties = resources[each.function.logical_id]["Properties"]
            source = properties["Events"]["Messages"]["Properties"]
            queue = resources[source["Queue"].removeprefix("GetAtt ").removesuffix(".Arn")]["Properties"]
            assert queue["VisibilityTimeout"] >= 6 * properties["Timeout"]
            assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


class TestDocuments:
    def test_are_private_encrypted_and_versioned(self, resources: dict[str, Any]) -> None:
        bucket = resources["Documents"]["Properties"]

        assert all(bucket["PublicAccessBlockConfiguration"].values())
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert resources["DocumentsOverTls"]["Condition"] == "Production"


class TestGateway:
    def test_refuses_in_problem_json(self, resources: dict[str, Any]) -> None:
        responses = resources["Api"]["Properties"]["GatewayResponses"]

        assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(responses)
        for each in responses.values():
            body = yaml.safe_load(each["ResponseTemplates"]["application/json"])
            assert body["status"] == each["StatusCode"]
            assert "problem+json" in each["ResponseParameters"]["Headers"]["Content-Type"]

    def test_lets_a_browser_send_every_header_that_is_read(self, resources: dict[str, Any]) -> None:
        read = set[str]()
        for module in (ROOT / "shared/http").glob("*.py"):
            read |= set(re.findall(r'headers\.get\("([a-z-]+)"', module.read_text("utf-8")))
        allowed = resources["Api"]["Properties"]["Cors"]["AllowHeaders"].strip("'").lower().split(",")

        assert "authorization" in read
        assert read - {"cookie", "origin", "user-agent"} <= set(allowed)
