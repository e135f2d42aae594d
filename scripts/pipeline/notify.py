"""`python -m pipeline.notify`: tell Slack and Telegram what came of a run. Standard library only.

Reads ENVIRONMENT and NEEDS (the results of the run's jobs), and GitHub's own variables. Tells Slack
where SLACK_WEBHOOK is set, Telegram where NOTIFY_BOT_TOKEN and NOTIFY_CHAT are. Always ends with 0:
whether anybody hears of it changes nothing about what happened. Addresses and tokens are never
printed.
"""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.spoken import shortened
from pipeline.steps import mark

_TIMEOUT = 10.0
_BLOCK_TAKES = 3_000  # a text of Slack's
_TELEGRAM = "https://api.telegram.org"


@dataclass(frozen=True, slots=True)
class News:
    """What is told.

    Attributes:
        status: In words; `good` for what went as asked.
        run: The address of the run.
        report: Of the deployment, in lines; empty where nothing was deployed.
    """

    environment: str
    repository: str
    branch: str
    commit: str
    status: str
    good: bool
    actor: str
    run: str
    report: str = ""

    @property
    def title(self) -> str:
        """One line."""
        return f"{'✅' if self.good else '❌'} {self.environment}: {self.status}"

    @property
    def facts(self) -> dict[str, str]:
        """What both tell, in this order."""
        return {
            "Repository": self.repository,
            "Branch": self.branch,
            "Commit": self.commit[:12],
            "Status": self.status,
            "By": self.actor,
        }


def news(variables: Mapping[str, str]) -> News:
    """Return what the variables of a run say."""
    report = ""
    try:
        needs = json.loads(variables["NEEDS"])
        status, good = status_of(needs)
        report = report_of(needs)
    except (AttributeError, KeyError, TypeError, ValueError):
        status, good = "ended, and nobody can read how", False
    repository = variables.get("GITHUB_REPOSITORY", "unknown")
    return News(
        environment=variables.get("ENVIRONMENT") or "unknown",
        repository=repository,
        branch=variables.get("GITHUB_REF_NAME", "unknown"),
        commit=variables.get("GITHUB_SHA", "unknown"),
        status=status,
        good=good,
        actor=variables.get("GITHUB_ACTOR", "unknown"),
        run=run_of(variables),
        report=report,
    )


def run_of(variables: Mapping[str, str]) -> str:
    """Return the address of a run."""
    repository = variables.get("GITHUB_REPOSITORY", "unknown")
    server = variables.get("GITHUB_SERVER_URL", "https://github.com")
    return f"{server}/{repository}/actions/runs/{variables.get('GITHUB_RUN_ID', '')}"


def status_of(needs: Mapping[str, Any]) -> tuple[str, bool]:
    """Return how a run ended, from the results of its jobs, and whether that is good.

    >>> status_of({"tests": {"result": "failure"}, "deploy": {"result": "skipped"}})
    ('tests failed', False)
    >>> status_of({"deploy": {"result": "success", "outputs": {"ending": "deployed"}}})
    ('deployed', True)
    """
    failed = [name for name, it in needs.items() if it["result"] == "failure"]
    cancelled = [name for name, it in needs.items() if it["result"] == "cancelled"]
    endings = [(it.get("outputs") or {}).get("ending", "") for it in needs.values()]
    ending = next((it for it in endings if it), "")
    if failed:
        return (
            f"{ending}, {', '.join(failed)} failed" if ending else f"{', '.join(failed)} failed"
        ), False
    if cancelled:
        return f"{', '.join(cancelled)} cancelled", False
    return ending or "succeeded", True


def report_of(needs: Mapping[str, Any]) -> str:
    """Return the report that a job has handed on; the last one counts, of none it is empty.

    >>> report_of({"deploy": {"outputs": {"report": '"1.2.0: deployed"'}}, "tests": {}})
    '1.2.0: deployed'
    """
    found = [(it.get("outputs") or {}).get("report") for it in needs.values()]
    return next((str(json.loads(it)) for it in reversed(found) if it), "")


def to_slack(told: News) -> dict[str, Any]:
    """Return the message for an incoming webhook."""
    fields = [
        {"type": "mrkdwn", "text": f"*{name}*\n{plain(it)}"} for name, it in told.facts.items()
    ]
    link = {"type": "mrkdwn", "text": f"<{told.run}|The run>"}
    report = {"type": "plain_text", "text": shortened(told.report, _BLOCK_TAKES)}
    return {
        "text": told.title,
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": told.title[:150]}},
            {"type": "section", "fields": fields},
            *([{"type": "section", "text": report}] if told.report else []),
            {"type": "section", "text": link},
        ],
    }


def to_telegram(told: News, chat: str) -> dict[str, Any]:
    """Return the message for the Bot API's sendMessage; plain text, so that no name is markup."""
    lines = [told.title, *(f"{name}: {it}" for name, it in told.facts.items()), told.run]
    lines += ["", told.report] if told.report else []
    return {
        "chat_id": chat,
        "text": "\n".join(lines)[:4096],
        "link_preview_options": {"is_disabled": True},
    }


def plain(text: str) -> str:
    """Return text in which Slack finds no link and nobody to call."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def post(address: str, content: Mapping[str, Any]) -> str:
    """Send JSON; return what went wrong without the address, or nothing."""
    if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
        return "its address does not begin with https://"
    body = json.dumps(content).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT):  # nosec B310: looked at above
            return ""
    except urllib.error.HTTPError as error:
        error.close()
        return f"it answered {error.code}"
    except (OSError, ValueError) as error:
        return f"no answer ({type(error).__name__})"


def main() -> int:
    """Tell whoever is set up, and say who was not told; return 0."""
    told = news(os.environ)
    print(told.title)
    send(to_slack(told), to_telegram(told, os.environ.get("NOTIFY_CHAT", "")))
    return 0


def send(slack: Mapping[str, Any], telegram: Mapping[str, Any]) -> None:
    """Send both messages to whoever is set up, and say who was not told."""
    token, chat = os.environ.get("NOTIFY_BOT_TOKEN", ""), os.environ.get("NOTIFY_CHAT", "")
    api = os.environ.get("TELEGRAM_API_URL") or _TELEGRAM
    ways = {
        "Slack": (os.environ.get("SLACK_WEBHOOK", ""), slack),
        "Telegram": (f"{api}/bot{token}/sendMessage" if token and chat else "", telegram),
    }
    for name, (address, content) in ways.items():
        if not address:
            print(f"{name} is not set up.")
        elif trouble := post(address, content):
            mark("warning", f"{name} was not told: {trouble}.")
        else:
            print(f"{name} was told.")


if __name__ == "__main__":
    sys.exit(main())
