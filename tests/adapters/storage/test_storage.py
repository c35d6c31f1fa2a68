import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from moto.server import ThreadedMotoServer

from shared.adapters.storage import s3
from shared.adapters.storage.presign import S3Links, disposition
from shared.adapters.storage.s3 import S3Storage
from shared.config.aws import AwsSettings
from shared.config.storage import StorageSettings

KEY = "documents/0198c9b2/contract~1 (черновик).pdf"
NAME = "Договор № 1 (подписан).pdf"


def settings(endpoint: str | None, token: str | None = None) -> AwsSettings:
    return AwsSettings("eu-central-1", "AKIAEXAMPLE", "secret/key+1", token, endpoint)


def client(cloud: AwsSettings) -> Any:
    return boto3.client(
        "s3",
        region_name=cloud.region,
        endpoint_url=cloud.endpoint_url,
        aws_access_key_id=cloud.access_key_id,
        aws_secret_access_key=cloud.secret_access_key,
        aws_session_token=cloud.session_token,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if cloud.endpoint_url else "virtual"},
        ),
    )


class TestLinks:
    @pytest.mark.parametrize("token", [None, "session/token+1=="])
    @pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:4566"])
    def test_are_botocores_byte_for_byte(self, endpoint: str | None, token: str | None) -> None:
        cloud = settings(endpoint, token)
        parameters = {"Bucket": "papers", "Key": KEY, "ResponseContentDisposition": disposition(NAME)}
        theirs = client(cloud).generate_presigned_url("get_object", Params=parameters, ExpiresIn=120)
        stamp = parse_qs(urlsplit(theirs).query)["X-Amz-Date"][0]
        now = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

        ours = S3Links(cloud, StorageSettings("papers", None)).presigned_at(
            now, KEY, filename=NAME, expires_seconds=120
        )

        assert ours == theirs

    def test_lead_where_browsers_can_go(self) -> None:
        links = S3Links(settings("http://internal:9"), StorageSettings("papers", "https://files.example"))

        assert links.presign("a/b.pdf", filename="b.pdf", expires_seconds=60).startswith(
            "https://files.example/papers/a/b.pdf?"
        )

    def test_save_the_file_under_its_russian_name_and_nothing_else(self) -> None:
        said = disposition('Договор"\r\nX: 1.pdf')

        assert "\r" not in said
        assert "\n" not in said
        assert unquote(said.rsplit("''", 1)[1]) == 'Договор"\r\nX: 1.pdf'
        assert said.count('"') == 2


class TestStorage:
    @pytest.fixture
    def cloud(self) -> Iterator[AwsSettings]:
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        cloud = settings(f"http://{host}:{port}")
        client(cloud).create_bucket(
            Bucket="papers", CreateBucketConfiguration={"LocationConstraint": cloud.region}
        )
        yield cloud
        # The emulation's state is the process's, not the server's.
        for key in S3Storage(cloud, StorageSettings("papers", None)).keys(""):
            client(cloud).delete_object(Bucket="papers", Key=key)
        client(cloud).delete_bucket(Bucket="papers")
        server.stop()

    def test_gives_back_what_was_put(self, cloud: AwsSettings) -> None:
        storage = S3Storage(cloud, StorageSettings("papers", None))

        storage.put("a/b.pdf", b"%PDF-1.7", content_type="application/pdf")

        assert storage.get("a/b.pdf") == b"%PDF-1.7"
        kept = client(cloud).head_object(Bucket="papers", Key="a/b.pdf")
        assert (kept["ContentType"], kept["ServerSideEncryption"]) == ("application/pdf", "AES256")

    def test_says_when_there_is_no_such_object(self, cloud: AwsSettings) -> None:
        with pytest.raises(KeyError):
            S3Storage(cloud, StorageSettings("papers", None)).get("absent")

    def test_lists_what_lies_under_a_prefix_in_order(
        self, cloud: AwsSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(s3, "_PAGE_KEYS", 5)
        storage = S3Storage(cloud, StorageSettings("papers", None))
        for number in range(11, -1, -1):
            storage.put(f"seals/{number:04d}", b"", content_type="text/plain")
        storage.put("sealsX", b"", content_type="text/plain")

        assert list(storage.keys("seals/")) == [f"seals/{number:04d}" for number in range(12)]
        assert list(storage.keys("absent/")) == []

    def test_a_link_downloads_the_file_with_its_name(self, cloud: AwsSettings) -> None:
        S3Storage(cloud, StorageSettings("papers", None)).put("a", b"x", content_type="text/plain")
        link = S3Links(cloud, StorageSettings("papers", None)).presign("a", filename=NAME, expires_seconds=60)

        reply = requests.get(link, timeout=5)

        assert reply.content == b"x"
        assert quote(NAME, safe="") in reply.headers["Content-Disposition"]

    def test_nobody_there_is_an_error_within_its_time(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        with pytest.raises(BotoCoreError):
            S3Storage(settings(f"http://127.0.0.1:{port}"), StorageSettings("papers", None)).get("a")
