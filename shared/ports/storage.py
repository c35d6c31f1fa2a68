"""Files. Keys are opaque and carry nothing personal."""

from collections.abc import Iterator
from typing import Protocol


class ObjectStorage(Protocol):
    def put(self, key: str, content: bytes, *, content_type: str) -> None: ...

    def get(self, key: str) -> bytes:
        """:raises KeyError: no such object"""
        ...


class ListedStorage(ObjectStorage, Protocol):
    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that begin so, in the order of their bytes, a page at a time."""
        ...


class DownloadLinks(Protocol):
    """Needs no SDK, so that a request path may use it."""

    def presign(self, key: str, *, filename: str, expires_seconds: int) -> str: ...
