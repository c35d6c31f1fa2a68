"""The words of a deal's terms; the standard library only, since documents are read with them too."""

from enum import StrEnum


class PropertyType(StrEnum):
    APARTMENT = "apartment"
    ROOM = "room"
    HOUSE = "house"
    TOWNHOUSE = "townhouse"
    LAND = "land"
    COMMERCIAL = "commercial"
    PARKING = "parking"


class StepTrigger(StrEnum):
    """When a step of the plan is to be paid."""

    IMMEDIATE = "immediate"
    MILESTONE = "milestone"
    DATE = "date"
    MANUAL = "manual"


class ReleaseRule(StrEnum):
    """What lets a paid step be split for good."""

    IMMEDIATE = "immediate"  # the hold days after payment
    DATE = "date"  # the day of the plan, and the hold days
    MILESTONE = "milestone"  # the client accepts that the event of the plan has happened, or is silent
    ACT = "act"  # the act of completion is signed by all, or the client is silent
