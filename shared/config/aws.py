from dataclasses import dataclass, field
from functools import cache

from shared.config import environment as env


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """Where the cloud answers and as whom we call; Lambda itself sets all but the endpoint."""

    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False)
    #: an S3- and SQS-compatible service in place of the cloud's own, without a trailing slash
    endpoint_url: str | None
    #: the same for the key service
    kms_endpoint_url: str | None = None


@cache
def load() -> AwsSettings:
    endpoint = env.optional("AWS_ENDPOINT_URL")
    kms_endpoint = env.optional("AWS_ENDPOINT_URL_KMS") or endpoint
    if kms_endpoint:  # opened keys travel over it
        env.https_in_production("AWS_ENDPOINT_URL_KMS", kms_endpoint)
    return AwsSettings(
        region=env.text("AWS_REGION"),
        access_key_id=env.text("AWS_ACCESS_KEY_ID"),
        secret_access_key=env.text("AWS_SECRET_ACCESS_KEY"),
        session_token=env.optional("AWS_SESSION_TOKEN"),
        endpoint_url=endpoint.rstrip("/") if endpoint else None,
        kms_endpoint_url=kms_endpoint.rstrip("/") if kms_endpoint else None,
    )
