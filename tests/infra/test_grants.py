from pathlib import Path

import pytest

from infra import grants, imports
from infra.grants import Setting


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    files = {
        "functions/__init__.py": "",
        "functions/deals/__init__.py": "",
        "functions/deals/create/__init__.py": "",
        "functions/deals/create/handler.py": "import json\nfrom shared.deals import service\nimport boto3\n",
        "shared/__init__.py": "",
        "shared/deals/__init__.py": "",
        "shared/deals/service.py": (
            "from typing import TYPE_CHECKING\n"
            "from shared.config import sms\n"
            "if TYPE_CHECKING:\n    from shared.only_typed import x\n"
            "def later():\n    from shared.late import y\n"
        ),
        "shared/config/__init__.py": "",
        "shared/config/environment.py": "def stage():\n    return text('HOUSLER_STAGE', 'production')\n",
        "shared/config/sms.py": (
            "from shared.config import environment as env\n"
            "url = env.https_in_production('SMSRU_URL', env.text('SMSRU_URL', 'https://sms.ru'))\n"
            "key = env.text('SMSRU_API_ID')\n"
            "sender = env.optional('SMSRU_SENDER')\n"
            "limit = env.integer('SMSRU_LIMIT', low=1)\n"
            "seconds = env.integer('SMSRU_SECONDS', 10)\n"
            "quick = env.flag('SMSRU_QUICK')\n"
            "ring = _named_keys('HOUSLER_KEY_RING')\n"
            "def _named_keys(name):\n    return env.text(name)\n"
            "origins = _origins('SMSRU_ORIGINS')\n"
            "def _origins(name):\n    return env.optional(name) or env.https_in_production(name, '')\n"
            "region = env.text('AWS_REGION')\n"
        ),
        "shared/late.py": "from shared.config import environment as env\nx = env.text('LATE_URL')\nf('NOT_READ')\n",
        "shared/only_typed.py": "",
        "shared/unused.py": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


class TestImports:
    def test_are_followed_to_their_end_and_no_further(self, tree: Path) -> None:
        assert imports.reachable(tree, "functions.deals.create.handler") == {
            "functions",
            "functions.deals",
            "functions.deals.create",
            "functions.deals.create.handler",
            "shared",
            "shared.deals",
            "shared.deals.service",
            "shared.config",
            "shared.config.environment",
            "shared.config.sms",
            "shared.late",
        }


class TestSettings:
    def test_are_those_the_modules_read(self, tree: Path) -> None:
        modules = imports.reachable(tree, "functions.deals.create.handler")

        assert grants.settings_of(tree, modules) == (
            Setting("HOUSLER_KEY_RING", required=True),
            Setting("HOUSLER_STAGE", required=False),
            Setting("LATE_URL", required=True),
            Setting("SMSRU_API_ID", required=True),
            Setting("SMSRU_LIMIT", required=True),
            Setting("SMSRU_ORIGINS", required=False),
            Setting("SMSRU_QUICK", required=False),
            Setting("SMSRU_SECONDS", required=False),
            Setting("SMSRU_SENDER", required=False),
            Setting("SMSRU_URL", required=False),
        )

    @pytest.mark.parametrize(
        ("name", "secret"),
        [
            ("HOUSLER_KEY_RING", True),
            ("HOUSLER_TOKEN_KEYS", True),
            ("FNS_MASTER_TOKEN", True),
            ("SMTP_PASSWORD", True),
            ("DATABASE_URL", True),
            ("SMSRU_API_ID", True),
            ("HOUSLER_ACCESS_TOKEN_SECONDS", False),
            ("HOUSLER_PUBLIC_URL", False),
        ],
    )
    def test_know_which_are_secret(self, name: str, *, secret: bool) -> None:
        assert Setting(name, required=True).secret is secret
