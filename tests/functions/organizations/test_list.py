from functions.organizations.list.handler import app
from tests.builders.people import Agency
from tests.functions.conftest import Call, Signed
from tests.functions.organizations.conftest import Office


def ids(call: Call, caller: Signed, **query: str) -> list[str]:
    return [each["id"] for each in call(app, as_=caller, query=query).json["items"]]


class TestTheListOfOrganizations:
    def test_holds_only_ones_own(self, call: Call, office: Office) -> None:
        assert ids(call, office.admin) == [str(office.agency.id)]
        assert ids(call, office.as_agent) == [str(office.agency.id)]
        assert str(office.agency.id) not in ids(call, office.stranger)

    def test_is_filtered_by_a_part_of_the_name_as_it_is_written(self, call: Call, office: Office) -> None:
        found = [ids(call, office.admin, text=text) for text in ("дом И КЛЮЧИ", "завод", "%", "_")]

        assert found == [[str(office.agency.id)], [], [], []]

    def test_is_filtered_by_status(self, call: Call, office: Office) -> None:
        assert ids(call, office.admin, status="active") == [str(office.agency.id)]
        assert ids(call, office.admin, status="pending") == []

    def test_shows_staff_all_page_by_page(self, call: Call, office: Office, operator: Signed) -> None:
        first = call(app, as_=operator, query={"size": "1"}).json
        second = call(app, as_=operator, query={"size": "1", "page": "2"}).json

        assert first["total"] == 2
        assert str(office.agency.id) in {first["items"][0]["id"], second["items"][0]["id"]}
        assert first["items"] != second["items"]


def test_names_are_those_of_the_register(call: Call, office: Office) -> None:
    agency: Agency = office.agency

    (line,) = call(app, as_=office.admin).json["items"]

    assert (line["inn"], line["short_name"]) == (agency.inn, agency.short_name)
