"""A function is granted what it imports: rights to the bucket and the queues, and the settings it reads."""

import ast
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from infra import imports
from infra.discovery import Function, Kind
from shared.events.queue import QueueOperation

_NAME: Final = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_SECRET: Final = re.compile(
    r"(_KEYS?|_KEY_RING|_TOKEN|_PASSWORD|_SECRET|_SECRET_KEY|_API_ID)$|^DATABASE_URL$|^TBANK_TERMINALS$"
)

#: Set by the template from its own resources, not by a person.
FROM_RESOURCES: Final = {
    "S3_BUCKET_DOCUMENTS": "Documents",
    "QUEUE_BANK_EVENTS_URL": "BankEventsQueue",
    "QUEUE_SMS_EVENTS_URL": "SmsEventsQueue",
    "QUEUE_RENDER_URL": "RenderQueue",
    "QUEUE_JOBS_URL": "JobsQueue",
    "QUEUE_BANK_EVENTS_DEAD_URL": "BankEventsDeadLetters",
    "QUEUE_SMS_EVENTS_DEAD_URL": "SmsEventsDeadLetters",
    "QUEUE_RENDER_DEAD_URL": "RenderDeadLetters",
    "QUEUE_JOBS_DEAD_URL": "JobsDeadLetters",
}
#: Modules whose import is a right to send to the queue of that name.
SENDERS: Final = {
    "shared.adapters.queue.bank_events": "bank_events",
    "shared.adapters.queue.sms_events": "sms_events",
    "shared.adapters.queue.render": "render",
    "shared.adapters.queue.jobs": "jobs",
}
#: Modules whose import is a right to look at all dead letters, and to remove them.
_DEAD_LETTERS: Final = "shared.adapters.queue.dead_letters"
_REDRIVE: Final = "shared.adapters.queue.redriving"
#: The module whose import is a right to the key of the cloud that opens ours.
_KEY_SERVICE: Final = "shared.security.kms"


class Documents(StrEnum):
    """Rights to the documents bucket."""

    NONE = "none"
    READ = "read"
    WRITE = "write"  # and read


class DeadLetters(StrEnum):
    """Rights to all dead-letter queues."""

    NONE = "none"
    LOOK = "look"
    REMOVE = "remove"  # and look


@dataclass(frozen=True, slots=True, order=True)
class Setting:
    name: str
    required: bool

    @property
    def secret(self) -> bool:
        return bool(_SECRET.search(self.name))


@dataclass(frozen=True, slots=True)
class Grants:
    documents: Documents
    sends_to: tuple[str, ...]
    receives_from: str | None
    dead_letters: DeadLetters
    settings: tuple[Setting, ...]
    database: bool
    #: may have the keys of personal data opened, where a cloud KMS holds them
    personal_data: bool


def of(function: Function, root: Path) -> Grants:
    modules = imports.reachable(root, function.module)
    receives = function.operation.queue if isinstance(function.operation, QueueOperation) else None
    return Grants(
        documents=_documents(modules),
        sends_to=_sends_to(modules),
        receives_from=receives if function.kind is Kind.QUEUE else None,
        dead_letters=_dead_letters(modules),
        settings=settings_of(root, modules),
        database="shared.db.session" in modules,
        personal_data=_KEY_SERVICE in modules,
    )


def _documents(modules: frozenset[str]) -> Documents:
    if "shared.adapters.storage.s3" in modules:
        return Documents.WRITE
    if "shared.adapters.storage.presign" in modules:
        return Documents.READ
    return Documents.NONE


def _sends_to(modules: frozenset[str]) -> tuple[str, ...]:
    """Who removes dead letters has sent them to their queue."""
    every = _REDRIVE in modules
    return tuple(sorted(queue for module, queue in SENDERS.items() if every or module in modules))


def _dead_letters(modules: frozenset[str]) -> DeadLetters:
    if _REDRIVE in modules:
        return DeadLetters.REMOVE
    return DeadLetters.LOOK if _DEAD_LETTERS in modules else DeadLetters.NONE


def settings_of(root: Path, modules: frozenset[str]) -> tuple[Setting, ...]:
    """The environment variables that these modules read, the cloud's own (``AWS_…``) left out.

    A name counts as required unless every read of it has a default.
    """
    required: dict[str, bool] = {}
    for module in sorted(modules):
        path = imports.source(root, module)
        if path is not None:
            for name, must in _reads(imports.tree(path)):
                required[name] = required.get(name, False) or must
    return tuple(
        Setting(name, must) for name, must in sorted(required.items()) if not name.startswith("AWS_")
    )


def _reads(module: ast.Module) -> list[tuple[str, bool]]:
    """(name, required) for each read of the environment, also by a helper of the module that is handed the name."""
    helpers = {each.name: each for each in module.body if isinstance(each, ast.FunctionDef)}
    found: list[tuple[str, bool]] = []
    for call in _calls(module):
        name = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if not (isinstance(name, str) and _NAME.fullmatch(name)):
            continue
        must = _requires(call)
        helper = helpers.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if must is None and helper is not None:
            must = _helper_requires(helper)
        if must is not None:
            found.append((name, must))
    return found


def _calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _requires(call: ast.Call) -> bool | None:
    """None for what is no read of the environment."""
    match _reader(call.func):
        case "text" | "integer":
            return not _has_default(call)
        case "optional" | "flag":
            return False
        case _:
            return None


def _helper_requires(helper: ast.FunctionDef) -> bool | None:
    parameter = helper.args.args[0].arg if helper.args.args else None
    reads = [
        _requires(call)
        for call in _calls(helper)
        if call.args and isinstance(call.args[0], ast.Name) and call.args[0].id == parameter
    ]
    known = [each for each in reads if each is not None]
    return any(known) if known else None


def _has_default(call: ast.Call) -> bool:
    return len(call.args) > 1 or any(keyword.arg == "default" for keyword in call.keywords)


def _reader(called: ast.expr) -> str | None:
    """``text`` for ``env.text`` (and for a bare ``text``, as shared/config/environment.py itself calls it)."""
    if isinstance(called, ast.Name):
        return called.id
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "env":
        return called.attr
    return None
