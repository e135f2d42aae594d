"""`python -m costs`: what each profile costs a month, as the tables of docs/deployment/costs.md."""

import sys
from collections.abc import Callable, Mapping, Sequence

from costs.bill import Line, bill
from costs.prices import load
from costs.usage import Usage, of_cheap, of_standard

PROFILES: dict[str, Callable[[], Usage]] = {
    "cheap": of_cheap,
    "production alone": lambda: of_standard(["production"]),
    "staging and production": lambda: of_standard(["production", "staging"]),
    "hardened": lambda: of_standard(["production", "staging"], private=True),
}


def bills() -> dict[str, Sequence[Line]]:
    """Return the bill of every profile by its name."""
    prices = load()
    return {name: bill(usage(), prices) for name, usage in PROFILES.items()}


def table(found: Mapping[str, Sequence[Line]]) -> str:
    """Write bills as one Markdown table, a column each.

    >>> from decimal import Decimal
    >>> print(table({"small": [Line("month", Decimal("6.3"), Decimal("7.9"))]}))
    | US dollars a month | small |
    |---|---|
    | **month** | **6.30 to 7.90** |
    """
    rows = list(dict.fromkeys(line.what for lines in found.values() for line in lines[:-1]))
    lines = [f"| US dollars a month | {' | '.join(found)} |", "|---" * (len(found) + 1) + "|"]
    for what in rows:
        cells = [
            _cell(next((it for it in bill if it.what == what), None)) for bill in found.values()
        ]
        lines.append(f"| {what} | {' | '.join(cells)} |")
    sums = [f"**{_cell(bill[-1])}**" for bill in found.values()]
    return "\n".join([*lines, f"| **month** | {' | '.join(sums)} |"])


def _cell(line: Line | None) -> str:
    if line is None:
        return "–"
    if line.least == line.most:
        return f"{line.most:.2f}"
    return f"{line.least:.2f} to {line.most:.2f}"


def main() -> int:
    """Print the table."""
    print(table(bills()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
