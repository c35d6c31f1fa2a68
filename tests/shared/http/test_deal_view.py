from shared.access.rights import Reach
from shared.deals.service import Viewer
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role


def test_a_deal_is_seen_as_the_caller_the_role_of_his_door_and_his_organization() -> None:
    caller = Principal(new_id(), new_id(), Role.AGENCY_ADMIN, Reach.AGENCY, new_id())

    assert viewer(caller) == Viewer(caller.user_id, Reach.AGENCY, caller.organization_id)
