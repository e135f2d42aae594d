"""What the team hears, over real HTTP; and that a deaf channel changes nothing."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pipeline.notify import main, status_of

NEEDS = {
    "tests": {"result": "success", "outputs": {}},
    "deploy": {"result": "failure", "outputs": {"ending": "rolled back"}},
    "notes": {"result": "skipped"},
}


class Channel(ThreadingHTTPServer):
    """Slack and Telegram: keeps what it was told, and answers with `status`."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[tuple[str, dict[str, Any]]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Channel)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def channel() -> Iterator[Channel]:
    server = Channel()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def run(monkeypatch: pytest.MonkeyPatch, channel: Channel) -> None:
    told = {
        "ENVIRONMENT": "production",
        "NEEDS": json.dumps(NEEDS),
        "GITHUB_REPOSITORY": "owner/name",
        "GITHUB_REF_NAME": "release/<b>&",
        "GITHUB_SHA": "0123456789abcdef",
        "GITHUB_ACTOR": "ada",
        "GITHUB_RUN_ID": "7",
        "SLACK_WEBHOOK": f"{channel.address}/hooks/a-secret-word",
        "NOTIFY_BOT_TOKEN": "1:another-secret",
        "NOTIFY_CHAT": "-100",
        "TELEGRAM_API_URL": channel.address,
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)


def test_both_hear_repository_branch_commit_and_status(channel: Channel) -> None:
    assert main() == 0

    (slack_path, slack), (telegram_path, telegram) = channel.heard
    assert (slack_path, telegram_path) == (
        "/hooks/a-secret-word",
        "/bot1:another-secret/sendMessage",
    )
    fields = [it["text"] for it in slack["blocks"][1]["fields"]]
    assert fields[:4] == [
        "*Repository*\nowner/name",
        "*Branch*\nrelease/&lt;b&gt;&amp;",
        "*Commit*\n0123456789ab",
        "*Status*\nrolled back, deploy failed",
    ]
    assert telegram["chat_id"] == "-100"
    assert telegram["text"].splitlines() == [
        "❌ production: rolled back, deploy failed",
        "Repository: owner/name",
        "Branch: release/<b>&",
        "Commit: 0123456789ab",
        "Status: rolled back, deploy failed",
        "By: ada",
        "https://github.com/owner/name/actions/runs/7",
    ]


def test_a_channel_that_refuses_is_named_without_its_secret(
    channel: Channel, capsys: pytest.CaptureFixture[str]
) -> None:
    channel.status = 500

    assert main() == 0
    printed = capsys.readouterr().out
    assert "::warning::Slack was not told: it answered 500." in printed
    assert "::warning::Telegram was not told: it answered 500." in printed
    assert "secret" not in printed


def test_both_hear_the_report_of_the_deployment(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "↩️ 1.2.0 to production: rolled back\n- Took: 5 min"
    outputs = {"ending": "rolled back", "report": json.dumps(text)}
    monkeypatch.setenv("NEEDS", json.dumps({"deploy": {"result": "failure", "outputs": outputs}}))
    assert main() == 0

    (_, slack), (_, telegram) = channel.heard
    assert {"type": "plain_text", "text": text} in [it.get("text") for it in slack["blocks"]]
    assert telegram["text"].endswith(f"/actions/runs/7\n\n{text}")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/a-secret", "a-secret", "file:///a-secret"])
def test_an_address_that_does_not_answer_or_is_none_is_said_without_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK", address)

    assert main() == 0
    printed = capsys.readouterr().out
    assert "::warning::Slack was not told" in printed
    assert "a-secret" not in printed


def test_who_is_not_set_up_is_not_told(
    channel: Channel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("SLACK_WEBHOOK", "NOTIFY_CHAT"):
        monkeypatch.delenv(name)

    assert main() == 0
    assert channel.heard == []
    assert "Slack is not set up.\nTelegram is not set up." in capsys.readouterr().out


@pytest.mark.parametrize("needs", ["", "no JSON", "[]", '{"deploy": null}'])
def test_results_that_nobody_can_read_are_told_as_that_and_never_as_success(
    channel: Channel, monkeypatch: pytest.MonkeyPatch, needs: str
) -> None:
    monkeypatch.setenv("NEEDS", needs)

    assert main() == 0
    assert len(channel.heard) == 2
    assert all("❌" in content["text"] for _, content in channel.heard)


def test_what_was_cancelled_is_said() -> None:
    needs = {"tests": {"result": "cancelled"}, "deploy": {"result": "skipped", "outputs": None}}

    assert status_of(needs) == ("tests cancelled", False)
