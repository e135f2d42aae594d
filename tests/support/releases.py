"""Releases, places and clocks for the tests of the deploy tool."""

import hashlib
from typing import Any

from deploy.place import Place, Service
from deploy.release import Release, parse

REGISTRY = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/crypto-assistant"
PROGRAMS = ("market-data", "telegram-bot")


VERSIONS = ("1.0.0", "1.0.5", "1.1.0", "1.2.0", "1.3.0", "2.0.0")
SMOKE_TOKEN = "let-me"
WEBHOOK = "https://bot.example.org/telegram"


def digest(version: str, program: str) -> str:
    """The digest that this program has in this version."""
    return "sha256:" + hashlib.sha256(f"{version} {program}".encode()).hexdigest()


def revision(version: str) -> str:
    """The commit that this version is built of."""
    return hashlib.sha1(version.encode(), usedforsecurity=False).hexdigest()


def version_of(found: str) -> str:
    """The version that has a program with this digest; empty when none does."""
    known = ((version, digest(version, it)) for version in VERSIONS for it in PROGRAMS)
    return next((version for version, its in known if its == found), "")


def content(version: str = "1.0.0", newest: int = 6, oldest_program: int = 1) -> dict[str, Any]:
    """A release file's content."""
    images = {
        it: {"repository": f"{REGISTRY}/{it}", "digest": digest(version, it)} for it in PROGRAMS
    }
    schema = {"needs": newest, "newest": newest, "oldest_program": oldest_program}
    name = revision(version)
    told = {"version": version, "revision": name, "tree": name, "flags": "f" * 64}
    return {**told, "architecture": "arm64", "images": images, "schema": schema}


def release(version: str = "1.0.0", newest: int = 6, oldest_program: int = 1) -> Release:
    """A release."""
    return parse(content(version, newest, oldest_program))


def place(production: str = "", test: str = "", **changed: Any) -> Place:
    """An environment with both programs; the bot can be asked where addresses are given."""
    services = (
        Service("market-data", "staging-market-data", parameter="/staging/market-data"),
        Service(
            "telegram-bot",
            "staging-telegram-bot",
            production=production,
            test=test,
            lease=test,
            parameter="/staging/telegram-bot",
            migrate="telegram_bot.migrate expand",
            webhook=WEBHOOK,
        ),
    )
    told = {"region": "eu-central-1", "cluster": "staging", "ledger": "unused", **changed}
    return Place(environment="staging", services=services, **told)
