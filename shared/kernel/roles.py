from enum import StrEnum


class Role(StrEnum):
    """The door a person came through decides the session's role."""

    CLIENT = "client"
    AGENT = "agent"
    AGENCY_ADMIN = "agency_admin"
    OPERATOR = "operator"
    ADMIN = "admin"
