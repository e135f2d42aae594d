"""Data that others recorded, which tests compare with. It is not part of the repository.

`REFERENCE_DATA` names its folder. Where that is unset, tests that ask for it are skipped: mark them
`reference` and call `reference_folder()`.
"""

import csv
import os
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from common.market import EPOCH, Candle

CANDLE_SERIES = (
    "binance_futures_XRP-USDT_5m",
    "bittrex_ADA-BTC_5m",
    "freqtrade_UNITTEST-BTC_1m",
    "ftx_BTC-PERP_1m",
)


def reference_folder() -> Path:
    """Return the folder, or skip the test that asks."""
    name = os.environ.get("REFERENCE_DATA")
    if not name:
        pytest.skip("REFERENCE_DATA is unset")
    return Path(name)


def reference_candles(series: str) -> list[Candle]:
    """Read one recorded series, oldest first, prices exactly as published."""
    with (reference_folder() / "candles" / f"{series}.csv").open(newline="") as file:
        return [
            Candle(
                EPOCH + timedelta(milliseconds=int(row["ts"])),
                *(Decimal(row[name]) for name in ("open", "high", "low", "close", "volume")),
            )
            for row in csv.DictReader(file)
        ]


def reference_values(series: str, column: str) -> dict[int, Decimal]:
    """Read what TA-Lib gives on that series, by the row of the candle."""
    with (reference_folder() / "talib" / f"{series}.talib.csv").open(newline="") as file:
        return {
            int(row["row"]): Decimal(row[column]) for row in csv.DictReader(file) if row[column]
        }
