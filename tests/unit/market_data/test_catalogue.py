"""Which market a person means, and who offers it."""

import asyncio
from datetime import UTC, datetime

import pytest

from common.clock import FrozenClock
from common.errors import AmbiguousSymbol, BadInput, Unavailable, UnknownSymbol
from market_data.catalogue import Catalogue
from tests.support.fake_provider import FakeProvider, listing

CLOCK = FrozenClock(datetime(2024, 3, 13, 12, tzinfo=UTC))


def provider(name: str, *symbols: str) -> FakeProvider:
    listings = [listing(*symbol.split(":")) for symbol in symbols]
    return FakeProvider(CLOCK, name=name, listings=listings)


async def meant(catalogue: Catalogue, text: str) -> str:
    offer = (await catalogue.resolve(text))[0]
    return f"{offer.provider.name} {offer.listing.symbol}"


async def test_a_bare_base_means_its_market_in_dollars_before_others() -> None:
    catalogue = Catalogue([provider("a", "BTC-EUR:9", "BTC-USDT:99", "BTC-USD:1")], CLOCK)

    assert await meant(catalogue, "btc") == "a BTC-USD"
    assert await meant(catalogue, "BTCUSDT") == "a BTC-USDT"
    assert await meant(catalogue, "btc/eur") == "a BTC-EUR"


async def test_a_bare_base_finds_its_only_market_whatever_the_quote() -> None:
    catalogue = Catalogue([provider("a", "BTC-PERP", "ADA-BTC:2", "ADA-XYZ:7")], CLOCK)

    assert await meant(catalogue, "btc") == "a BTC-PERP"
    assert await meant(catalogue, "ada") == "a ADA-BTC"


@pytest.mark.parametrize("volumes", [("2", "3"), ("3", "2")])
async def test_p7_euros_and_pounds_of_about_the_same_volume_are_asked_about(
    volumes: tuple[str, str],
) -> None:
    euros, pounds = volumes
    markets = [f"GRT-EUR:{euros}", f"GRT-GBP:{pounds}", "GRT-BTC:9"]

    with pytest.raises(AmbiguousSymbol) as several:
        await Catalogue([provider("a", *markets)], CLOCK).resolve("grt")

    first = "GRT-EUR" if euros > pounds else "GRT-GBP"
    assert several.value.choices[0] == first and len(several.value.choices) == 2


async def test_euros_and_pounds_of_which_nobody_tells_the_volume_are_asked_about() -> None:
    with pytest.raises(AmbiguousSymbol) as several:
        await Catalogue([provider("a", "GRT-GBP", "GRT-EUR")], CLOCK).resolve("grt")

    assert set(several.value.choices) == {"GRT-EUR", "GRT-GBP"}


@pytest.mark.parametrize(
    "markets", [("GRT-EUR:40", "GRT-GBP:2"), ("GRT-EUR:2", "GRT-GBP:2", "GRT-USDT:1"), ("GRT-EUR",)]
)
async def test_where_there_is_no_doubt_nobody_is_asked(markets: tuple[str, ...]) -> None:
    first = markets[-1] if "USDT" in markets[-1] else markets[0]

    assert await meant(Catalogue([provider("a", *markets)], CLOCK), "grt") == (
        f"a {first.partition(':')[0]}"
    )


async def test_quotes_are_never_mixed_silently() -> None:
    catalogue = Catalogue([provider("a", "BTC-USD:1", "BTC-EUR:2")], CLOCK)

    with pytest.raises(UnknownSymbol) as unknown:
        await catalogue.resolve("BTC/USDT")

    assert unknown.value.suggestions == ("BTC-USD", "BTC-EUR")


async def test_a_coin_whose_name_ends_like_a_quote_is_that_coin_where_listed() -> None:
    catalogue = Catalogue([provider("a", "CUSD-USD", "CC-USD")], CLOCK)

    assert await meant(catalogue, "cusd") == "a CUSD-USD"
    assert await meant(catalogue, "ccusd") == "a CC-USD"


async def test_the_first_provider_that_lists_a_market_is_preferred() -> None:
    catalogue = Catalogue([provider("a", "ETH-USD"), provider("b", "ETH-USD", "BTC-USD")], CLOCK)

    assert await meant(catalogue, "eth") == "a ETH-USD"
    assert await meant(catalogue, "btc") == "b BTC-USD"
    assert [offer.provider.name for offer in await catalogue.resolve("eth")] == ["a", "b"]


async def test_an_unknown_coin_gets_suggestions_by_distance_then_volume() -> None:
    catalogue = Catalogue([provider("a", "BTT-USD:5", "BTC-USD:900", "SOL-USD:70")], CLOCK)

    with pytest.raises(UnknownSymbol, match="Did you mean BTC or BTT") as unknown:
        await catalogue.resolve("BTX")

    assert unknown.value.asked == "BTX"


