"""The people of a deal as they use the product: sign in, agree, read, ask for a code, find it, sign."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from infra.demo.client import Answer, Fields, fetch
from infra.demo.failure import DemoFailed
from infra.demo.inventions import Invented
from infra.demo.world import World

_SBERBANK: Final = "100000000111"  # as СБП numbers banks
_USER_AGENT: Final = "housler-demo/1"


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A file as it was downloaded."""

    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class Person:
    """A signed-in person; ``phone`` is E.164."""

    def __init__(self, world: World, *, phone: str, email: str, tokens: Fields) -> None:
        self.world = world
        self.phone = phone
        self.email = email
        self._token = str(tokens["access_token"])
        self.organization_id: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        chosen = {} if self.organization_id is None else {"X-Organization-Id": self.organization_id}
        return {"Authorization": f"Bearer {self._token}", "User-Agent": _USER_AGENT, **chosen}

    def read(self, path: str) -> Answer:
        return self.world.api.send("GET", path, headers=self.headers)

    def do(self, path: str, body: object = None, *, headers: Mapping[str, str] | None = None) -> Answer:
        """POST with a key of its own."""
        return self.world.api.post(
            path, body, {**self.headers, "Idempotency-Key": str(uuid4()), **(headers or {})}
        )

    def do_confirmed(self, path: str, body: Fields, *, action: str) -> Answer:
        """POST what a code to the phone must confirm first: asked for, found on the phone, exchanged for a token."""
        thing = {"action": action, "path": path, "body": body}
        code = self.world.phones.code_after(
            self.phone, lambda: self.do("/auth/step-up/send", thing).require(200, 202)
        )
        granted = self.do("/auth/step-up/verify", {**thing, "code": code}).require(200).json
        return self.do(path, body, headers={"X-Step-Up": str(granted["token"])})

    def me(self) -> Fields:
        return self.read("/users/me").require(200).json

    def consent(self, *kinds: str) -> None:
        self.do("/users/me/consents", {"consents": dict.fromkeys(kinds, True)}).require(200)

    def verify_phone(self) -> int:
        """Prove the phone by the code it gets; how many deals waited for it."""
        code = self.world.phones.code_after(
            self.phone,
            lambda: self.do("/users/me/phone/send", {"phone": self.phone}).require(200, 202),
        )
        answer = self.do("/users/me/phone/verify", {"phone": self.phone, "code": code}).require(200)
        return int(answer.json["attached_deals"])

    def accept_signature_agreement(self) -> None:
        """Read the agreement on electronic interaction and accept just the text that was read."""
        shown = self.read("/users/me/signature-agreement").require(200).json
        if not shown["text"]:
            raise DemoFailed("Соглашение об электронном взаимодействии пусто: принимать нечего.")
        self.do(
            "/users/me/signature-agreement", {"version": shown["version"], "sha256": shown["sha256"]}
        ).require(200, 201, 204)

    def document(self, document_id: str) -> Fields:
        return self.read(f"/documents/{document_id}").require(200).json

    def open_document(self, document_id: str) -> OpenedDocument:
        """Follow the short-lived link to the file."""
        moved = self.read(f"/documents/{document_id}/download").require(303)
        return OpenedDocument(fetch(moved.headers["location"]).require(200).content)

    def signature_code(self, document_id: str) -> str:
        """Ask for the code that signs one document, and find it on the phone."""
        return self.world.phones.code_after(
            self.phone, lambda: self.do(f"/documents/{document_id}/sign/request").require(202)
        )

    def sign(self, document_id: str) -> Fields:
        """Read, ask for a code, enter it.

        :raises DemoFailed: the file that was read is not the one that is signed
        """
        described, opened = self.document(document_id), self.open_document(document_id)
        if opened.sha256 != described["sha256"]:
            raise DemoFailed("Скачанный договор не совпадает с тем, что подписывают.")
        code = self.signature_code(document_id)
        return self.do(f"/documents/{document_id}/sign", {"code": code}).require(200).json


class Agent(Person):
    """A self-employed real-estate agent."""

    def __init__(self, world: World, invented: Invented) -> None:
        """Sign in by the code of a message; the first sign-in makes the account."""
        self.name, self.inn = invented.name, invented.inn
        phone = invented.phone
        code = world.phones.code_after(
            phone, lambda: world.api.post("/auth/agent/sms/send", {"phone": phone}).require(200, 202)
        )
        signed_in = world.api.post("/auth/agent/sms/verify", {"phone": phone, "code": code}).require(200)
        super().__init__(world, phone=phone, email=invented.email, tokens=signed_in.json)

    def introduce_himself(self) -> None:
        """Consents, profile, agreement, and where he wants to be paid."""
        self.consent("personal_data", "terms", "realtor_offer")
        profile = {
            "full_name": self.name,
            "inn": self.inn,
            "city": "Москва",
            "tax_status": "self_employed",
        }
        self.world.api.send_json("PATCH", "/users/me", profile, self.headers).require(200)
        self.accept_signature_agreement()
        bank = {"kind": "sbp_phone", "bank_id": _SBERBANK}
        self.do_confirmed("/users/me/payout-accounts", bank, action="payout_account_add").require(200, 201)


class Client(Person):
    """The one who sells a flat and pays for the service."""

    def __init__(self, world: World, invented: Invented) -> None:
        """Sign in by the code of a letter; the first sign-in makes the account."""
        self.name = invented.name
        email = invented.email
        code = world.letters.code_after(
            email, lambda: world.api.post("/auth/client/email/send", {"email": email}).require(200, 202)
        )
        signed_in = world.api.post("/auth/client/email/verify", {"email": email, "code": code}).require(200)
        super().__init__(world, phone=invented.phone, email=email, tokens=signed_in.json)

    def introduce_himself(self) -> int:
        """Consents, phone and agreement; how many deals waited for the phone."""
        self.consent("personal_data", "terms")
        deals = self.verify_phone()
        self.accept_signature_agreement()
        return deals


class AgencyAdmin(Person):
    """The agency's director: its admin and its signer."""

    def __init__(self, world: World) -> None:
        """Sign in by password."""
        given = {"email": world.admin.email, "password": world.admin.password}
        signed_in = world.api.post("/auth/agency/login", given).require(200)
        super().__init__(world, phone="", email=world.admin.email, tokens=signed_in.json)
        known = self.me()
        organization = known["organizations"][0]
        self.organization_id, self.agency = str(organization["id"]), str(organization["short_name"])
        self.phone, self.name = str(known["phone"]), str(known["profile"]["full_name"])

    def introduce_himself(self) -> None:
        """What only the first time needs: a proved phone and the agreement."""
        if not self.me()["phone_verified"]:
            self.verify_phone()
        if not self.read("/users/me/signature-agreement").require(200).json["accepted"]:
            self.accept_signature_agreement()
