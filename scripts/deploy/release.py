"""The release file: what is deployed. Written once by the build, read strictly, never guessed."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

Architecture = Literal["amd64", "arm64"]
_ARCHITECTURES: tuple[Architecture, ...] = get_args(Architecture)
_FIELDS = {"version", "revision", "tree", "architecture", "images", "schema", "flags"}
_OPTIONAL = {"commits", "pipeline"}
_SCHEMA = {"needs", "newest", "oldest_program"}
_REVISION = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
_REPOSITORY = re.compile(r"[a-z0-9][a-z0-9._/:-]{0,254}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,63}")


class BadRelease(ValueError):
    """The sentence says what about a release file is wrong."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image that cannot change: a repository and the digest of the content in it."""

    repository: str
    digest: str

    @property
    def reference(self) -> str:
        """As a task definition names it."""
        return f"{self.repository}@{self.digest}"


@dataclass(frozen=True, slots=True)
class Schema:
    """What its program knows of the database.

    Attributes:
        needs: The last step that must have been taken, else it does not start.
        newest: The last step that it brings.
        oldest_program: Programs whose `newest` is less cannot work once its steps were taken.
    """

    needs: int
    newest: int
    oldest_program: int


@dataclass(frozen=True, slots=True)
class Release:
    """One tested content: every program of it, by digest.

    Attributes:
        images: By the name of the program.
        tree: Git's name of the content, the same before and after a merge.
        flags: Hash over the definitions of the flags.
        commits: sha, at and subject of what is new in it, for the ledger's readers.
        pipeline: What the run measured: build_seconds, coverage, tests, failures.
    """

    version: str
    revision: str
    tree: str
    architecture: Architecture
    images: Mapping[str, Image]
    schema: Schema
    flags: str
    commits: tuple[Mapping[str, str], ...] = ()
    pipeline: Mapping[str, Any] | None = None

    @property
    def identity(self) -> str:
        """Hash over what runs: two files with the same one deploy the same."""
        told = [self.version, self.revision, sorted(it.reference for it in self.images.values())]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def content(self) -> dict[str, Any]:
        """Return what `parse` reads."""
        images = {
            name: {"repository": it.repository, "digest": it.digest}
            for name, it in sorted(self.images.items())
        }
        schema = {name: getattr(self.schema, name) for name in sorted(_SCHEMA)}
        plain = {name: getattr(self, name) for name in ("version", "revision", "tree", "flags")}
        told = {**plain, "architecture": self.architecture, "images": images, "schema": schema}
        if self.commits:
            told["commits"] = [dict(commit) for commit in self.commits]
        return told | ({"pipeline": dict(self.pipeline)} if self.pipeline is not None else {})


def read(path: Path) -> Release:
    """Read a release file.

    Raises:
        BadRelease: If it is none.
        OSError: If it cannot be read.
    """
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        how = "python -m supply.release writes one, and the pipeline keeps it with its run"
        raise BadRelease(f"There is no release file {path}: {how}.") from None
    except BadRelease as error:
        raise BadRelease(f"{path}: {error}") from None
    except ValueError as error:
        raise BadRelease(f"{path} is no JSON: {error}.") from None


def parse(found: Any) -> Release:
    """Return the release that `found` describes.

    Raises:
        BadRelease: Names the first field that is wrong, and what would be right.
    """
    found = _object(found, "the release", _FIELDS, _OPTIONAL)
    images = found["images"]
    if not isinstance(images, dict) or not images:
        raise BadRelease("images must name at least one program.")
    architecture = found["architecture"]
    if architecture not in _ARCHITECTURES:
        raise BadRelease(f"architecture must be one of {', '.join(_ARCHITECTURES)}.")
    return Release(
        version=_text(found, "version", _VERSION, "like 1.4.0"),
        revision=_text(found, "revision", _REVISION, "40 hexadecimal digits"),
        tree=_text(found, "tree", _REVISION, "40 hexadecimal digits"),
        architecture=architecture,
        images={name: _image(name, it) for name, it in images.items()},
        schema=_schema(found["schema"]),
        flags=_text(found, "flags", _SHA256, "64 hexadecimal digits"),
        commits=tuple(_commits(found.get("commits", []))),
        pipeline=found.get("pipeline"),
    )


def _image(name: str, found: Any) -> Image:
    if not _NAME.fullmatch(name):
        raise BadRelease(f"images: {name!r} is no name of a program.")
    found = _object(found, f"images.{name}", {"repository", "digest"})
    return Image(
        repository=_text(found, "repository", _REPOSITORY, "without a tag", f"images.{name}."),
        digest=_text(found, "digest", _DIGEST, "sha256: and 64 hex digits", f"images.{name}."),
    )


def _schema(found: Any) -> Schema:
    found = _object(found, "schema", _SCHEMA)
    for name in sorted(_SCHEMA):
        if type(found[name]) is not int or found[name] < 0:
            raise BadRelease(f"schema.{name} must be a whole number from 0 on.")
    schema = Schema(**found)
    if not schema.oldest_program <= schema.newest or not schema.needs <= schema.newest:
        raise BadRelease("schema: needs and oldest_program cannot be above newest.")
    return schema


def _commits(found: Any) -> Iterable[Mapping[str, str]]:
    if not isinstance(found, list):
        raise BadRelease("commits must be a list.")
    for row in found:
        row = _object(row, "commits", {"sha", "at", "subject"})
        if not all(isinstance(value, str) for value in row.values()):
            raise BadRelease("commits: sha, at and subject are texts.")
        yield row


def _object(
    found: Any, name: str, wanted: set[str], optional: Iterable[str] = ()
) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise BadRelease(f"{name} must be an object.")
    if missing := wanted - found.keys():
        raise BadRelease(f"{name} lacks {', '.join(sorted(missing))}.")
    if unknown := found.keys() - wanted - set(optional):
        raise BadRelease(f"{name} has {', '.join(sorted(unknown))}, which nobody reads.")
    return found


def _text(
    found: Mapping[str, Any], name: str, form: re.Pattern[str], like: str, of: str = ""
) -> str:
    value = found[name]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise BadRelease(f"{of}{name} must be {like}, not {value!r}.")
    return value