@pytest.mark.parametrize(
    ("typed", "meant"), [("bitcon", "BTC"), ("etherium", "ETH"), ("dogecion", "DOGE")]
)
async def test_a_misspelled_name_is_asked_about_by_its_coin(typed: str, meant: str) -> None:
    catalogue = Catalogue([provider("a", "BTC-USD:900", "ETH-USD:70", "DOGE-USD:5")], CLOCK)

    with pytest.raises(UnknownSymbol) as unknown:
        await catalogue.resolve(typed)

    assert list(unknown.value.suggestions) == [meant]


async def test_a_word_of_everyday_language_is_no_slip_of_a_name() -> None:
    catalogue = Catalogue([provider("a", "USDT-USD:900")], CLOCK)

    with pytest.raises(UnknownSymbol) as unknown:
        await catalogue.resolve("weather")

    assert unknown.value.suggestions == ()


async def test_nonsense_is_bad_input_before_anybody_is_asked() -> None:
    with pytest.raises(BadInput):
        await Catalogue([provider("a", "BTC-USD")], CLOCK).resolve("<b>x")


async def test_lists_are_read_once_an_hour_and_outlive_an_outage() -> None:
    clock = FrozenClock(datetime(2024, 3, 13, 12, tzinfo=UTC))
    one = FakeProvider(clock)
    catalogue = Catalogue([one], clock)
    await catalogue.resolve("btc")
    one.trouble = Unavailable("gone")

    clock.advance(3_599)
    assert await meant(catalogue, "btc") == "fake BTC-USD"
    clock.advance(2)
    assert await meant(catalogue, "btc") == "fake BTC-USD"


async def test_a_market_that_was_halted_is_back_minutes_after_its_trading() -> None:
    clock = FrozenClock(datetime(2024, 3, 13, 12, tzinfo=UTC))
    markets = [listing("BTC-USD"), listing("ETH-USD")]
    only = FakeProvider(clock, listings=markets)
    catalogue = Catalogue([only], clock)
    await catalogue.listed()

    async def listed_after(seconds: float) -> int:
        clock.advance(seconds)
        await catalogue.listed()  # an old list is told while the new one comes
        await asyncio.sleep(0.01)
        return len(await catalogue.listed())

    only.listed = markets[:1]
    assert await listed_after(3_601) == 1
    only.listed = markets
    assert await listed_after(60) == 1
    assert await listed_after(61) == 2
    only.listed = markets[:1]
    assert [await listed_after(seconds) for seconds in (121, 3_480, 3_601)] == [2, 1, 1]
    asked = only.lists
    assert [await listed_after(300) for _ in range(40)] == [1] * 40
    # For an hour often, and then by the hour.
    assert only.lists - asked <= 16


async def test_a_silent_provider_hides_only_its_own_markets() -> None:
    silent = provider("silent", "ETH-USD")
    silent.trouble = Unavailable("gone")
    catalogue = Catalogue([silent, provider("b", "BTC-USD")], CLOCK)

    assert await meant(catalogue, "btc") == "b BTC-USD"
    with pytest.raises(Unavailable, match="silent did not say"):
        await catalogue.resolve("eth")
    assert [str(offer.listing.symbol) for offer in await catalogue.listed()] == ["BTC-USD"]


async def test_with_nobody_answering_there_is_no_list() -> None:
    silent = provider("silent", "ETH-USD")
    silent.trouble = Unavailable("gone")

    with pytest.raises(Unavailable):
        await Catalogue([silent], CLOCK).listed()


async def test_markets_are_listed_by_falling_volume() -> None:
    catalogue = Catalogue([provider("a", "SOL-USD:5", "BTC-USD:9", "ADA-USD", "ETH-USD:9")], CLOCK)

    symbols = [str(offer.listing.symbol) for offer in await catalogue.listed()]

    assert symbols == ["BTC-USD", "ETH-USD", "SOL-USD", "ADA-USD"]


async def test_without_volumes_what_is_traded_in_most_places_comes_first() -> None:
    one = provider("one", "00-USD", "1INCH-USD", "ADA-USD", "BTC-USD", "BTC-EUR", "BTD-USD")
    other = provider("other", "ETH-USDT", "BTC-USD", "ADA-USD", "BTC-GBP")
    catalogue = Catalogue([one, other], CLOCK)

    in_dollars = [
        offer.listing.symbol.base
        for offer in await catalogue.listed()
        if offer.listing.symbol.quote == "USD"
    ]
    with pytest.raises(UnknownSymbol) as unknown:
        await catalogue.resolve("BTX")

    assert in_dollars == ["BTC", "ADA", "00", "1INCH", "BTD"]
    assert unknown.value.suggestions == ("BTC", "BTD")
