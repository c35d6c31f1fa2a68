from infra import plan
from infra.dev import credentials, ports, stack_settings
from infra.dev.stack_settings import addresses, bare_environment, client_environment, functions_settings

_KEYS = credentials._new()
_PORTS = ports.choose(9_100)
_SETTINGS = functions_settings(_KEYS, _PORTS, database_url="postgresql://somebody")


class TestFunctionsSettings:
    def test_say_everything_that_the_template_requires(self) -> None:
        required = {setting.name for setting in plan.plan().settings if setting.required}

        assert required - _SETTINGS.keys() == set()

    def test_lead_to_nothing_but_this_machine(self) -> None:
        urls = [
            value for value in _SETTINGS.values() if "://" in value and not value.startswith("postgresql")
        ]

        assert len(urls) >= 5
        assert [url for url in urls if not url.startswith("http://127.0.0.1:")] == []

    def test_know_one_source_of_the_banks_messages(self) -> None:
        assert _SETTINGS["YOOKASSA_WEBHOOK_NETWORKS"] == f"{stack_settings.WEBHOOK_SOURCE}/32"


class TestEnvironment:
    def test_takes_nothing_of_the_persons_own(self) -> None:
        kept = bare_environment()

        assert kept.keys() <= {"PATH", "HOME", "LANG", "HOUSLER_FONTS_DIR", "TZ", "PYTHONUNBUFFERED"}

    def test_tells_clients_where_everything_is(self) -> None:
        told = client_environment(_SETTINGS, _PORTS, owner_url="postgresql://owner")

        assert told["HOUSLER_GATEWAY_URL"] == addresses(_PORTS).gateway == "http://127.0.0.1:9100"
        assert told["HOUSLER_CONTROL_SMTP"] == f"http://127.0.0.1:{_PORTS['smtp_control']}/_control"
        assert told["DATABASE_OWNER_URL"] == "postgresql://owner"
