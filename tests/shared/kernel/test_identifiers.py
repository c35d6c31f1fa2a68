import time
from uuid import RFC_4122

from shared.kernel.identifiers import new_id


class TestANewIdentifier:
    def test_is_a_version_7_uuid(self) -> None:
        made = new_id()

        assert (made.version, made.variant) == (7, RFC_4122)

    def test_begins_with_the_milliseconds_of_now(self) -> None:
        before = time.time_ns() // 1_000_000
        made = new_id().int >> 80

        assert before <= made <= time.time_ns() // 1_000_000

    def test_carries_the_fraction_of_the_millisecond(self) -> None:
        before = time.time_ns()
        made = new_id().int
        after = time.time_ns()
        moment = (made >> 80) * 1_000_000 + (((made >> 64) & 0xFFF) * 1_000_000 >> 12)

        assert before - 1_000 <= moment <= after

    def test_is_never_made_twice(self) -> None:
        assert len({new_id() for _ in range(20_000)}) == 20_000

    def test_sorts_after_those_made_before_it(self) -> None:
        made = []
        for _ in range(20):
            made.append(new_id())
            time.sleep(0.0001)

        assert sorted(made) == made

    def test_leaves_no_random_bit_constant(self) -> None:
        noise = [new_id().int & ((1 << 62) - 1) for _ in range(200)]
        ever, always = 0, (1 << 62) - 1
        for bits in noise:
            ever |= bits
            always &= bits

        assert ever == (1 << 62) - 1
        assert always == 0
