import pytest

from shared.adapters.fns.smz import Smz
from tests.adapters.fns.conftest import fns, fns_process, settings
from tests.adapters.outside_standin import Running

__all__ = ["fns", "fns_process"]


@pytest.fixture
def tax(fns: Running, database: object) -> Smz:
    return Smz(settings(fns))
