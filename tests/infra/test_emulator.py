"""The local stand-in for the cloud: only on this machine, and it keeps what it holds."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from infra.dev.emulator import Emulator, EmulatorError, Handle

LOOPBACK = "0100007F"  # 127.0.0.1 as /proc writes it
LISTENING = "0A"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def listening(pid: int) -> set[tuple[str, int]]:
    """(address, port) of every TCP socket on which the process listens."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            inodes.add(str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]"))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text("utf-8").splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and fields[9] in inodes:
                address, port = fields[1].split(":")
                found.add((address, int(port, 16)))
    return found


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Handle]:
    handle = Emulator.start(tmp_path, free_port())
    yield handle
    handle.stop()


def s3(handle: Handle) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=handle.url,
        region_name="us-east-1",
        aws_access_key_id=handle.access_key_id,
        aws_secret_access_key=handle.secret_access_key,
        config=Config(s3={"addressing_style": "path"}, connect_timeout=2, read_timeout=10),
    )


class TestEmulator:
    def test_listens_on_this_machine_only(self, emulator: Handle) -> None:
        port = int(emulator.url.rsplit(":", 1)[1])

        assert listening(emulator.pid) == {(LOOPBACK, port)}

    def test_knows_nothing_of_its_starters_environment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOUSLER_STRAY", "1")
        handle = Emulator.start(tmp_path, free_port())
        given = Path(f"/proc/{handle.pid}/environ").read_bytes()
        handle.stop()

        assert b"HOUSLER_STRAY" not in given
        assert b"AUTH=true" in given

    def test_keeps_documents_over_a_restart(self, emulator: Handle, tmp_path: Path) -> None:
        s3(emulator).create_bucket(Bucket="papers")
        s3(emulator).put_object(Bucket="papers", Key="a", Body=b"kept")
        emulator.stop()

        again = Emulator.start(tmp_path, free_port())
        kept = s3(again).get_object(Bucket="papers", Key="a")["Body"].read()
        again.stop()

        assert kept == b"kept"

    def test_is_gone_when_stopped(self, emulator: Handle) -> None:
        emulator.stop()

        assert not emulator.healthy()
        assert not Path(f"/proc/{emulator.pid}").exists()

    def test_says_where_its_log_lies_when_it_cannot_start(self, tmp_path: Path) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as taken,
            pytest.raises(EmulatorError, match=r"emulator\.log"),
        ):
            Emulator.start(tmp_path, taken.getsockname()[1])
