"""What `make run` decides to start."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from local.plan import Plan, Program, plan

TOKEN = "1234567:" + "A" * 35


def planned(**settings: str) -> Plan:
    return plan(settings, market_port=9001, page_port=8080, logs=Path(".run"))


def program(made: Plan, name: str) -> Program:
    return next(it for it in made.programs if it.name == name)


def test_without_a_token_everything_happens_on_this_machine() -> None:
    made = planned()

    assert [it.name for it in made.programs] == ["market-data", "playground", "telegram-bot"]
    assert made.page == "http://127.0.0.1:8080"
    assert made.providers == "recorded,simu"


def test_the_bot_and_the_playground_share_a_token_and_an_address() -> None:
    made = planned()
    bot, playground = program(made, "telegram-bot"), program(made, "playground")

    assert bot.settings["TELEGRAM_BOT_TOKEN"] == playground.settings["PLAYGROUND_TOKEN"]
    assert bot.settings["TELEGRAM_API_URL"] == "http://127.0.0.1:8080"
    assert playground.settings["PLAYGROUND_PORT"] == "8080"


def test_the_bot_asks_market_data_where_it_listens() -> None:
    made = planned()

    assert program(made, "telegram-bot").settings["MARKET_DATA_URL"] == "http://127.0.0.1:9001"
    assert program(made, "market-data").settings["MARKET_DATA_PORT"] == "9001"


def test_with_a_token_there_is_no_playground_and_prices_are_real() -> None:
    made = planned(TELEGRAM_BOT_TOKEN=TOKEN)

    assert [it.name for it in made.programs] == ["market-data", "telegram-bot"]
    assert made.page is None
    order = "coinbase,kraken,bitstamp,binance,recorded"
    assert program(made, "market-data").settings["PROVIDERS"] == made.providers == order


def test_an_empty_token_is_no_token() -> None:
    assert planned(TELEGRAM_BOT_TOKEN="").page == "http://127.0.0.1:8080"


@given(st.sampled_from(["simu", "recorded", "coinbase,simu"]), st.sampled_from(["", TOKEN]))
def test_the_persons_own_providers_win(providers: str, token: str) -> None:
    made = planned(PROVIDERS=providers, TELEGRAM_BOT_TOKEN=token)

    assert program(made, "market-data").settings["PROVIDERS"] == providers


def test_the_environment_is_local_unless_the_person_says_otherwise() -> None:
    assert {it.settings["ENVIRONMENT"] for it in planned().programs} == {"local"}
    staging = planned(ENVIRONMENT="staging")
    assert {it.settings["ENVIRONMENT"] for it in staging.programs} == {"staging"}
