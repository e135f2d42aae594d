"""Reports to the team's channels."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pipeline.spoken import shortened
from pipeline.tell import main
from tests.support.threaded import served


def test_a_report_goes_to_slack_and_telegram_in_whole_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    heard: list[tuple[str, dict[str, object]]] = []

    async def hear(request: Request) -> JSONResponse:
        heard.append((request.url.path, await request.json()))
        return JSONResponse({"ok": True})

    report = tmp_path / "report.md"
    table = "| Metric | Value | Target |\n|---|---|---|\n| Lead time | 2 h | \\< 1 h |\n"
    news = "- \\<\\!channel\\> [run](https://example.org/1) `a_flag` \\_\n"
    report.write_text(f"# The week\n\n{table}\n{news}" + "a line\n" * 1_000)
    monkeypatch.setenv("GITHUB_RUN_ID", "7")
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/it")
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    app = Starlette(routes=[Route("/{path:path}", hear, methods=["POST"])])
    with served(lambda: app) as address:
        monkeypatch.setenv("SLACK_WEBHOOK", f"{address}/slack")
        monkeypatch.setenv("TELEGRAM_API_URL", address)
        monkeypatch.setenv("NOTIFY_BOT_TOKEN", "1:a")
        monkeypatch.setenv("NOTIFY_CHAT", "-100")
        assert main([str(report)]) == 0

    assert [path for path, _ in heard] == ["/slack", "/bot1:a/sendMessage"]
    assert heard[1][1]["chat_id"] == "-100"
    for _, content in heard:
        text = str(content["text"])
        assert text.startswith("The week\n\n- Lead time: 2 h; target ")
        assert text.endswith("a line\n…\nAll of it: https://github.com/owner/it/actions/runs/7")
        assert "channel" in text and "\\" not in text and "|" not in text
    slack, telegram = (str(content["text"]) for _, content in heard)
    assert "<" not in slack and len(slack) <= 3_000  # nobody is called by what a ledger says
    assert "- <!channel> run https://example.org/1 a_flag _\n" in telegram
    assert len(telegram) <= 4_096
    assert "1:a" not in capsys.readouterr().out


def test_no_report_is_misuse_and_a_short_one_stays_as_it_is(tmp_path: Path) -> None:
    assert main([]) == main([str(tmp_path / "none")]) == 2
    assert shortened("short", 10) == "short"
