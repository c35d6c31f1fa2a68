"""Take on those who work for the platform, and let them go: there is no other way to become an operator.

python -m infra.staff add --email ADDRESS --role operator|admin
python -m infra.staff disable --email ADDRESS

With ``DATABASE_URL`` and the service's keys. What ``add`` prints is shown this once: a random password, the second
factor and its recovery codes. A member who is added again begins anew: so one who lost everything comes back.
"""

import argparse
import secrets
import sys
from collections.abc import Sequence
from typing import Final

from shared.audit.service import SYSTEM
from shared.auth import staff
from shared.auth.staff import SecondFactor
from shared.auth.staff_models import StaffRole
from shared.config import auth
from shared.config import environment as env
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.contacts import normal_email
from shared.security.passwords import hash_password
from shared.users.errors import UserNotFound

_ISSUER: Final = "Housler"
_PASSWORD_BYTES: Final = 15


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        email = normal_email(options.email)
        return _disable(email) if options.command == "disable" else _add(email, StaffRole(options.role))
    except (env.SettingsError, UserNotFound, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="infra.staff")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="take a member on, or give one a new password and second factor")
    add.add_argument("--role", required=True, choices=[role.value for role in StaffRole])
    disable = commands.add_parser("disable", help="let a member go: his sessions end at once")
    for command in (add, disable):
        command.add_argument("--email", required=True)
    return parser


def _add(email: str, role: StaffRole) -> int:
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    hashed = hash_password(password, cost=auth.load().bcrypt_cost)
    with transaction() as session:
        factor = staff.employ(
            session,
            email=email,
            role=role,
            password_hash=hashed,
            totp_secret=staff.new_totp_secret(),
            actor=SYSTEM,
            now=utc_now(),
        )
    print(_told(email, role, password, factor))
    return 0


def _told(email: str, role: StaffRole, password: str, factor: SecondFactor) -> str:
    import pyotp  # noqa: PLC0415 -- ``disable`` needs none

    uri = pyotp.TOTP(factor.totp_secret).provisioning_uri(name=email, issuer_name=_ISSUER)
    return "\n".join(
        (
            f"{email} is {role} now. This is shown once:",
            f"Password        {password}",
            f"Authenticator   {uri}",
            "Recovery codes, each works once:",
            *(f"  {code}" for code in factor.recovery_codes),
        )
    )


def _disable(email: str) -> int:
    with transaction() as session:
        staff.disable(session, email=email, actor=SYSTEM, now=utc_now())
    print(f"{email} works for the platform no more; every session is over.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
