from __future__ import annotations

from api.processes.supervisor import restart_delay


def test_the_first_restart_is_quick_and_later_ones_wait_longer() -> None:
    """Each further end within the window doubles the delay, up to a limit."""
    ends = [float(n) for n in range(10)]
    delays = [restart_delay(ends[: n + 1], now=ends[n]) for n in range(10)]
    assert delays == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0]


def test_a_service_that_keeps_ending_is_given_up() -> None:
    """The eleventh end within a minute is the last."""
    assert restart_delay([float(n) for n in range(11)], now=10.0) is None


def test_ends_of_long_ago_do_not_count() -> None:
    """A service that ends once a day is restarted at once, for ever."""
    ends = [86_400.0 * day for day in range(100)]
    assert restart_delay(ends, now=ends[-1]) == 0.1
