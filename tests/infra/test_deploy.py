"""``python -m infra.deploy`` against the real emulator: the very template, every function, access rights enforced."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import boto3
import pytest

from infra import artifacts, cloud, deploy, render
from infra import plan as plans
from infra.dev.emulator import Emulator, Handle
from infra.discovery import ROOT, functions
from infra.plan import plan


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handle]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    handle = Emulator.start(tmp_path_factory.mktemp("emulator"), port)
    yield handle
    handle.stop()


@pytest.fixture(scope="module")
def settings(emulator: Handle) -> dict[str, str]:
    """Enough to deploy; nothing that works."""
    needed = {each.name: "http://127.0.0.1:1" for each in plan().settings if each.required}
    return {**os.environ, "HOUSLER_STAGE": "local", **needed, **emulator.client_environment()}


def run(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-m", "infra.deploy", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


@pytest.fixture(scope="module")
def deployed(settings: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return run(settings)


class TestDeploy:
    def test_makes_the_stack_of_every_function(self, deployed: "subprocess.CompletedProcess[str]") -> None:
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        assert f"created: {len(functions())} functions" in deployed.stdout

    def test_again_changes_nothing(
        self, deployed: "subprocess.CompletedProcess[str]", settings: dict[str, str]
    ) -> None:
        again = run(settings)

        assert again.returncode == 0
        assert "0 archives uploaded" in again.stdout

    @pytest.mark.usefixtures("deployed")
    def test_the_function_with_the_most_layers_starts(self, emulator: Handle) -> None:
        client = boto3.client(
            "lambda",
            endpoint_url=emulator.url,
            region_name="us-east-1",
            aws_access_key_id=emulator.access_key_id,
            aws_secret_access_key=emulator.secret_access_key,
        )
        reply = client.invoke(FunctionName=f"{cloud.STACK}-queues-render", Payload=b'{"Records": []}')

        assert json.loads(reply["Payload"].read()) == {"batchItemFailures": []}

    def test_names_the_settings_that_are_missing(self, settings: dict[str, str]) -> None:
        lacking = {name: value for name, value in settings.items() if name != "DATABASE_URL"}
        refused = run(lacking)

        assert refused.returncode == 1
        assert "set DATABASE_URL" in refused.stdout

    def test_tells_which_settings_it_takes(self, settings: dict[str, str]) -> None:
        told = json.loads(run(settings, "--settings").stdout)

        assert told["DATABASE_URL"] is True
        assert told["HOUSLER_STAGE"] is False
        assert set(told) == {each.name for each in plan().settings}


class TestParameters:
    @pytest.mark.parametrize(
        ("service", "missing"),
        [
            ("environment", "HOUSLER_KEY_RING, HOUSLER_INDEX_KEYS"),
            ("kms", "HOUSLER_SEALED_KEYS, HOUSLER_KMS_KEY_ARN"),
        ],
    )
    def test_are_never_without_the_keys_of_personal_data(
        self, service: str, missing: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deploy, "plan", lambda: plans.Plan(functions=(), queues=(), max_resources=0))
        monkeypatch.setenv("HOUSLER_KEY_SERVICE", service)
        for name in missing.split(", "):
            monkeypatch.delenv(name, raising=False)

        with pytest.raises(deploy.DeployError, match=f"^set {missing}$"):
            deploy.parameters()


class TestTemplate:
    def test_only_the_places_of_the_code_are_changed(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        folder = tmp_path_factory.mktemp("source")
        (folder / "a").write_text("a", "utf-8")
        archive = artifacts.archive("a", folder, tmp_path_factory.mktemp("zips"))
        names = [f"functions/{each.name}" for each in functions()]
        everything = dict.fromkeys([*names, "layers/domain", "layers/runtime", "layers/pdf"], archive)

        placed = deploy.template("bucket", everything).splitlines()

        committed = render.TEMPLATE.read_text("utf-8").splitlines()
        changed = [line.strip() for line, old in zip(placed, committed, strict=True) if line != old]
        assert len(changed) == len(everything)
        assert all(f"Uri: {{Bucket: bucket, Key: {archive.key}}}" in line for line in changed)
