"""Bindings against the tax service's stand-in: only the INN's own person gets one."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.adapters.fns.smz import Smz
from shared.audit.service import SYSTEM, Actor
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.receipts import binding
from shared.receipts.errors import BindingExists, InnNeeded, InnTaken, NotSelfEmployed
from shared.receipts.npd_models import BindingStatus, NpdBinding, NpdTask, NpdTaskStatus
from shared.tasks.models import OperatorTask
from shared.users import profiles
from shared.users.models import UserProfile
from tests.adapters.fns.conftest import ALL_FOUR
from tests.adapters.outside_standin import Running
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_binding, a_cast, count_of
from tests.shared.receipts.runs import inn_of, only_receipt, run


def reasons_of(kind: str) -> list[str]:
    with Transactions()() as session:
        return list(session.scalars(select(OperatorTask.reason).where(OperatorTask.kind == kind)))


class TestBinding:
    @pytest.fixture
    def cast(self, tax: Smz, fns: Running) -> Cast:
        cast = a_cast(agency=False, bound=False)
        fns.post("taxpayers", inn=inn_of(cast), name="Смирнов Пётр Ильич")
        return cast

    def ask(self, cast: Cast, transactions: Transactions | None = None) -> None:
        with (transactions or Transactions())() as session:
            binding.request_binding(session, user_id=cast.agent_id, actor=Actor(cast.agent_id), now=utc_now())

    def status(self, cast: Cast) -> BindingStatus | None:
        with Transactions()() as session:
            return binding.binding_of(session, cast.agent_id).status

    def answer(self, fns: Running, cast: Cast, word: str) -> None:
        found = fns.get("bindings", inn=inn_of(cast))[0]
        fns.post(f"bindings/{found['id']}/{word}")

    def bind(self, tax: Smz, fns: Running, cast: Cast) -> None:
        self.ask(cast)
        run(tax)
        self.answer(fns, cast, "confirm")
        assert run(tax, later=timedelta(minutes=5)) == {"bound": 1}

    def test_is_bound_once_the_taxpayer_agrees(self, tax: Smz, fns: Running, cast: Cast) -> None:
        self.ask(cast)

        assert run(tax) == {"bind_started": 1, "waiting": 1}
        assert self.status(cast) is BindingStatus.WAITING
        self.answer(fns, cast, "confirm")
        assert run(tax, later=timedelta(minutes=5)) == {"bound": 1}

        with Transactions()() as session:
            facts = binding.binding_of(session, cast.agent_id)
        assert facts.status is BindingStatus.BOUND
        assert set(facts.permissions) == set(ALL_FOUR)

    def test_is_not_asked_for_twice(self, tax: Smz, cast: Cast) -> None:
        self.ask(cast)

        with pytest.raises(BindingExists):
            self.ask(cast)

    def test_asked_again_while_waiting_is_looked_at_at_once(self, tax: Smz, fns: Running, cast: Cast) -> None:
        self.ask(cast)
        run(tax)
        assert run(tax) == {}
        self.answer(fns, cast, "confirm")

        self.ask(cast)

        assert run(tax) == {"bound": 1}

    def test_may_be_asked_for_again_after_a_no(self, tax: Smz, fns: Running, cast: Cast) -> None:
        self.ask(cast)
        run(tax)
        self.answer(fns, cast, "reject")

        assert run(tax, later=timedelta(minutes=5)) == {"rejected": 1}
        assert self.status(cast) is BindingStatus.REJECTED
        self.ask(cast)
        assert self.status(cast) is BindingStatus.REQUESTED

    def test_bound_already_is_a_no_to_one_who_never_was(self, tax: Smz, fns: Running, cast: Cast) -> None:
        fns.post("taxpayers", inn=inn_of(cast), name="Смирнов Пётр Ильич", permissions=list(ALL_FOUR))
        self.ask(cast)

        assert run(tax) == {"rejected": 1}
        assert self.status(cast) is BindingStatus.REJECTED
        assert reasons_of("npd_binding_refused") == ["already_bound"]

    def test_bound_already_is_a_yes_to_one_who_was(self, tax: Smz, fns: Running, cast: Cast) -> None:
        self.bind(tax, fns, cast)
        with Transactions()() as session:
            binding.lose(session, cast.agent_id, now=utc_now())
        self.ask(cast)

        assert run(tax) == {"bound": 1}
        assert self.status(cast) is BindingStatus.BOUND
        assert reasons_of("npd_binding_refused") == []

    def test_having_asked_in_vain_is_not_having_been_bound(self, tax: Smz, fns: Running, cast: Cast) -> None:
        self.ask(cast)
        run(tax)
        self.answer(fns, cast, "reject")
        run(tax, later=timedelta(minutes=5))
        fns.post("taxpayers", inn=inn_of(cast), name="Смирнов Пётр Ильич", permissions=list(ALL_FOUR))
        self.ask(cast)

        assert run(tax) == {"rejected": 1}

    def test_an_inn_bound_to_another_since_is_not_his(self, tax: Smz, fns: Running, cast: Cast) -> None:
        self.ask(cast)
        run(tax)
        # He never answered; later the INN's real owner is bound, and leaves.
        run(tax, later=timedelta(days=15))
        owner = a_cast(agency=False, bound=False, inn=inn_of(cast))
        self.bind(tax, fns, owner)
        with Transactions()() as session:
            binding.lose(session, owner.agent_id, now=utc_now())
        self.ask(cast)

        assert run(tax) == {"rejected": 1}

    @pytest.mark.parametrize("runs", [0, 1])
    def test_an_inn_that_another_holds_is_refused(self, tax: Smz, cast: Cast, runs: int) -> None:
        self.ask(cast)
        for _ in range(runs):
            run(tax)
        second = a_cast(agency=False, bound=False, inn=inn_of(cast))

        with pytest.raises(InnTaken):
            self.ask(second)
        assert self.status(second) is None

    def test_two_at_once_with_one_inn_make_one_request(self, tax: Smz, cast: Cast) -> None:
        casts = iter([cast, a_cast(agency=False, bound=False, inn=inn_of(cast))])

        refused = at_once(lambda: self.ask(next(casts), OwnConnections()), times=2, expected=InnTaken)

        assert refused == 1
        assert count_of(NpdBinding) == 1

    def test_a_new_inn_is_asked_for_afresh(self, tax: Smz, fns: Running, cast: Cast) -> None:
        former = inn_of(cast)
        self.ask(cast)
        run(tax)
        with Transactions()() as session:
            changes = {"inn": "770000888888"}
            profiles.update(session, actor=SYSTEM, user_id=cast.agent_id, changes=changes, now=utc_now())
        fns.post("taxpayers", inn="770000888888", name="Смирнов Пётр Ильич")
        self.ask(cast)
        asked = fns.get("bindings", inn=former)[0]
        fns.post(f"bindings/{asked['id']}/confirm")

        # The answer about the former INN settles nothing.
        assert run(tax, later=timedelta(minutes=5)) == {"bind_started": 1, "waiting": 1}
        self.answer(fns, cast, "confirm")
        assert run(tax, later=timedelta(minutes=10)) == {"bound": 1}
        with Transactions()() as session:
            found = session.get_one(NpdBinding, cast.agent_id)
            assert binding.inn_of(session, found) == "770000888888"

    def test_who_is_no_payer_of_npd_is_rejected(self, tax: Smz, fns: Running, cast: Cast) -> None:
        fns.post("codes", code="TAXPAYER_UNREGISTERED")
        self.ask(cast)

        assert run(tax) == {"rejected": 1}
        with Transactions()() as session:
            task = session.scalars(select(NpdTask)).one()
        assert (task.status, task.last_code) == (NpdTaskStatus.FAILED, "TAXPAYER_UNREGISTERED")

    def test_a_taxpayer_who_never_answers_is_not_asked_for_ever(self, tax: Smz, cast: Cast) -> None:
        self.ask(cast)
        run(tax)

        assert run(tax, later=timedelta(days=15)) == {"rejected": 1}

    def test_an_unbound_taxpayers_receipt_goes_on_after_a_new_binding(
        self, tax: Smz, fns: Running, cast: Cast
    ) -> None:
        with Transactions()() as session:
            session.add(a_binding(session, cast.agent_id, inn_of(cast), now=utc_now()))
        pay_step(FakeCollector(), cast)

        assert run(tax) == {"blocked": 1}
        assert only_receipt().hold_reason == "npd_unbound"
        assert self.status(cast) is BindingStatus.REJECTED
        self.ask(cast)
        run(tax)
        self.answer(fns, cast, "confirm")
        assert run(tax, later=timedelta(minutes=5)) == {"bound": 1, "registered": 1}
        assert only_receipt().amount_kopecks == Money(300_000_00)

    def test_only_the_self_employed_with_an_inn_may_ask(self, cast: Cast) -> None:
        with Transactions()() as session:
            profile = session.get_one(UserProfile, cast.agent_id)
            profile.inn = profile.inn_index = None
        with pytest.raises(InnNeeded):
            self.ask(cast)
        with Transactions()() as session:
            session.get_one(UserProfile, cast.agent_id).tax_status = None
        with pytest.raises(NotSelfEmployed):
            self.ask(cast)
