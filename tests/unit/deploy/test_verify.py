"""`verify` finds what would make a deployment fail: one seeded fault, one sentence about it."""

from dataclasses import replace
from typing import Any

import pytest

from deploy.facts import Group, Pause, Rule, ServiceFacts
from deploy.verify import findings
from tests.support.releases import place, release

BOTH = frozenset({"blue", "green"})
PLACE = place("https://bot.example", "https://bot.example")
BOT = ServiceFacts(
    name="telegram-bot",
    strategy="BLUE_GREEN",
    bake_minutes=10,
    breaker=False,
    pauses=(Pause(("POST_TEST_TRAFFIC_SHIFT",), "ROLLBACK"),),
    desired=1,
    balanced=True,
    moving=None,
    architecture="arm64",
    image_found=True,
    platforms=("amd64", "arm64"),
    log_groups={"/bot": True},
    secrets={"token": True},
    groups={"blue": Group("/healthz", 30), "green": Group("/healthz", 30)},
    production=Rule(20, ("forward",), BOTH),
    test=Rule(10, ("forward",), BOTH),
)


def found(**changed: Any) -> list[str]:
    return list(findings(PLACE, release(), [replace(BOT, **changed)]))


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"image_found": False}, "the registry has no 111122223333"),
        ({"architecture": "amd64"}, "its tasks are amd64, the release is arm64"),
        ({"platforms": ("amd64",)}, "the image is for amd64, not for arm64"),
        ({"strategy": "ROLLING"}, "its strategy is ROLLING"),
        ({"breaker": True}, "a circuit breaker is for rolling deployments only"),
        ({"desired": 0}, "its desired count is 0"),
        ({"moving": ""}, "a deployment is under way already: not one of ours"),
        ({"bake_minutes": 0}, "it has no bake time"),
        ({"pauses": ()}, "it has no PAUSE at POST_TEST_TRAFFIC_SHIFT"),
        (
            {"pauses": (Pause(("POST_TEST_TRAFFIC_SHIFT",), "CONTINUE"),)},
            "its PAUSE goes on when nobody answers",
        ),
        ({"log_groups": {"/bot": False}}, "its log group /bot is missing"),
        ({"secrets": {"token": False}}, "its secret token is missing"),
        ({"alarms_red": ("slow",)}, "the alarm slow is red already"),
        ({"role": False}, "ECS was given no role"),
        ({"test": None}, "it has no test listener rule"),
        ({"production": Rule(20, ("forward", "redirect"), BOTH)}, "also does redirect"),
        ({"production": Rule(20, ("forward",), BOTH | {"x"})}, "that is not its own"),
        ({"test": Rule(10, ("forward",), frozenset("x"))}, "neither of its target groups"),
        (
            {
                "production": Rule(20, ("forward",), frozenset({"blue"})),
                "test": Rule(10, ("forward",), frozenset({"blue"})),
            },
            "one of its target groups is on neither of its listener rules",
        ),
        ({"test": Rule(30, ("forward",), BOTH)}, "a lower priority"),
        (
            {"groups": {"blue": Group("/readyz", 30), "green": Group("/healthz", 30)}},
            "blue asks /readyz for health",
        ),
        (
            {"groups": {"blue": Group("/healthz", 300), "green": Group("/healthz", 30)}},
            "keeps who leaves for 300 s",
        ),
    ],
)
def test_one_fault_is_found_and_nothing_else(changed: dict[str, Any], sentence: str) -> None:
    (one,) = found(**changed)

    assert one.startswith("telegram-bot: ") and sentence in one


def test_what_nobody_reaches_may_roll_with_a_circuit_breaker() -> None:
    assert found(balanced=False, strategy="ROLLING", breaker=True, pauses=(), bake_minutes=0) == []


def test_a_balanced_service_must_be_asked_from_outside() -> None:
    assert list(findings(place(), release(), [BOT])) == [
        "telegram-bot: the place file lacks its production or test address."
    ]
