"""Short-lived links to documents, made without an SDK."""

from datetime import datetime
from urllib.parse import quote

from shared.config import aws, storage
from shared.config.aws import AwsSettings
from shared.config.storage import StorageSettings
from shared.kernel.clock import utc_now
from shared.ports.storage import DownloadLinks
from shared.security import sigv4


def download_links() -> DownloadLinks:
    return S3Links(aws.load(), storage.load())


class S3Links:
    def __init__(self, cloud: AwsSettings, settings: StorageSettings) -> None:
        self._cloud = cloud
        self._settings = settings

    def presign(self, key: str, *, filename: str, expires_seconds: int) -> str:
        return self.presigned_at(utc_now(), key, filename=filename, expires_seconds=expires_seconds)

    def presigned_at(self, now: datetime, key: str, *, filename: str, expires_seconds: int) -> str:
        """A link whose file is saved under ``filename``, which may be Russian."""
        return sigv4.presigned_get(
            self._cloud,
            url=f"{self._base()}/{quote(key, safe='/~')}",
            query={"response-content-disposition": disposition(filename)},
            expires_seconds=expires_seconds,
            now=now,
        )

    def _base(self) -> str:
        bucket = self._settings.bucket
        endpoint = self._settings.public_endpoint_url or self._cloud.endpoint_url
        if endpoint:
            return f"{endpoint}/{bucket}"
        return f"https://{bucket}.s3.{self._cloud.region}.amazonaws.com"


def disposition(filename: str) -> str:
    """RFC 6266: a plain name for old readers, the true one in UTF-8."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
