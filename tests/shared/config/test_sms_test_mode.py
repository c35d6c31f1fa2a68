"""Codes that everybody knows and people's signatures never meet: no setting can be read where they would."""

import importlib
import pkgutil
from collections.abc import Callable

import pytest

import shared.config
from infra import grants
from infra.discovery import ROOT, Function, functions
from shared.config import environment as env
from shared.config.environment import SettingsError

Put = Callable[..., None]

READS: list[Callable[[], object]] = [
    lambda: env.text("HOUSLER_X", "value"),
    lambda: env.optional("HOUSLER_X"),
    lambda: env.integer("HOUSLER_X", 1),
    lambda: env.flag("HOUSLER_X"),
]


def loads() -> list[Callable[[], object]]:
    """Every ``load`` of the settings, and the keys."""
    found = []
    for each in pkgutil.iter_modules(shared.config.__path__):
        module = importlib.import_module(f"shared.config.{each.name}")
        own = [
            value for value in vars(module).values() if getattr(value, "__module__", "") == module.__name__
        ]
        found += [value for value in own if hasattr(value, "cache_clear")]
    return found


class TestInProduction:
    @pytest.fixture(autouse=True, params=["production", None])
    def _production(self, put: Put, request: pytest.FixtureRequest) -> None:
        put(HOUSLER_STAGE=request.param, SMS_TEST_MODE="1")

    @pytest.mark.parametrize("read", READS)
    def test_nothing_is_read(self, read: Callable[[], object]) -> None:
        with pytest.raises(SettingsError, match=r"^SMS_TEST_MODE must be 0 in production$"):
            read()

    @pytest.mark.parametrize("load", loads())
    def test_nothing_is_loaded(self, load: Callable[[], object]) -> None:
        load.cache_clear()  # type: ignore[attr-defined] # each is kept by functools.cache

        with pytest.raises(SettingsError, match=r"^SMS_TEST_MODE must be 0 in production$"):
            load()


class TestElsewhere:
    @pytest.mark.parametrize(
        ("stage", "mode"), [("production", "0"), ("production", None), ("local", "1"), ("test", "1")]
    )
    def test_all_is_read(self, put: Put, stage: str, mode: str | None) -> None:
        put(HOUSLER_STAGE=stage, SMS_TEST_MODE=mode)

        assert env.text("HOUSLER_X", "value") == "value"
        assert env.sms_test_mode() is (mode == "1")

    def test_it_is_0_or_1(self, put: Put) -> None:
        put(HOUSLER_STAGE="production", SMS_TEST_MODE="yes")

        with pytest.raises(SettingsError, match=r"^SMS_TEST_MODE must be 0 or 1$"):
            env.text("HOUSLER_X", "value")


class TestFunctions:
    @pytest.mark.parametrize("function", functions(), ids=lambda each: each.name)
    def test_know_of_it(self, function: Function) -> None:
        told = {setting.name for setting in grants.of(function, ROOT).settings}

        assert {"HOUSLER_STAGE", "SMS_TEST_MODE"} <= told
