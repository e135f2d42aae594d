"""Time zones by what people call them."""

import pytest
import pytz

from telegram_bot.commands.places import MOST_OFFERED, city, find, nearest


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("berlin", "Europe/Berlin"),
        ("EUROPE/BERLIN", "Europe/Berlin"),
        ("München", "Europe/Berlin"),
        ("zurich", "Europe/Zurich"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("Port-au-Prince", "America/Port-au-Prince"),
        ("nepal", "Asia/Kathmandu"),
        ("utc", "UTC"),
    ],
)
def test_a_city_a_country_or_a_zone_is_found_by_its_name(text: str, zone: str) -> None:
    found = find(text)

    assert (found.zones, found.sure) == ((zone,), True)


@pytest.mark.parametrize(
    ("text", "zone"),
    [("tokio", "Asia/Tokyo"), ("germany", "Europe/Berlin"), ("kath", "Asia/Kathmandu")],
)
def test_what_is_near_or_not_alone_is_only_offered(text: str, zone: str) -> None:
    found = find(text)

    assert zone in found.zones and not found.sure


@pytest.mark.parametrize("text", ["", "xyzzy", "42", "1,2,3", "💣", "a" * 4_000, "/"])
def test_nonsense_is_no_place(text: str) -> None:
    assert find(text).zones == ()


@pytest.mark.parametrize(
    ("north", "east", "zone"),
    [
        (52.52, 13.405, "Europe/Berlin"),
        (40.7, -74.0, "America/New_York"),
        (-36.8, 174.7, "Pacific/Auckland"),
        (64.1, -21.9, "Atlantic/Reykjavik"),
        (-16.5, -179.9, "Pacific/Fiji"),  # across the date line from Suva
    ],
)
def test_a_place_on_the_map_belongs_to_the_nearest_city(
    north: float, east: float, zone: str
) -> None:
    assert nearest(north, east)[0] == zone


def test_a_country_with_many_zones_offers_no_more_than_fit() -> None:
    assert len(find("russia").zones) <= MOST_OFFERED
    assert find("usa").zones[0] == "America/New_York"


def test_every_zone_is_found_by_its_own_name_and_named_by_its_city() -> None:
    for zone in pytz.common_timezones:
        assert find(zone).zones[0] == zone
        assert zone in find(city(zone)).zones
