"""Announcing work. At best effort on a request path: the relay is the guarantee."""

from typing import Protocol


class QueueUnavailable(Exception):
    """The message may not have been stored."""


class Queue(Protocol):
    def send(self, body: str) -> None:
        """:raises QueueUnavailable: the queue did not confirm"""
        ...
