"""A cloud of a test: S3 and SQS over HTTP in this process, with the product's settings pointed at them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests import settings

BUCKET: Final = "documents"
_REGION: Final = "eu-central-1"


class Cloud:
    """The bucket's files and the queues' messages."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        session = boto3.Session("test", "test", region_name=_REGION)
        self.s3: Any = session.client("s3", endpoint_url=endpoint)
        self.sqs: Any = session.client("sqs", endpoint_url=endpoint)
        self.queues = {
            name: self.sqs.create_queue(QueueName=name)["QueueUrl"]
            for queue in ("render", "jobs", "bank-events", "sms-events")
            for name in (queue, f"{queue}-dead")
        }
        # moto's state is the process's: another server of the run may have made it.
        with suppress(self.s3.exceptions.BucketAlreadyOwnedByYou):
            self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": _REGION})

    def file(self, key: str) -> bytes:
        content: bytes = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return content

    def files(self, folder: str) -> dict[str, bytes]:
        """What lies under a folder, by key."""
        listed = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{folder}/").get("Contents", [])
        return {one["Key"]: self.file(one["Key"]) for one in listed}

    def empty(self, folder: str) -> None:
        """Remove what other tests have left under a folder."""
        for key in self.files(folder):
            self.s3.delete_object(Bucket=BUCKET, Key=key)

    def take(self, queue: str) -> list[str]:
        """The bodies that wait in a queue; they are taken out."""
        url, bodies = self.queues[queue], []
        while received := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in received:
                bodies.append(message["Body"])
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def purge(self) -> None:
        """Empty every queue, of what another test has hidden too."""
        for url in self.queues.values():
            self.sqs.purge_queue(QueueUrl=url)


@contextmanager
def running_cloud() -> Iterator[Cloud]:
    # A queue is emptied for every test, not once a minute.
    os.environ["MOTO_SQS_ENFORCE_STRICT_QUEUE_PURGE_BEHAVIOUR"] = "false"
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield Cloud(f"http://{host}:{port}")
    finally:
        server.stop()


def point_at(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, *, bucket: str = BUCKET) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_REGION": _REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "S3_BUCKET_DOCUMENTS": bucket,
        "QUEUE_RENDER_URL": cloud.queues["render"],
        "QUEUE_JOBS_URL": cloud.queues["jobs"],
        "QUEUE_BANK_EVENTS_URL": cloud.queues["bank-events"],
        "QUEUE_SMS_EVENTS_URL": cloud.queues["sms-events"],
        "QUEUE_RENDER_DEAD_URL": cloud.queues["render-dead"],
        "QUEUE_JOBS_DEAD_URL": cloud.queues["jobs-dead"],
        "QUEUE_BANK_EVENTS_DEAD_URL": cloud.queues["bank-events-dead"],
        "QUEUE_SMS_EVENTS_DEAD_URL": cloud.queues["sms-events-dead"],
    }.items():
        monkeypatch.setenv(name, value)
    settings.forget()
