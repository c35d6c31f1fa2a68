"""``python -m infra.deploy [--cloud] [--settings]``: code into the artifacts bucket, template.yaml into a stack.

By default it deploys this machine's build, whose layers only point at the built folders: for the local stand-in.
``--cloud`` deploys the cloud's build. ``--settings`` prints, as JSON, which environment variables it would take.
Settings come from the environment variables named under ``Metadata.Settings`` of the template.
"""

import json
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from botocore.exceptions import ClientError, WaiterError

from infra import artifacts, render
from infra.artifacts import Archive
from infra.cloud import client, deployed, stack_name
from infra.discovery import functions
from infra.layers import build
from infra.layers.target import BuildError, Target, local
from infra.layers.target import cloud as cloud_target
from infra.plan import BUILD, plan
from shared.config import personal_data

_UPLOADS: Final = 8
_CODE: Final = re.compile(rf"(CodeUri|ContentUri): {re.escape(BUILD)}/(functions|layers)/(\S+)")


class DeployError(Exception):
    """The stack was not deployed; the text says why."""


def main(arguments: list[str]) -> int:
    if "--settings" in arguments:
        print(json.dumps({each.name: each.required for each in plan().settings}))
        return 0
    started = time.perf_counter()
    target = cloud_target() if "--cloud" in arguments else local()
    target.folder.mkdir(parents=True, exist_ok=True)
    try:
        # A folder of its own: another deployment of this tree may run at the same time.
        with TemporaryDirectory(prefix="deploy-", dir=target.folder) as scratch:
            done = from_folder(target, Path(scratch), started)
    except (BuildError, DeployError) as error:
        print(f"deploy: {error}")
        return 1
    stack = deployed()
    say(started, f"stack {stack.name} {done}: {len(functions())} functions, API {stack.api_id}")
    return 0


def from_folder(target: Target, scratch: Path, started: float) -> str:
    given = parameters()
    archives = archived(target, scratch)
    say(started, f"{len(archives)} archives made")
    bucket = artifacts_bucket()
    with ThreadPoolExecutor(_UPLOADS) as pool:
        fresh = sum(pool.map(lambda each: uploaded(bucket, each), archives.values()))
    say(started, f"{fresh} archives uploaded to {bucket}")
    return deploy(bucket, template(bucket, archives), given)


def say(started: float, sentence: str) -> None:
    print(f"{time.perf_counter() - started:5.1f} s  {sentence}", flush=True)


def archived(target: Target, scratch: Path) -> dict[str, Archive]:
    """``layers/NAME`` and ``functions/NAME`` -> its zip."""
    zips = scratch / "zips"
    layers = {
        f"layers/{name}": artifacts.archive(name, folder, zips)
        for name, folder in _layer_folders(target).items()
    }
    return layers | {
        f"functions/{name}": artifacts.archive(name, folder, zips)
        for name, folder in artifacts.stage(target, functions(), scratch / "functions").items()
    }


def _layer_folders(target: Target) -> dict[str, Path]:
    domain, runtime = build.build_domain(target), build.build_runtime(target)
    if target.platform:
        return {"domain": domain, "runtime": runtime, "pdf": build.build_pdf(target, with_natives=True)}
    pdf = build.build_pdf(target, with_natives=False)
    return {
        "domain": domain,
        "runtime": build.pointing_at(target, runtime),
        "pdf": build.pointing_at(target, pdf),
    }


def artifacts_bucket() -> str:
    """``HOUSLER_ARTIFACTS_BUCKET``, by default the stack's name with ``-artifacts``; made when it isn't there."""
    bucket = os.environ.get("HOUSLER_ARTIFACTS_BUCKET") or f"{stack_name()}-artifacts"
    s3 = client("s3")
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        region = s3.meta.region_name
        if region == "us-east-1":  # the one region that may not be named
            s3.create_bucket(Bucket=bucket)
        else:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})  # type: ignore[typeddict-item]  # any region's name
    return bucket


def uploaded(bucket: str, archive: Archive) -> bool:
    """False when the same content lies there already."""
    key = archive.key
    try:
        client("s3").head_object(Bucket=bucket, Key=key)
    except ClientError:
        client("s3").put_object(Bucket=bucket, Key=key, Body=archive.path.read_bytes())
        return True
    return False


def template(bucket: str, archives: dict[str, Archive]) -> str:
    """template.yaml with the code's places in the bucket; nothing else is changed."""

    def placed(found: re.Match[str]) -> str:
        archive = archives[f"{found[2]}/{found[3]}"]
        if found[1] == "CodeUri":
            return f"CodeUri: {{Bucket: {bucket}, Key: {archive.key}}}"
        return f"ContentUri: {{Bucket: {bucket}, Key: {archive.key}}}"

    return _CODE.sub(placed, render.TEMPLATE.read_text("utf-8"))


def parameters() -> dict[str, str]:
    """:raises DeployError: names the required variables that are not set"""
    needed = [each.name for each in plan().settings if each.required]
    # Which of them are needed depends on another setting.
    needed += personal_data.NEEDED[personal_data.key_service()]
    missing = [name for name in needed if not os.environ.get(name)]
    if missing:
        raise DeployError(f"set {', '.join(missing)}")
    return {
        render.parameter_name(each.name): os.environ[each.name]
        for each in plan().settings
        if os.environ.get(each.name)
    }


def deploy(bucket: str, body: str, given: dict[str, str]) -> str:
    """Create or update the stack and wait for it: ``created``, ``updated`` or ``unchanged``.

    :raises DeployError: the cloud rolled it back
    """
    s3, formation = client("s3"), client("cloudformation")
    s3.put_object(Bucket=bucket, Key="template.yaml", Body=body.encode())
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "template.yaml"})
    exists = _exists()
    change = formation.update_stack if exists else formation.create_stack
    finished = formation.get_waiter("stack_update_complete" if exists else "stack_create_complete")
    try:
        change(
            StackName=stack_name(),
            TemplateURL=url.split("?")[0],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        finished.wait(StackName=stack_name(), WaiterConfig={"Delay": 1, "MaxAttempts": 600})
    except ClientError as error:
        if "No updates" in str(error):
            return "unchanged"
        raise DeployError(str(error)) from None
    except WaiterError as error:
        raise DeployError(f"{error}\n{_reasons()}") from None
    return "updated" if exists else "created"


def _exists() -> bool:
    try:
        client("cloudformation").describe_stacks(StackName=stack_name())
    except ClientError:
        return False
    return True


def _reasons() -> str:
    events = client("cloudformation").describe_stack_events(StackName=stack_name())["StackEvents"]
    return "\n".join(
        f"{each.get('LogicalResourceId')}: {each.get('ResourceStatusReason')}"
        for each in events
        if "FAILED" in each.get("ResourceStatus", "") and each.get("ResourceStatusReason")
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
