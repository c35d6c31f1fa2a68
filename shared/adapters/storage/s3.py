"""Documents in an S3-compatible bucket. Loads the SDK: not for a request path (see ``presign``)."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from shared.config import aws, storage
from shared.config.aws import AwsSettings
from shared.config.storage import StorageSettings
from shared.ports.storage import ListedStorage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CONNECT_SECONDS: Final = 2
_READ_SECONDS: Final = 10
_ATTEMPTS: Final = 3
_PAGE_KEYS: Final = 1_000
_ABSENT: Final = {"NoSuchKey", "404"}


def object_storage() -> ListedStorage:
    return S3Storage(aws.load(), storage.load())


class S3Storage:
    def __init__(self, cloud: AwsSettings, settings: StorageSettings) -> None:
        self._cloud = cloud
        self._bucket = settings.bucket

    def put(self, key: str, content: bytes, *, content_type: str) -> None:
        _client(self._cloud).put_object(
            Bucket=self._bucket,
            Key=key,
            Body=content,
            ContentType=content_type,
            ServerSideEncryption="AES256",
        )

    def get(self, key: str) -> bytes:
        """:raises KeyError: no such object"""
        try:
            return _client(self._cloud).get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _ABSENT:
                raise KeyError(key) from None
            raise

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that begin so, in the order of their bytes, a page at a time."""
        pages = _client(self._cloud).get_paginator("list_objects_v2")
        for page in pages.paginate(
            Bucket=self._bucket, Prefix=prefix, PaginationConfig={"PageSize": _PAGE_KEYS}
        ):
            yield from (found["Key"] for found in page.get("Contents", []))


@cache
def _client(cloud: AwsSettings) -> "S3Client":
    """Made on first use, kept by the process: building one costs more than a call."""
    return boto3.client(
        "s3",
        region_name=cloud.region,
        endpoint_url=cloud.endpoint_url,
        aws_access_key_id=cloud.access_key_id,
        aws_secret_access_key=cloud.secret_access_key,
        aws_session_token=cloud.session_token,
        config=Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            s3={"addressing_style": "path" if cloud.endpoint_url else "virtual"},
        ),
    )
