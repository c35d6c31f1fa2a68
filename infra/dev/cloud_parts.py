"""The local cloud's parts of the stack: the emulator, the functions deployed to it, the proxy before it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import boto3

from infra import cloud
from infra.dev import console, environments, places, ports, stack_settings
from infra.dev.emulator import Emulator, EmulatorError
from infra.dev.processes import Processes

EMULATOR: Final = "emulator"
PROXY: Final = "gateway"
_SOURCES: Final = ("functions", "shared", "templates", "infra", "template.yaml")
_SKIPPED: Final = "__pycache__"
_BUILD_SECONDS: Final = 1_200


def start_emulator(
    processes: Processes, folder: Path, chosen: Mapping[str, int], keys: Mapping[str, str]
) -> None:
    """:raises DevError: it doesn't start"""
    running = processes.running().get(EMULATOR)
    if running is not None and running.port == chosen[EMULATOR]:
        return
    processes.stop(EMULATOR)
    ports.require_free(EMULATOR, chosen[EMULATOR])
    _move(folder / EMULATOR, chosen[EMULATOR])
    try:
        handle = Emulator.start(
            folder / EMULATOR,
            chosen[EMULATOR],
            access_key_id=keys["AWS_ACCESS_KEY_ID"],
            secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        )
    except EmulatorError as failure:
        log = folder / EMULATOR / "emulator.log"
        raise console.DevError(f"{failure}; its end:\n{console.tail(log)}") from None
    processes.adopt(EMULATOR, handle.pid, chosen[EMULATOR])


def _move(folder: Path, port: int) -> None:
    """Addresses of queues in the emulator's saved state name its port: they follow it to another."""
    mark = folder / "port"
    before = mark.read_text() if mark.exists() else str(port)
    if before != str(port):
        for file in (folder / "state").glob("*.json"):
            text = file.read_text(encoding="utf-8")
            file.write_text(
                text.replace(f"{ports.LOOPBACK}:{before}", f"{ports.LOOPBACK}:{port}"), encoding="utf-8"
            )
    mark.write_text(str(port))


def deploy(
    run: Callable[[str, str], str], processes: Processes, folder: Path, environment: Mapping[str, str]
) -> None:
    """Deploy the functions, unless this very emulator already holds this very code and these settings.

    :param run: runs a module of ours against the stack
    :raises DevError: they can't be deployed
    """
    mark = folder / "deployed"
    emulator = processes.running()[EMULATOR]
    wanted = _digest(json.dumps([emulator.began, emulator.pid, dict(sorted(environment.items()))]))
    if mark.exists() and mark.read_text() == wanted:
        return
    # Every stack of this tree is deployed from the same built folders.
    with places.locked(places.HOME / "build.lock"):
        with console.step("Building the layers"):
            # With the machine's own settings, which an installer needs.
            console.run_logged(
                [environments.python_of("tests"), "-m", "infra.layers"],
                folder / "logs" / "layers.log",
                timeout_seconds=_BUILD_SECONDS,
                folder=places.ROOT,
            )
        run("infra.deploy", "Deploying the functions")
    mark.write_text(wanted)


def start_proxy(processes: Processes, chosen: Mapping[str, int], environment: Mapping[str, str]) -> None:
    """:raises DevError: it doesn't start"""
    processes.start(
        PROXY,
        [
            environments.python_of("tests"), "-m", "infra.proxy",
            "--port", str(chosen[PROXY]), "--api-url", _api_url(environment),
        ],
        port=chosen[PROXY],
        environment=stack_settings.bare_environment(),
        folder=places.ROOT,
    )  # fmt: skip


def _api_url(environment: Mapping[str, str]) -> str:
    """Where the emulator serves the deployed gateway."""
    endpoint = environment["AWS_ENDPOINT_URL"]
    formation = boto3.client(
        "cloudformation",
        endpoint_url=endpoint,
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    (described,) = formation.describe_stacks(StackName=cloud.STACK)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
    return cloud.Deployed(cloud.STACK, outputs).api_url(endpoint)


def _digest(settings: str) -> str:
    """Of the settings and of every file that a deployment is made of."""
    digest = hashlib.sha256(settings.encode())
    for source in _SOURCES:
        path = places.ROOT / source
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and _SKIPPED not in file.parts:
                digest.update(str(file.relative_to(places.ROOT)).encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
