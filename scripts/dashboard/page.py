"""The whole page: one file that needs no server, no network and no script to be read."""

from importlib.resources import files

from dashboard.board import Board
from dashboard.cards import card
from dashboard.figures import delivery, lead_times, pipeline
from dashboard.markup import copied, escape, length, link, moment, numbered, tag, whole_table
from dashboard.timeline import listed, timeline

_MOST_TURNED = 10


def page(shown: Board) -> str:
    """Return the page of a board. It holds nothing that the board does not."""
    style, script = _asset("page.css"), _asset("page.js")
    cards = tag("div", "".join(card(place, shown.at) for place in shown.places), kind="cards")
    flags = _flags(shown)
    body = [
        _head(shown),
        cards,
        _part("timeline", "The last 30 days", timeline(shown) + _key()),
        _part("delivery", "Delivery", delivery(shown) + lead_times(shown, shown.at)),
        _part("pipeline", "Pipeline", pipeline(shown)),
        _part("flags", "Feature flags", flags),
        _part("deployments", "Deployments", _filter() + _deployments(shown)),
        _foot(shown),
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}; img-src data:">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        f"<title>What runs where</title><style>{style}</style></head>"
        f"<body><main>{''.join(body)}</main><script>{script}</script></body></html>\n"
    )


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _head(shown: Board) -> str:
    warnings = []
    if shown.demonstration:
        warnings.append("This is a demonstration: a made-up ledger, no real deployment.")
    if shown.broken is not None:
        warnings.append(
            f"The ledger was tampered with: event {shown.broken.seq}, {shown.broken.reason}. "
            "Nothing on this page can be trusted."
        )
    told = "".join(tag("p", escape(words), kind="warning", role="alert") for words in warnings)
    built = f"As of {moment(shown.at)}"
    old = tag("span", "", id="old", data_built=shown.at.isoformat())
    parts = "".join(tag("a", words, href=f"#{name}") for name, words in _PARTS)
    menu = tag("nav", parts, aria_label="Parts of the page")
    return tag("header", tag("h1", "What runs where") + tag("p", f"{built} {old}") + menu) + told


_PARTS = (
    ("timeline", "Timeline"),
    ("delivery", "Delivery"),
    ("pipeline", "Pipeline"),
    ("flags", "Flags"),
    ("deployments", "Deployments"),
)


def _part(name: str, title: str, inside: str) -> str:
    return tag("section", tag("h2", escape(title)) + inside, id=name)


def _key() -> str:
    return tag(
        "p",
        '<span class="deployed">■ deployed</span> <span class="rolled-back">□ rolled back</span> '
        '<span class="failed">■ failed</span> <span class="under-way">■ under way</span> '
        "▨ under watch; the line below: "
        '<span class="healthy">▬ healthy</span> <span class="impaired">▬ impaired</span> '
        '<span class="down">▬ out of service</span>',
        kind="key",
    )


def _flags(shown: Board) -> str:
    names = sorted({flag for place in shown.places for flag in place.flags})
    rows = [
        [escape(name), *(escape(place.flags.get(name, "none")) for place in shown.places)]
        for name in names
    ]
    head = ("Flag", *(place.name for place in shown.places))
    turned = [
        [
            moment(it.at),
            escape(it.environment),
            escape(it.flag),
            f"{escape(it.old)} → {tag('strong', escape(it.new))}",
            escape(it.actor),
            escape(it.reason),
            moment(it.expires_at) if it.expires_at else "",
        ]
        for it in shown.turned[:_MOST_TURNED]
    ]
    words = ("When", "Environment", "Flag", "Change", "By", "Why", "Until")
    changed = whole_table("Turned without a release, the newest first", words, turned)
    return whole_table("Now, by environment", head, rows) + (changed if turned else "")


def _filter() -> str:
    return tag(
        "p",
        '<label>Show only <input id="filter" type="search" autocomplete="off" '
        'placeholder="production, 1.2.0, ada …"></label> '
        '<span class="soft">or press <kbd>/</kbd></span>',
    )


def _deployments(shown: Board) -> str:
    rows = [
        [
            tag("a", escape(story.version), href=f"#{story.name}", id=story.name),
            escape(story.environment),
            moment(story.started),
            length(story.finished - story.started) if story.finished else "under way",
            escape(story.actor),
            escape(story.approver or "none"),
            tag("span", escape(story.outcome), kind=story.outcome.replace(" ", "-")),
            escape(story.reason),
            link(story.run, "run") if story.run else "",
        ]
        for story in listed(shown)
    ]
    head = ("Version", "Environment", "Started", "Took", "By", "Approved", "Outcome", "Why", "Run")
    every = sum(len(place.told) for place in shown.places)
    left = f"; {every - len(rows)} older ones are in the ledger" if every > len(rows) else ""
    return whole_table(f"Deployments, the newest first{left}", head, rows)


def _foot(shown: Board) -> str:
    words = f"{shown.events} events in {numbered(len(shown.heads), 'ledger')}."
    if shown.heads:
        words += " Check them yourself; --ledger says where one is, and the hash that it was whole:"
    commands = "".join(
        copied(f"python -m deploy history --verify --head {head}", "Copy the command")
        for head in shown.heads
    )
    return tag("footer", tag("p", words) + commands)
