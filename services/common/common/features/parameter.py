"""A sheet in a parameter of AWS's Systems Manager.

It has no conditional write, but it counts versions: whoever finds that another wrote in between
takes that version, makes the change on it, and writes again.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from common.aws.asking import Door, Refused
from common.aws.credentials import region
from common.aws.signing import Request
from common.features.changes import Sheet, read_sheet, write_sheet

_SECONDS = 3.0
_TRIES = 20
_PAUSE_SECONDS = 0.3  # at most, and more with each try: two must not go on crossing each other
_chance = Random()  # spreads load, guards nothing


@dataclass(frozen=True, slots=True)
class ParameterShelf:
    """Attributes: name: Such as `/crypto-assistant/production/flags`."""

    name: str
    door: Door

    @classmethod
    def at(cls, name: str) -> "ParameterShelf":
        """Return the shelf in the region that the environment names."""
        where = region()
        host = f"ssm.{where}.amazonaws.com"
        endpoint = os.environ.get("AWS_ENDPOINT_URL_SSM", "")
        return cls(name, Door("ssm", where, host, endpoint, seconds=_SECONDS))

    def read(self) -> Sheet:
        """Return what it holds."""
        return read_sheet(self._get()[0])

    def change(self, turn: Callable[[Sheet], Sheet]) -> Sheet:
        """Replace what it holds."""
        text, version = self._get()
        for tried in range(1, _TRIES + 1):
            sheet = turn(read_sheet(text))
            written = self._put(write_sheet(sheet), first=version == 0)
            if written == version + 1:
                return sheet
            # Somebody was between our look and our write: ours comes upon theirs.
            self.door.pause(_chance.uniform(0, _PAUSE_SECONDS * tried))
            text, version = self._get()
            if written:
                text, version = self._get(f":{written - 1}")[0], written
        raise OSError(f"Others write to {self.name} without a pause.")

    def _get(self, version: str = "") -> tuple[str, int]:
        """Return text and version; nothing is version 0."""
        try:
            found = self._ask("GetParameter", {"Name": self.name + version})["Parameter"]
        except Refused as error:
            if error.code in ("ParameterNotFound", "ParameterVersionNotFound"):
                return "", 0
            raise
        return str(found["Value"]), int(found["Version"])

    def _put(self, text: str, first: bool) -> int:
        """Write, and return the version; 0 where somebody else was the first."""
        compact = json.dumps(json.loads(text), separators=(",", ":"))
        asked = {"Name": self.name, "Value": compact, "Type": "String", "Overwrite": not first}
        try:
            told = self._ask("PutParameter", {**asked, "Tier": "Intelligent-Tiering"})
        except Refused as error:
            if first and error.code == "ParameterAlreadyExists":
                return 0
            raise
        return int(told["Version"])

    def _ask(self, action: str, asked: dict[str, Any]) -> Any:
        headers = {
            "host": self.door.address,
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"AmazonSSM.{action}",
        }
        request = Request("POST", "/", {}, headers, json.dumps(asked).encode())
        body = self.door.ask(request, f"{action} {self.name}").body
        try:
            return json.loads(body)
        except ValueError:
            raise OSError(f"SSM answered {action} {self.name} with no JSON.") from None
