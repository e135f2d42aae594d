"""What a chart costs: how long people wait for one, and what the loop and the machine pay.

make prove PROOFS=charts

Prints milliseconds from the question to the picture at the Bot API, drawn anew and shown again; how
long the loop stood still while pictures were drawn; and CPU, bytes and memory of a picture, beside
an equal one by matplotlib where that is installed (it is no dependency). The goals: 95 % of answers
within 500 ms; the loop within 20 ms; a third of matplotlib's CPU; 40 kB.
"""

import asyncio
import io
import resource
import statistics
import time
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from telegram_bot.adapters.painting import ThreadPainter
from telegram_bot.charts.compose import Look
from telegram_bot.charts.drawing import Chart
from tests.support.drawn import drawn
from tests.support.stack import Chat, assistant

PEOPLE = 12
ROUNDS = 8
PICTURES = 60
LOOKS = ("", "st", "dark", "ema20 dark", "atr", "line", "200", "60 st ema20")


async def waits() -> tuple[list[float], list[float]]:
    """Ask for pictures that differ, then for the same ones again."""
    anew: list[float] = []
    again: list[float] = []
    async with assistant(providers="simu") as first:
        people = [Chat(first.telegram, 2_000 + number) for number in range(PEOPLE)]
        for market in ("BTC", "ETH", "SOL"):
            await first.ask(f"/chart {market} 4h")  # market-data has seen it
        for times in (anew, again):
            for number in range(ROUNDS):
                for who, person in enumerate(people):
                    market = ("BTC", "ETH", "SOL")[who % 3]
                    bars = f" {100 + who}" if not any(c.isdigit() for c in LOOKS[number]) else ""
                    began = time.perf_counter()
                    shown = await person.ask(f"/chart {market} 4h {LOOKS[number]}{bars}")
                    times.append((time.perf_counter() - began) * 1_000)
                    assert "photo" in shown
    return anew, again


async def lags(pictures: int) -> list[float]:
    """Return by how much a loop that has nothing else to do wakes late while pictures are drawn.

    Without one, for as long: what the machine does to a loop anyway.
    """
    painter, late = ThreadPainter(), []
    await painter.paint(drawn(Look(120)))

    async def probe() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            late.append((time.perf_counter() - began - 0.001) * 1_000)

    probing = asyncio.create_task(probe())
    for number in range(pictures):
        await painter.paint(drawn(Look(100 + number, overlays=("st", "ema20"))))
    if not pictures:
        await asyncio.sleep(3)
    probing.cancel()
    painter.close()
    return late


def cost() -> tuple[float, float, int, float]:
    """Return CPU milliseconds of the first and of a later picture, bytes, and MB of memory."""
    chart = drawn(Look(120))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    from telegram_bot.charts.render import render

    render(chart)
    cold = time.process_time() - began
    times: list[float] = []
    for _ in range(PICTURES):
        began = time.process_time()
        picture = render(chart)
        times.append(time.process_time() - began)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_024
    return cold * 1_000, statistics.median(times) * 1_000, len(picture), memory


def by_matplotlib(chart: Chart) -> tuple[float, float]:
    """Return the same of an equal picture by matplotlib's Agg."""
    began = time.process_time()
    _matplotlib(chart)
    cold = time.process_time() - began
    times: list[float] = []
    for _ in range(10):
        began = time.process_time()
        _matplotlib(chart)
        times.append(time.process_time() - began)
    return cold * 1_000, statistics.median(times) * 1_000


def _matplotlib(chart: Chart) -> None:
    from importlib import import_module

    figures: Any = import_module("matplotlib.figure")
    agg: Any = import_module("matplotlib.backends.backend_agg")
    collections: Any = import_module("matplotlib.collections")
    bars = chart.bars
    figure = figures.Figure(figsize=(12.8, 7.2), dpi=100)
    agg.FigureCanvasAgg(figure)
    price, volume, panel = figure.subplots(3, 1, sharex=True, height_ratios=(6, 2, 2))
    places = range(len(bars.close))
    wicks = [((x, bars.low[x]), (x, bars.high[x])) for x in places]
    bodies = [
        ((x - 0.3, bars.open[x]), (x + 0.3, bars.open[x]), (x + 0.3, bars.close[x]))
        + ((x - 0.3, bars.close[x]),)
        for x in places
    ]
    price.add_collection(collections.LineCollection(wicks))
    price.add_collection(collections.PolyCollection(bodies))
    price.autoscale_view()
    volume.add_collection(
        collections.PolyCollection(
            [
                ((x - 0.3, 0), (x + 0.3, 0), (x + 0.3, bars.volume[x]), (x - 0.3, bars.volume[x]))
                for x in places
            ]
        )
    )
    volume.autoscale_view()
    if chart.panel is not None:
        panel.plot(places, chart.panel[0].values)
    for axes in (price, volume, panel):
        axes.grid(True)
    price.set_title(chart.words.title)
    figure.savefig(io.BytesIO(), format="png")


def _late(values: Sequence[float]) -> float:
    """Return what 95 % of the values are not above."""
    return sorted(values)[int(len(values) * 0.95)]


def _told(name: str, values: Sequence[float]) -> None:
    marks = sorted(values)
    middle, late = marks[len(marks) // 2], _late(values)
    print(f"{name:34} p50 {middle:7.1f}  p95 {late:7.1f}  max {marks[-1]:7.1f} ms")


def main() -> None:
    cold, warm, size, memory = cost()
    print(f"a picture: cold {cold:.0f} ms, warm {warm:.1f} ms CPU, {size / 1_000:.1f} kB,", end=" ")
    print(f"{memory:.0f} MB more memory")
    if find_spec("matplotlib"):
        theirs_cold, theirs = by_matplotlib(drawn(Look(120)))
        print(f"by matplotlib: cold {theirs_cold:.0f} ms, warm {theirs:.1f} ms CPU:", end=" ")
        print(f"ours is 1/{theirs_cold / cold:.1f} and 1/{theirs / warm:.1f} of it")
    _told("the loop wakes late by itself", asyncio.run(lags(0)))
    _told("the loop wakes late beside charts", asyncio.run(lags(PICTURES)))
    anew, again = asyncio.run(waits())
    _told("/chart, drawn anew", anew)
    _told("/chart, shown again", again)
    if max(_late(anew), _late(again)) > 500 or size > 40_000:
        raise SystemExit("A goal was missed.")


if __name__ == "__main__":
    main()
