from functions.organizations.read.handler import app
from shared.kernel.identifiers import new_id
from tests.functions.conftest import Call, Signed
from tests.functions.organizations.conftest import Office


class TestReadingAnOrganization:
    def test_is_for_whoever_belongs_to_it(self, call: Call, office: Office, operator: Signed) -> None:
        readers = (office.admin, office.as_agent, operator)

        replies = [call(app, as_=reader, organization_id=office.agency.id) for reader in readers]

        assert [(reply.status, reply.json["inn"]) for reply in replies] == [(200, office.agency.inn)] * 3

    def test_of_strangers_looks_like_reading_nothing(self, call: Call, office: Office) -> None:
        foreign = call(app, as_=office.stranger, organization_id=office.agency.id)
        absent = call(app, as_=office.stranger, organization_id=new_id())

        assert (foreign.status, absent.status) == (404, 404)
        assert (foreign.code, foreign.json["detail"]) == (absent.code, absent.json["detail"])
