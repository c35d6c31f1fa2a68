"""Every operation, asked by every role about every relation, answers what ``shared.access.rights`` says."""

from typing import Any, Final

import pytest

from shared.access.rights import Reach, Right
from shared.kernel.roles import Role
from tests.access.asking import ask, function, is_public, names, names_an_object
from tests.access.world import Relation, World
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
_IN_TURN: Final = (Relation.DELETED, Relation.FOREIGN, Relation.SAME_AGENCY, Relation.OWN)

pytestmark = pytest.mark.usefixtures("outside")


def right_of(access: object) -> Right:
    assert isinstance(access, Right)
    return access


def without_instance(reply: Answer) -> dict[str, Any]:
    return {name: value for name, value in reply.json.items() if name != "instance"}


def is_closed(reply: Answer) -> bool:
    return reply.status == 403 and reply.code == "role_not_allowed"


def is_reached(reply: Answer) -> bool:
    return reply.status not in {401, 404} and not is_closed(reply)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", names())
def test_an_operation_reaches_as_far_as_its_right(name: str, role: Role, world: World) -> None:
    app = function(name)
    if is_public(app.operation):
        return
    reach = right_of(app.operation.access).reach(role)
    relations = _IN_TURN if names_an_object(app.operation, world) else (Relation.OWN,)

    answers = {relation: ask(name, app, world.callers[role], world, relation) for relation in relations}

    for relation, reply in answers.items():
        if reply is None:
            continue
        told = f"{relation}: {reply.status} {reply.text[:300]}"
        assert reply.status < 500, told
        if reach is Reach.NONE:
            assert is_closed(reply), told
        elif relation in _WITHIN[reach]:
            assert is_reached(reply), told
            assert reply.status < 400 or reply.code not in _BAD_EXAMPLES, told
        else:
            assert reply.status == 404, told
    foreign, absent = answers.get(Relation.FOREIGN), answers.get(Relation.DELETED)
    if foreign is not None and absent is not None and foreign.status == 404:
        assert without_instance(foreign) == without_instance(absent)


@pytest.mark.parametrize("name", names())
def test_an_operation_is_closed_to_strangers_whatever_they_name(name: str, world: World) -> None:
    app = function(name)
    relations = _IN_TURN if names_an_object(app.operation, world) else (Relation.OWN,)

    answers = [ask(name, app, None, world, relation) for relation in relations]

    for reply in answers:
        if reply is None:
            continue
        if is_public(app.operation):
            assert reply.status < 500, reply.text
            assert reply.status < 400 or reply.code not in _BAD_EXAMPLES | {"sign_in_needed"}, reply.text
        else:
            assert (reply.status, reply.code) == (401, "sign_in_needed")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("deals.list", "deal_id"),
        ("payments.list", "payment_id"),
    ],
)
def test_a_list_holds_what_is_within_reach_and_nothing_else(
    name: str, parameter: str, role: Role, world: World
) -> None:
    app = function(name)
    reach = right_of(app.operation.access).reach(role)

    reply = ask(name, app, world.callers[role], world)

    assert reply is not None
    assert reply.status == 200, reply.text
    shown = {
        relation for relation, values in world.objects[parameter].items() if values[parameter] in reply.text
    }
    assert shown == _WITHIN[reach]
