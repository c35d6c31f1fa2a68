"""Dead letters over the queue's own protocol, spoken by a foreign implementation of it."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from shared.adapters.queue.dead_letters import SqsDeadLetters
from shared.adapters.queue.redriving import SqsRedrive
from shared.adapters.queue.sqs import SqsQueue
from shared.config.aws import AwsSettings
from shared.ports.queue import QueueUnavailable


class Queues:
    """A queue whose messages die after two receives, and its dead letters."""

    def __init__(self, endpoint: str) -> None:
        self.cloud = AwsSettings("eu-central-1", "a", "b", None, endpoint)
        self.sqs: Any = boto3.Session("a", "b", region_name="eu-central-1").client(
            "sqs", endpoint_url=endpoint
        )
        name = uuid4().hex
        self.dead_url = self.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.dead_url, AttributeNames=["QueueArn"])
        policy = {"deadLetterTargetArn": attributes["Attributes"]["QueueArn"], "maxReceiveCount": "2"}
        self.url = self.sqs.create_queue(
            QueueName=name, Attributes={"RedrivePolicy": json.dumps(policy), "VisibilityTimeout": "0"}
        )["QueueUrl"]
        self.live = SqsQueue(self.url, self.cloud)
        self.dead = SqsDeadLetters(self.dead_url, self.cloud)
        self.redrive = SqsRedrive(self.live, self.dead_url, self.cloud)

    def let_die(self) -> None:
        """Receive what waits until nothing does."""
        for _ in range(3):
            self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)

    def bodies(self, url: str) -> list[str]:
        received = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [each["Body"] for each in received.get("Messages", ())]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def queues(endpoint: str) -> Queues:
    return Queues(endpoint)


class TestLooking:
    def test_finds_what_died_under_the_id_that_it_had(self, queues: Queues) -> None:
        sent = queues.sqs.send_message(QueueUrl=queues.url, MessageBody="яд")
        queues.let_die()

        (letter,) = queues.dead.hold(most=10)

        assert (str(letter.id), letter.body, letter.earlier_receives) == (sent["MessageId"], "яд", 0)

    def test_hides_them_from_others_until_they_are_let_go(self, queues: Queues) -> None:
        for number in range(12):
            queues.sqs.send_message(QueueUrl=queues.dead_url, MessageBody=str(number))

        held = queues.dead.hold(most=100)

        assert sorted(int(each.body) for each in held) == list(range(12))
        assert queues.dead.hold(most=100) == []
        queues.dead.let_go(held)
        assert len(queues.dead.hold(most=100)) == 12

    def test_holds_no_more_than_asked(self, queues: Queues) -> None:
        for number in range(12):
            queues.sqs.send_message(QueueUrl=queues.dead_url, MessageBody=str(number))

        assert len(queues.dead.hold(most=11)) == 11

    def test_of_a_queue_that_is_not_there_is_no_empty_list(self, queues: Queues) -> None:
        with pytest.raises(QueueUnavailable):
            SqsDeadLetters(f"{queues.dead_url}-absent", queues.cloud).hold(most=10)


class TestSendingAgain:
    def test_moves_the_letter_and_its_past(self, queues: Queues) -> None:
        queues.sqs.send_message(QueueUrl=queues.dead_url, MessageBody="яд")
        (letter,) = queues.dead.hold(most=10)

        queues.redrive.send_again(letter, receives=8)

        assert queues.dead.hold(most=10) == []
        queues.let_die()
        (again,) = queues.dead.hold(most=10)
        assert (again.body, again.earlier_receives) == ("яд", 8)

    def test_removes_nothing_that_was_not_sent(self, queues: Queues) -> None:
        queues.sqs.send_message(QueueUrl=queues.dead_url, MessageBody="яд")
        (letter,) = queues.dead.hold(most=10)
        nowhere = SqsQueue(f"{queues.url}-absent", queues.cloud)

        with pytest.raises(QueueUnavailable):
            SqsRedrive(nowhere, queues.dead_url, queues.cloud).send_again(letter, receives=1)

        queues.dead.let_go([letter])
        assert queues.bodies(queues.dead_url) == ["яд"]

    def test_interrupted_leaves_two_rather_than_none(self, queues: Queues) -> None:
        queues.sqs.send_message(QueueUrl=queues.dead_url, MessageBody="яд")
        (letter,) = queues.dead.hold(most=10)

        with pytest.raises(QueueUnavailable):
            SqsRedrive(queues.live, f"{queues.dead_url}-absent", queues.cloud).send_again(letter, receives=1)

        queues.dead.let_go([letter])
        assert queues.bodies(queues.url) == ["яд"]
        assert queues.bodies(queues.dead_url) == ["яд"]
