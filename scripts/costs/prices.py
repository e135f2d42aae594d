"""What AWS asks, read from `infrastructure/aws/prices.toml`. Dollars, exact."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from costs.templates import FOLDER


@dataclass(frozen=True, slots=True)
class Prices:
    """The list, its region, and the day it was read."""

    region: str
    read: str
    hours: Decimal
    tables: dict[str, dict[str, Any]]

    def of(self, table: str, name: str) -> Decimal:
        """Return one price in US dollars.

        Raises:
            KeyError: If the list has none.
        """
        return Decimal(self.tables[table][name])

    def spot_off(self) -> tuple[Decimal, Decimal]:
        """Return the least and the most that Spot takes off, as shares."""
        least, most = self.tables["fargate_arm"]["spot_off"]
        return Decimal(least), Decimal(most)


def load(path: Path = FOLDER / "prices.toml") -> Prices:
    """Read the list.

    Raises:
        OSError: If there is none.
    """
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    tables = {name: table for name, table in found.items() if isinstance(table, dict)}
    return Prices(found["region"], found["read"], Decimal(found["hours"]), tables)
