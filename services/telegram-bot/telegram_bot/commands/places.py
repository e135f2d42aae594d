"""Time zones by what people call them: a city, a country, a zone's own name, a place on the map.

Cities and where they lie are those of the tz database, as pytz ships its table of zones.
"""

import difflib
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pytz

MOST_OFFERED = 6
_NEIGHBOURS = 3
_EARTH_KM = 6371.0
_COORDINATES = re.compile(r"(-?\d{1,2}(?:\.\d{1,12})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,12})?)", re.ASCII)
_ISO6709 = re.compile(r"([+-]\d{4}(?:\d{2})?)([+-]\d{5}(?:\d{2})?)", re.ASCII)

# What people in those zones call their own city or country, where the tz database does not.
_ALSO = {
    "Asia/Kolkata": ("delhi", "mumbai", "bombay", "calcutta", "bangalore", "indien"),
    "Asia/Shanghai": ("beijing", "peking", "shenzhen", "china"),
    "America/Los_Angeles": ("san francisco", "seattle", "san diego", "las vegas"),
    "America/New_York": ("boston", "miami", "washington", "atlanta", "nyc"),
    "America/Chicago": ("dallas", "houston", "austin"),
    "Europe/Athens": ("athen",),
    "Europe/Berlin": ("munchen", "munich", "hamburg", "frankfurt", "koln", "stuttgart")
    + ("cologne", "leipzig", "deutschland"),
    "Europe/Brussels": ("brussel",),
    "Europe/Copenhagen": ("kopenhagen",),
    "Europe/Kyiv": ("kiew", "kiev"),
    "Europe/Lisbon": ("lissabon",),
    "Europe/Moscow": ("moskau",),
    "Europe/Prague": ("prag",),
    "Europe/Rome": ("rom", "milan", "mailand"),
    "Europe/Vienna": ("wien", "graz", "linz", "salzburg", "osterreich"),
    "Europe/Warsaw": ("warschau",),
    "Europe/Zurich": ("basel", "bern", "genf", "geneva", "schweiz"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a text may mean.

    Attributes:
        zones: Names of the tz database, the best first; none: nothing is like it.
        sure: Whether there is one, and it was named rather than guessed.
    """

    zones: tuple[str, ...]
    sure: bool = False


def find(text: str) -> Found:
    """Return the zones that `text` may mean.

    >>> find("berlin")
    Found(zones=('Europe/Berlin',), sure=True)
    >>> find("Zürich").zones, find("tokio").sure, find("52.4, 13.1").zones[0]
    (('Europe/Zurich',), False, 'Europe/Berlin')
    """
    if place := _COORDINATES.fullmatch(text.strip()):
        return Found(nearest(float(place[1]), float(place[2])))
    asked = _folded(text)
    named = _names().get(asked, ())
    if named:
        return Found(named[:MOST_OFFERED], sure=len(named) == 1)
    begun = [zone for name, zones in _names().items() if _begins(name, asked) for zone in zones]
    if begun:
        return Found(tuple(dict.fromkeys(begun))[:MOST_OFFERED])
    near = difflib.get_close_matches(asked, _names(), n=3, cutoff=0.75)
    guessed = [zone for name in near for zone in _names()[name]]
    return Found(tuple(dict.fromkeys(guessed))[:MOST_OFFERED])


def nearest(latitude: float, longitude: float) -> tuple[str, ...]:
    """Return the zones of the tz database's cities that are nearest, the nearest first.

    Args:
        latitude, longitude: Degrees north and east.

    >>> nearest(-33.9, 151.2)[0]
    'Australia/Sydney'
    """
    by_distance = sorted(
        _cities(), key=lambda city: _distance(latitude, longitude, city[1], city[2])
    )
    return tuple(zone for zone, *_ in by_distance[:_NEIGHBOURS])


def city(zone: str) -> str:
    """Return the name of a zone's city for people.

    >>> city("America/Argentina/Buenos_Aires"), city("UTC")
    ('Buenos Aires', 'UTC')
    """
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _begins(name: str, asked: str) -> bool:
    return len(asked) >= 3 and "/" not in name and name.startswith(asked)


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Return zones by folded name: of zones first, then cities, then countries."""
    found: dict[str, list[str]] = {}
    for zone in pytz.all_timezones:
        found.setdefault(_folded(zone), []).append(zone)
    for zone in pytz.common_timezones:
        found.setdefault(_folded(city(zone)), []).append(zone)
    for zone, names in _ALSO.items():
        for name in names:
            found.setdefault(name, []).append(zone)
    for country, zones in pytz.country_timezones.items():
        named = [_folded(country), _folded(pytz.country_names.get(country, country))]
        for name in named:
            found.setdefault(name, []).extend(zones)
    return {name: tuple(dict.fromkeys(zones)) for name, zones in found.items()}


@cache
def _cities() -> Sequence[tuple[str, float, float]]:
    """Return every zone of the table with its city's latitude and longitude in degrees."""
    table = files("pytz") / "zoneinfo" / "zone.tab"
    lines = table.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    found = []
    for _, place, zone, *_ in rows:
        latitude, longitude = _ISO6709.fullmatch(place).groups()  # type: ignore[union-attr]
        found.append((zone, _degrees(latitude, 2), _degrees(longitude, 3)))
    return found


def _degrees(text: str, digits: int) -> float:
    """Read degrees, minutes and perhaps seconds: `+5230` is 52.5."""
    sign = -1.0 if text[0] == "-" else 1.0
    whole, rest = text[1 : 1 + digits], text[1 + digits :]
    return sign * (int(whole) + int(rest[:2]) / 60 + int(rest[2:] or 0) / 3600)


def _distance(from_north: float, from_east: float, north: float, east: float) -> float:
    """Return kilometres along the earth's surface between two places in degrees."""
    here, there = math.radians(from_north), math.radians(north)
    turn = math.radians(east - from_east)
    half = (
        math.sin((there - here) / 2) ** 2
        + math.cos(here) * math.cos(there) * math.sin(turn / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def _folded(text: str) -> str:
    """Return a name in small letters, without accents, with spaces between its words."""
    parts = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[_\-]+", " ", plain).split())
