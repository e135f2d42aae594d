"""Releases, places and clocks for the tests of the deploy tool."""

import hashlib
from typing import Any

from deploy.place import Place, Service
from deploy.release import Release, parse

REGISTRY = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/crypto-assistant"
PROGRAMS = ("market-data", "telegram-bot")


def digest(version: str, program: str) -> str:
    """The digest that this program has in this version."""
    return "sha256:" + hashlib.sha256(f"{version} {program}".encode()).hexdigest()


def content(version: str = "1.0.0", newest: int = 6, oldest_program: int = 1) -> dict[str, Any]:
    """A release file's content."""
    images = {
        it: {"repository": f"{REGISTRY}/{it}", "digest": digest(version, it)} for it in PROGRAMS
    }
    schema = {"needs": newest, "newest": newest, "oldest_program": oldest_program}
    name = hashlib.sha1(version.encode(), usedforsecurity=False).hexdigest()
    told = {"version": version, "revision": name, "tree": name, "flags": "f" * 64}
    return {**told, "architecture": "arm64", "images": images, "schema": schema}


def release(version: str = "1.0.0", newest: int = 6, oldest_program: int = 1) -> Release:
    """A release."""
    return parse(content(version, newest, oldest_program))


def place(production: str = "", test: str = "", **changed: Any) -> Place:
    """An environment with both programs; the bot can be asked where addresses are given."""
    services = (
        Service("market-data", "staging-market-data"),
        Service("telegram-bot", "staging-telegram-bot", production=production, test=test),
    )
    told = {"region": "eu-central-1", "cluster": "staging", "ledger": "unused", **changed}
    return Place(environment="staging", services=services, **told)
