"""`apply` is killed at every step and run again: the end is always right, and always whole.

The long form, with real processes and SIGKILL, is tests/performance/deploy_kills.py.
"""

from collections.abc import Callable, Iterator
from typing import get_args

import pytest

from common.ledger.events import broken_at
from deploy.endings import ROLLED_BACK, UNFINISHED
from tests.support.deploy_deaths import How, Killed, Reaper, mortal, near_desk
from tests.support.deployments import Desk
from tests.support.fake_ecs_world import Ticks
from tests.support.releases import digest

Spoil = Callable[[Desk], object]


def spoil_nothing(desk: Desk) -> None:
    pass


def spoil_smoke(desk: Desk) -> None:
    desk.server.world.ill.add(digest("1.1.0", "telegram-bot"))


def spoil_bake(desk: Desk) -> None:
    desk.when(
        "the new version gets 100 % of production",
        lambda: desk.server.world.silent.add("staging-telegram-bot"),
    )


def deaths(spoil: Spoil, how: How) -> Iterator[tuple[int, Desk]]:
    """Yield a desk for each step, at which somebody has just died."""
    for step in range(1, 1000):
        desk = near_desk(Ticks())
        spoil(desk)
        reaper = Reaper(step, how)
        try:
            mortal(desk, reaper).apply("1.1.0")
        except Killed:
            pass
        if reaper.steps < step:
            assert step > 20  # that many there are
            return
        yield step, desk


def again(desk: Desk) -> int:
    """Run it until it is over."""
    codes = [UNFINISHED]
    while codes[-1] == UNFINISHED and len(codes) < 4:
        codes.append(desk.apply("1.1.0").code)
    return codes[-1]


@pytest.mark.parametrize("how", get_args(How))
def test_a_good_release_is_deployed_once_wherever_apply_dies(how: How) -> None:
    for step, desk in deaths(spoil_nothing, how):
        desk.tools.clock.sleep(30)

        assert again(desk) == 0, step
        assert set(desk.runs().values()) == {"1.1.0"}, step
        assert [it.outcome for it in desk.stories()] == ["deployed"], step
        assert len(desk.server.world.ecs.rollouts) == 4, step  # the first of each, and one more
        assert broken_at(desk.tools.ledger.read()) is None, step


@pytest.mark.parametrize("how", get_args(How))
@pytest.mark.parametrize("spoil", [spoil_smoke, spoil_bake])
def test_a_bad_release_is_brought_back_whole_wherever_apply_dies(spoil: Spoil, how: How) -> None:
    for step, desk in deaths(spoil, how):
        desk.tools.clock.sleep(10)

        assert again(desk) == ROLLED_BACK, step
        assert set(desk.runs().values()) == {"1.0.0"}, step
        assert {it.outcome for it in desk.stories()} == {"rolled back"}, step
        assert broken_at(desk.tools.ledger.read()) is None, step


def test_who_comes_back_hours_later_finds_all_or_nothing() -> None:
    for step, desk in deaths(spoil_nothing, "after"):
        desk.tools.clock.sleep(7200)

        code = again(desk)
        assert (code, set(desk.runs().values())) in (
            (0, {"1.1.0"}),
            (ROLLED_BACK, {"1.0.0"}),
        ), step


def test_another_release_may_be_deployed_once_what_was_left_has_ended() -> None:
    for step, desk in deaths(spoil_nothing, "after"):
        desk.tools.clock.sleep(7200)

        assert desk.apply("1.2.0").code == 0, step
        assert set(desk.runs().values()) == {"1.2.0"}, step
