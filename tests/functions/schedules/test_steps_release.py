from functions.schedules.steps_release.handler import app
from shared.deals.models import StepStatus
from shared.payouts.models import Payout
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast, count_of, step_of


class TestReleaseSteps:
    def test_releases_what_is_due_and_plans_payouts(self, database: object) -> None:
        cast = a_cast()
        pay_step(FakeCollector(), cast)

        assert app({}, None) == {"silent": 0, "released": 1, "due": 1}
        assert app({}, None) == {"silent": 0, "released": 0, "due": 0}

        assert step_of(cast.deal_id).status is StepStatus.RELEASED
        assert count_of(Payout) == 2
