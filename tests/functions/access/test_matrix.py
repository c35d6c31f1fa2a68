"""Every operation, asked by every role about every relation, answers what ``shared.access.rights`` says."""

from typing import Any, Final

import pytest

from shared.access.rights import Reach, Right
from shared.kernel.roles import Role
from tests.functions.access.asking import Asker, is_public, names
from tests.functions.access.objects import Objects
from tests.functions.access.world import Relation, World
from tests.functions.conftest import Answer

#: What never gets to the question who may: the example would be wrong.
_BAD_EXAMPLES: Final = {"invalid_fields", "malformed_body", "unsupported_media_type"}
_WITHIN: Final[dict[Reach, set[Relation]]] = {
    Reach.SELF: {Relation.OWN},
    Reach.OWN: {Relation.OWN},
    Reach.PARTY: {Relation.OWN},
    Reach.AGENCY: {Relation.OWN, Relation.SAME_AGENCY},
    Reach.ANY: {Relation.OWN, Relation.SAME_AGENCY, Relation.FOREIGN},
}
#: The last changes most.
_IN_TURN: Final = (Relation.ABSENT, Relation.DELETED, Relation.FOREIGN, Relation.SAME_AGENCY, Relation.OWN)

pytestmark = pytest.mark.usefixtures("outside")


def right_of(access: object) -> Right:
    assert isinstance(access, Right)
    return access


def asked(asker: Asker) -> dict[Relation, Answer]:
    relations = _IN_TURN if asker.names_an_object else (Relation.OWN,)
    answers = {relation: asker.ask(relation) for relation in relations}
    return {relation: reply for relation, reply in answers.items() if reply is not None}


def without_instance(reply: Answer) -> dict[str, Any]:
    return {name: value for name, value in reply.json.items() if name != "instance"}


def is_closed(reply: Answer) -> bool:
    return reply.status == 403 and reply.code == "role_not_allowed"


def is_reached(reply: Answer) -> bool:
    return reply.status not in {401, 404} and not is_closed(reply)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", names())
def test_an_operation_reaches_as_far_as_its_right(
    name: str, role: Role, world: World, objects: Objects
) -> None:
    asker = Asker(name, world, objects, role)
    if is_public(asker.app.operation):
        return
    reach = right_of(asker.app.operation.access).reach(role)

    answers = asked(asker)

    for relation, reply in answers.items():
        told = f"{relation}: {reply.status} {reply.text[:300]}"
        assert reply.status < 500, told
        if reach is Reach.NONE:
            assert is_closed(reply), told
        elif relation in _WITHIN[reach]:
            assert is_reached(reply), told
            assert reply.status < 400 or reply.code not in _BAD_EXAMPLES, told
        else:
            assert reply.status == 404, told
    foreign, absent = answers.get(Relation.FOREIGN), answers.get(Relation.ABSENT)
    if foreign is not None and absent is not None and foreign.status == 404:
        assert without_instance(foreign) == without_instance(absent)


@pytest.mark.parametrize("name", names())
def test_an_operation_is_closed_to_strangers_whatever_they_name(
    name: str, world: World, objects: Objects
) -> None:
    asker = Asker(name, world, objects, None)

    answers = asked(asker)

    for reply in answers.values():
        if is_public(asker.app.operation):
            assert reply.status < 500, reply.text
            assert reply.status < 400 or reply.code not in _BAD_EXAMPLES | {"sign_in_needed"}, reply.text
        else:
            assert (reply.status, reply.code) == (401, "sign_in_needed")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    ("name", "parameter"),
    [("deals.list", "deal_id"), ("payments.list", "payment_id"), ("organizations.list", "organization_id")],
)
def test_a_list_holds_what_is_within_reach_and_nothing_else(
    name: str, parameter: str, role: Role, world: World, objects: Objects
) -> None:
    asker = Asker(name, world, objects, role)
    reach = right_of(asker.app.operation.access).reach(role)

    reply = asker.ask()

    assert reply is not None
    if reach is Reach.NONE:
        assert is_closed(reply)
        return
    shown = {
        relation for relation, values in objects.common[parameter].items() if values[parameter] in reply.text
    }
    assert shown == _WITHIN[reach]
