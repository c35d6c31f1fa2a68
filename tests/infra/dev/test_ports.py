import socket
from collections.abc import Iterator

import pytest

from infra.dev import ports
from infra.dev.console import DevError


@pytest.fixture(autouse=True)
def no_chosen_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (ports.BASE_VARIABLE, *map(ports.variable, ports.NAMES)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


class TestChoosePorts:
    def test_lays_them_in_a_row_from_the_base(self) -> None:
        chosen = ports.choose(9_100)

        assert list(chosen.values()) == list(range(9_100, 9_100 + len(ports.NAMES)))

    def test_takes_the_base_from_its_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(ports.BASE_VARIABLE, "9200")

        assert ports.choose()["gateway"] == 9_200

    def test_moves_one_by_its_own_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOUSLER_PORT_SMTP_CONTROL", "9999")

        chosen = ports.choose(9_100)

        assert chosen["smtp_control"] == 9_999
        assert chosen["smtp"] == 9_105

    @pytest.mark.parametrize("wrong", ["0", "65536", "-1", "eighty", "80.5", "٨٠"])
    def test_refuses_what_is_no_port(self, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
        monkeypatch.setenv("HOUSLER_PORT_FNS", wrong)

        with pytest.raises(DevError, match="HOUSLER_PORT_FNS"):
            ports.choose(9_100)

    def test_refuses_two_parts_on_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOUSLER_PORT_FNS", "9100")

        with pytest.raises(DevError, match="share a port"):
            ports.choose(9_100)


class TestRequireFree:
    def test_names_the_variable_of_a_taken_port(self, taken: int) -> None:
        with pytest.raises(DevError, match=f"Port {taken} of smsru .*HOUSLER_PORT_SMSRU"):
            ports.require_free("smsru", taken)

    def test_passes_a_free_one(self) -> None:
        (port,) = ports.free(1)

        ports.require_free("smsru", port)

    def test_free_ports_are_all_different(self) -> None:
        assert len(set(ports.free(20))) == 20
