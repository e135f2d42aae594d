"""Pages that must keep up with the code."""

import re
import tomllib
from pathlib import Path

import pytest

from common.settings import ProgramSettings
from local.environment import APART
from market_data.settings import Settings as MarketDataSettings
from telegram_bot.settings import Settings as BotSettings

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]


def direct_dependencies() -> set[str]:
    lines = [line for extra in EXTRAS.values() for line in extra]
    for name in APART:
        listed = (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
        lines += [line for line in listed if not line.startswith("#")]
    return {re.split(r"[;\s<>=\[]", line)[0] for line in lines} - {"crypto-assistant"}


def test_every_direct_dependency_has_a_reason_and_no_reason_lacks_one() -> None:
    page = (ROOT / "docs/development/dependencies.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| ([A-Za-z][\w.-]+) \|", page, re.MULTILINE)) - {"package"}

    assert listed == direct_dependencies()


@pytest.mark.parametrize("settings", [ProgramSettings, MarketDataSettings, BotSettings])
def test_every_setting_is_described(settings: type[ProgramSettings]) -> None:
    page = (ROOT / "docs/development/settings.md").read_text(encoding="utf-8")

    for name in settings.model_fields:
        assert f"| `{name.upper()}` |" in page


def test_the_example_holds_every_setting_switched_off() -> None:
    page = (ROOT / "docs/development/settings.md").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    named = re.findall(r"^#([A-Z_]+)=\S+$", example, re.MULTILINE)

    assert sorted(named) == sorted(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    assert all(line.startswith("#") for line in example.splitlines() if line)


LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


@pytest.mark.parametrize(
    "page",
    [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
