from functools import cache
from typing import NamedTuple

from shared.config import environment as env


class StorageSettings(NamedTuple):
    bucket: str
    #: the address that people's browsers use, when it differs from the functions' own; no trailing slash
    public_endpoint_url: str | None


@cache
def load() -> StorageSettings:
    endpoint = env.optional("S3_PUBLIC_ENDPOINT_URL")
    if endpoint:
        endpoint = env.https_in_production("S3_PUBLIC_ENDPOINT_URL", endpoint).rstrip("/")
    return StorageSettings(bucket=env.text("S3_BUCKET_DOCUMENTS"), public_endpoint_url=endpoint)
