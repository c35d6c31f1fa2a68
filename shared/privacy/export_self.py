"""What an export tells of the account itself: profile, consents, sessions, memberships, accounts, and who did what to it."""

import json
from collections.abc import Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from shared.audit.models import AuditLog
from shared.auth.contact_models import ContactChange
from shared.auth.session_models import AuthSession
from shared.organizations.models import Organization, OrganizationMember
from shared.organizations.payout_account_models import PayoutAccount
from shared.privacy.export_rows import MOST, Json, Row, Slice, picked, plain
from shared.receipts import binding
from shared.receipts.npd_models import NpdBinding
from shared.users import service as users
from shared.users.consent_models import UserConsent
from shared.users.models import SignatureAgreement, User
from shared.vault import service as vault
from shared.vault.service import Sealer


def account(session: Session, wanted: Slice) -> list[Row]:
    """One row; the passport too, which no other answer reads back."""
    if wanted.after is not None:
        return []
    user = session.get_one(User, wanted.user_id)
    shown = picked(
        user,
        "status",
        "phone_verified_at",
        "email_verified_at",
        "payouts_held_until",
        "blocked_at",
        "block_reason",
        "created_at",
        "updated_at",
    )
    known: dict[str, Json] = {
        **plain_of(users.contacts(session, user)._asdict()),
        **plain_of(users.profile_of(session, user.id)._asdict()),
    }
    return [shown | known | {"tax_service": _binding(session, user)}]


def plain_of(values: dict[str, object]) -> Row:
    return {name: plain(value) for name, value in values.items()}


def _binding(session: Session, user: User) -> Json:
    found = session.get(NpdBinding, user.id)
    if found is None:
        return None
    return plain(
        {
            "status": found.status,
            "inn": binding.inn_of(session, found),
            "permissions": found.permissions,
            "requested_at": found.requested_at,
        }
    )


def consents(session: Session, wanted: Slice) -> list[Row]:
    own = select(UserConsent).where(UserConsent.user_id == wanted.user_id)
    return [
        picked(
            each,
            "kind",
            "document_version",
            "document_sha256",
            "given_at",
            "ip",
            "user_agent",
            "withdrawn_at",
            "withdrawn_ip",
            "withdrawn_user_agent",
        )
        for each in session.scalars(wanted.of(own, UserConsent.id))
    ]


def signature_agreements(session: Session, wanted: Slice) -> list[Row]:
    own = select(SignatureAgreement).where(SignatureAgreement.user_id == wanted.user_id)
    return [
        picked(
            each,
            "document_version",
            "document_sha256",
            "phone_verified_at",
            "accepted_at",
            "ip",
            "user_agent",
        )
        for each in session.scalars(wanted.of(own, SignatureAgreement.id))
    ]


def sessions(session: Session, wanted: Slice) -> list[Row]:
    """Those that are still kept: they go 90 days after their end."""
    own = select(AuthSession).where(AuthSession.user_id == wanted.user_id)
    return [
        picked(
            each,
            "role",
            "ip",
            "user_agent",
            "created_at",
            "last_used_at",
            "expires_at",
            "revoked_at",
            "revoke_reason",
        )
        for each in session.scalars(wanted.of(own, AuthSession.id))
    ]


def contact_changes(session: Session, wanted: Slice) -> list[Row]:
    own = select(ContactChange).where(ContactChange.user_id == wanted.user_id)
    found = session.scalars(wanted.of(own, ContactChange.id)).all()
    return [_contact_change(session, each) for each in found]


def _contact_change(session: Session, change: ContactChange) -> Row:
    sealer = Sealer(vault.key_of(session, change.user_id), table=ContactChange.__tablename__, row=change.id)
    return picked(change, "channel", "created_at", "made_at") | {
        "old_address": sealer.open_optional("old_address", change.old_address),
        "new_address": sealer.open("new_address", change.new_address),
    }


def memberships(session: Session, wanted: Slice) -> list[Row]:
    own = (
        select(OrganizationMember, Organization.short_name)
        .join(Organization, Organization.id == OrganizationMember.organization_id)
        .where(OrganizationMember.user_id == wanted.user_id)
    )
    return [
        picked(
            member,
            "organization_id",
            "member_role",
            "share_bps",
            "position",
            "basis",
            "created_at",
            "removed_at",
        )
        | {"organization": name}
        for member, name in session.execute(wanted.of(own, OrganizationMember.id))
    ]


def payout_accounts(session: Session, wanted: Slice) -> list[Row]:
    own = select(PayoutAccount).where(PayoutAccount.owner_user_id == wanted.user_id)
    found = session.scalars(wanted.of(own, PayoutAccount.id)).all()
    return [_payout_account(session, wanted, each) for each in found]


def _payout_account(session: Session, wanted: Slice, found: PayoutAccount) -> Row:
    sealer = Sealer(vault.key_of(session, wanted.user_id), table=PayoutAccount.__tablename__, row=found.id)
    details = json.loads(sealer.open("details", found.details))
    details.pop("token", None)  # the bank's, and worth money
    shown = picked(found, "kind", "is_default", "usable_from", "created_at", "removed_at")
    return shown | {"details": plain(details)}


def audit_lines(session: Session, wanted: Slice) -> list[Row]:
    """What he did, and what was done to his account; whoever else did it is not named."""
    own = select(AuditLog).where(AuditLog.actor_id == wanted.user_id)
    about = select(AuditLog).where(
        and_(AuditLog.entity_kind == "user", AuditLog.entity_id == wanted.user_id),
        AuditLog.actor_id.is_distinct_from(wanted.user_id),
    )
    # Two queries, each along its own index.
    found: list[AuditLog] = [
        *session.scalars(wanted.of(own, AuditLog.id)),
        *session.scalars(wanted.of(about, AuditLog.id)),
    ]
    return _lines(wanted, sorted(found, key=lambda line: line.id)[:MOST])


def _lines(wanted: Slice, found: Sequence[AuditLog]) -> list[Row]:
    rows = []
    for line in found:
        row = picked(line, "recorded_at", "action", "entity_kind", "entity_id", "before", "after")
        if line.actor_id == wanted.user_id:
            row |= {"by": "self", "ip": line.ip, "user_agent": line.user_agent}
        else:
            row["by"] = "service" if line.actor_id is None else "other"
        rows.append(row)
    return rows
