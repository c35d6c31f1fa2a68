"""Files. Keys are opaque and carry nothing personal."""

from typing import Protocol


class ObjectStorage(Protocol):
    def put(self, key: str, content: bytes, *, content_type: str) -> None: ...

    def get(self, key: str) -> bytes:
        """:raises KeyError: no such object"""
        ...


class DownloadLinks(Protocol):
    """Needs no SDK, so that a request path may use it."""

    def presign(self, key: str, *, filename: str, expires_seconds: int) -> str: ...
