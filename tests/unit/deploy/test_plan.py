"""The plan: a pure function of what is live and of the release."""

import pytest

from deploy.place import BadPlace, Place, parse
from deploy.plan import Refused, plan, told
from deploy.platform import Live
from tests.support.releases import place, release


def live(version: str = "1.0.0", tasks: int = 1, at: str = "1") -> dict[str, Live]:
    images = release(version).images
    return {
        name: Live(f"{name}:{at}", image.reference, "", tasks) for name, image in images.items()
    }


def test_market_data_goes_first_and_the_bot_follows() -> None:
    made = plan(place(), live(), release("1.1.0"))

    assert [change.name for change in made.needed] == ["market-data", "telegram-bot"]
    assert "goes from market-data@" in told(made)


def test_what_runs_already_is_left_alone() -> None:
    made = plan(place(), live("1.0.0"), release("1.0.0"))

    assert made.needed == []
    assert "nothing moves" in told(made)


def test_the_same_facts_make_the_same_plan() -> None:
    assert plan(place(), live(), release("2")).hash == plan(place(), live(), release("2")).hash


def test_a_moved_state_makes_another_plan() -> None:
    one, other = (plan(place(), live(at=at), release("2")) for at in "12")

    assert one.hash != other.hash


def test_steps_of_the_database_are_told() -> None:
    made = plan(place(), live(), release("2", newest=8), release(newest=6).schema)

    assert made.migrates == (7, 8)
    assert "the database takes step 0007" in told(made)


def test_the_database_never_goes_back() -> None:
    before = release("2", newest=8, oldest_program=7).schema

    with pytest.raises(Refused, match="The database never goes back"):
        plan(place(), live(), release(newest=6), before)


def test_an_older_program_may_come_back_while_the_database_suits_it() -> None:
    made = plan(place(), live("2"), release(newest=6), release("2", newest=8).schema)

    assert made.migrates == ()


def test_a_service_that_should_run_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="should run no tasks"):
        plan(place(), live(tasks=0), release("2"))


PLACE = {"environment": "staging", "region": "r", "cluster": "c", "ledger": "l"}
BOT = {"name": "telegram-bot", "service": "bot"}


def test_a_place_is_read() -> None:
    found = parse(PLACE | {"services": [BOT], "header": "X-Deploy-Test: 77", "poll_seconds": 5})

    assert isinstance(found, Place)
    assert found.headers == {"X-Deploy-Test": "77"}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"services": []}, "must name at least one service"),
        ({"services": [BOT, BOT]}, "Two services have the same name"),
        ({"services": [BOT | {"production": "bot.example"}]}, "is no address"),
        ({"services": [{"name": "bot"}]}, "services: missing 1 required positional argument"),
        ({"services": [BOT], "colour": 1}, "which nobody reads"),
        ({"services": [BOT], "poll_seconds": "often"}, "poll_seconds cannot be 'often'"),
        ({"services": [BOT], "environment": "moon"}, "must be staging or production"),
    ],
)
def test_a_wrong_place_is_named(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadPlace, match=sentence):
        parse(PLACE | changed)
