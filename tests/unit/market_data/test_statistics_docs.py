"""The page about statistics says what the code does."""

from pathlib import Path

import msgspec
import pytest

from common.wire import Distribution, StatisticsReply
from market_data.indicators.known import KNOWN, NAMES
from market_data.routes import indicators, statistics
from market_data.routes.table import Row

PAGE = (Path(__file__).parents[3] / "docs/api/statistics.md").read_text(encoding="utf-8")
ROWS = [row for row in (*indicators.ROWS, *statistics.ROWS) if not row.path.endswith("/atr")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.path)
def test_every_route_has_a_section_with_its_parameters(row: Row) -> None:
    section = PAGE.partition(f"## `GET {row.path}`\n")[2].partition("\n## ")[0]

    for parameter in row.parameters:
        assert f"| `{parameter.name}` |" in section


@pytest.mark.parametrize("name", NAMES)
def test_every_indicator_is_defined_with_its_usual_period(name: str) -> None:
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]

    known = next(found for key, found in KNOWN.items() if key == name)
    for number in (known.period, *known.parameters.values()):
        assert number is None or str(number) in line


@pytest.mark.parametrize(
    "field",
    [
        *(field.name for field in msgspec.structs.fields(Distribution)),
        *(name for name in StatisticsReply.__annotations__ if name.endswith(("_pct", "_day"))),
        "sharpe",
        "max_drawdown",
        "candles_per_year",
    ],
)
def test_every_figure_is_explained(field: str) -> None:
    assert f"`{field}`" in PAGE
