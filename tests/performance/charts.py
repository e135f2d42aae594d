"""What a chart costs, and how long people wait for one (P9).

make prove PROOFS=charts

CPU, bytes and memory of a picture beside those of an equal one by matplotlib's Agg, which comes to
a folder of its own for that, each in a process of its own: at most a third of its CPU, a quarter of
it for the first one, 40 kB and 50 MB more. And milliseconds from the question to the picture at the
Bot API, drawn anew and shown again: 95 % within 500. What drawing does to the loop: chart_lag.
"""

import asyncio
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from telegram_bot.charts.compose import Look
from telegram_bot.charts.drawing import Chart
from tests.support.drawn import drawn
from tests.support.stack import Chat, assistant

ROOT = Path(__file__).resolve().parents[2]
PEERS, MATPLOTLIB = ROOT / ".run" / "peers", "3.11.2"
PEOPLE = 12
ROUNDS = 8
PICTURES = 40
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


def cost(kind: str) -> dict[str, float]:
    """Return milliseconds of CPU of the first and of a later picture, bytes, and MB of memory."""
    chart = drawn(Look(120))
    draw = _ours if kind == "ours" else _matplotlib
    before, began = _memory(), time.process_time()
    picture = draw(chart)
    cold = time.process_time() - began
    times: list[float] = []
    for _ in range(PICTURES):
        began = time.process_time()
        draw(chart)
        times.append(time.process_time() - began)
    warm = statistics.median(times) * 1e3
    memory = _memory() - before
    return {"cold": cold * 1e3, "warm": warm, "bytes": len(picture), "memory": memory}


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def _ours(chart: Chart) -> bytes:
    from telegram_bot.charts.render import render

    return render(chart)


def _matplotlib(chart: Chart) -> bytes:
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
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def _late(values: Sequence[float]) -> float:
    """Return what 95 % of the values are not above."""
    return sorted(values)[int(len(values) * 0.95)]


def compared() -> dict[str, dict[str, float]]:
    """Return what a picture costs, each kind in a process of its own; ours alone without others."""
    found = {}
    for kind in ("ours", "matplotlib") if _has_matplotlib() else ("ours",):
        command = [sys.executable, "-m", "tests.performance.charts", kind]
        path = os.pathsep.join((str(ROOT), str(PEERS)))
        environment = {**os.environ, "PYTHONPATH": path}
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found[kind] = json.loads(said.stdout)
    return found


def _has_matplotlib() -> bool:
    """Bring matplotlib to a folder of its own: it is no dependency, and nothing else sees it."""
    if not (PEERS / "matplotlib").is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PEERS)]
        subprocess.run([*command, f"matplotlib=={MATPLOTLIB}"], capture_output=True, check=False)
    return (PEERS / "matplotlib").is_dir()


def main() -> int:
    """Return 0 when every goal is met."""
    met = []

    def goal(what: str, value: float, most: float, unit: str) -> None:
        met.append(value <= most)
        words = f"{what}: {value:.3g} of at most {most:.3g} {unit}, {value / most:.2f} of the goal"
        print(f"{'ok  ' if met[-1] else 'FAIL'} {words}", flush=True)

    costs = compared()
    ours = costs["ours"]
    print(f"a picture: cold {ours['cold']:.0f} ms, warm {ours['warm']:.1f} ms of CPU")
    if "matplotlib" in costs:
        theirs = costs["matplotlib"]
        print(f"by matplotlib: cold {theirs['cold']:.0f} ms, warm {theirs['warm']:.1f} ms of CPU")
        goal("P9, warm", ours["warm"], theirs["warm"] / 3, "ms, a third of matplotlib")
        goal("P9, cold", ours["cold"], theirs["cold"] / 4, "ms, a quarter of matplotlib")
    else:
        print("NOT COMPARED: matplotlib cannot be had here")
    goal("P9, size", ours["bytes"] / 1_000, 40, "kB")
    goal("P9, memory", ours["memory"], 50, "MB more")
    anew, again = asyncio.run(waits())
    for what, times in (("drawn anew", anew), ("shown again", again)):
        marks = sorted(times)
        print(f"/chart {what}: p50 {marks[len(marks) // 2]:.0f}, at most {marks[-1]:.0f} ms")
        goal(f"/chart {what}, p95", _late(times), 500, "ms")
    return 0 if all(met) else 1


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(cost(sys.argv[1])))
    else:
        sys.exit(main())
