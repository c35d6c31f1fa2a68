from datetime import datetime
from typing import Any, Final

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.users.consent_history import ConsentOverview, ConsentState
from shared.users.consent_kinds import ConsentKind
from shared.users.consent_models import UserConsent

_SHA256: Final = "3f0a377ba0a4a460ecb616f6507ce0d8cfa3e704025d4fda3ed0c5ca05468728"
_EXAMPLE: Final[dict[str, Any]] = {
    "consents": [
        {
            "kind": "personal_data",
            "required": True,
            "given": True,
            "version": "1",
            "outdated": False,
            "newest_version": "1",
            "newest_sha256": _SHA256,
        }
    ],
    "history": [
        {
            "kind": "personal_data",
            "version": "1",
            "sha256": _SHA256,
            "given_at": "2026-11-24T10:00:00Z",
            "withdrawn_at": None,
        }
    ],
}


class ConsentStateView(ViewModel):
    """``required`` by the door that the caller came through; ``outdated`` where a newer text exists."""

    kind: ConsentKind
    required: bool
    given: bool
    #: of the text that was given
    version: str | None
    outdated: bool
    newest_version: str
    newest_sha256: str

    @classmethod
    def of(cls, state: ConsentState) -> "ConsentStateView":
        return cls(
            kind=state.kind,
            required=state.required,
            given=state.given is not None,
            version=None if state.given is None else state.given.document_version,
            outdated=state.outdated,
            newest_version=state.newest.version,
            newest_sha256=state.newest.sha256.hex(),
        )


class GivenConsentView(ViewModel):
    kind: ConsentKind
    version: str
    sha256: str
    given_at: datetime
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, row: UserConsent) -> "GivenConsentView":
        return cls(
            kind=row.kind,
            version=row.document_version,
            sha256=row.document_sha256.hex(),
            given_at=row.given_at,
            withdrawn_at=row.withdrawn_at,
        )


class ConsentsView(ViewModel):
    """``history``: newest first, 200 at most; all of it is in the export."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    consents: list[ConsentStateView]
    history: list[GivenConsentView]

    @classmethod
    def of(cls, overview: ConsentOverview) -> "ConsentsView":
        return cls(
            consents=[ConsentStateView.of(each) for each in overview.states],
            history=[GivenConsentView.of(each) for each in overview.history],
        )
