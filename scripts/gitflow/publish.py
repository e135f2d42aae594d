"""What the pipeline does with a release on GitHub, through GitHub's command `gh`.

Its token is that of an App: what an App pushes starts workflows, so the tag starts production.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gitflow import changelog
from gitflow.branches import DEVELOP, MAIN, version_of
from gitflow.flow import next_version, start
from gitflow.repository import Refused, Repository
from gitflow.rulesets import gh


def begin(here: Repository, asked: str, today: str) -> Iterator[str]:
    """Start a release, push it, and open its pull request to main; say what was done.

    Doing it again does what is left to do.
    """
    _say_who(here)
    branch = f"release/{asked or next_version(here).tag}"
    pushed = here.holds("rev-parse", "--verify", "--quiet", f"refs/remotes/origin/{branch}")
    if pushed and branch.partition("/")[2] not in here.tags():
        yield f"{branch} was there"
    else:
        branch = start(here, "release", asked, today)
        gh("auth", "setup-git")
        here.git("push", "--quiet", "origin", branch)
        yield f"pushed {branch}"
    title = f"Release {branch.partition('/')[2]}"
    yield _pull_request(branch, MAIN, title, "See CHANGELOG.md for what is in it.")


def finish(here: Repository, branch: str) -> Iterator[str]:
    """Tag what was merged, publish its notes, and open the pull requests that bring it back.

    Doing it again does what is left to do.

    Args:
        here: The merge commit on main.
        branch: The release or hotfix that was merged.
    """
    version = version_of(branch)
    if version is None:
        raise Refused(f"{branch!r} is no release and no hotfix.")
    declared = here.declared()
    if declared != str(version):
        raise Refused(f"{branch} is about {version}, but pyproject.toml says {declared}.")
    _say_who(here)
    text = (here.folder / "CHANGELOG.md").read_text(encoding="utf-8")
    notes = changelog.notes(text, str(version))
    if version.tag in here.tags():
        yield f"{version.tag} was there"
    else:
        _tag(here, version.tag, _message(str(version)))
        gh("auth", "setup-git")
        here.git("push", "--quiet", "origin", version.tag)
        yield f"pushed {version.tag}"
    if version.tag not in _published():
        gh("release", "create", version.tag, "--verify-tag", "--title", version.tag)
        gh("release", "edit", version.tag, "--notes", notes)
        yield f"published {version.tag}"
    for target in _targets(here, branch):
        yield _pull_request(
            MAIN, target, f"Bring {version.tag} back to {target}", f"From {branch}."
        )


def _published() -> list[str]:
    listed = gh("release", "list", "--limit", "100", "--json", "tagName")
    return [str(it["tagName"]) for it in json.loads(listed.strip() or "[]")]


def _say_who(here: Repository) -> None:
    """Give git the name of who started the run: a runner's git has none, and commits nothing."""
    actor = os.environ.get("GITHUB_ACTOR", "")
    if actor and not here.holds("config", "user.email"):
        number = os.environ.get("GITHUB_ACTOR_ID", "0")
        here.git("config", "user.name", actor)
        here.git("config", "user.email", f"{number}+{actor}@users.noreply.github.com")


def _message(version: str) -> str:
    """A tag also anchors the ledgers: who writes them cannot move it."""
    from deploy.anchors import anchors, ledgers  # branches need nothing of ours

    return "\n".join([f"Release {version}", "", *anchors(ledgers())]).strip()


def _tag(here: Repository, name: str, message: str) -> None:
    """Set an annotated tag, signed where `RELEASE_SIGNING_KEY` holds an SSH key."""
    words = ("--annotate", name, "--message", message)
    key = os.environ.get("RELEASE_SIGNING_KEY", "")
    if not key:
        here.git("tag", *words)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "key"
        file.touch(mode=0o600)
        file.write_text(key.strip() + "\n", encoding="utf-8")
        signing = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={file}")
        here.git(*signing, "tag", "--sign", *words)


def _targets(here: Repository, branch: str) -> list[str]:
    """Return who lacks what was merged: develop, and releases that are not out yet."""
    known = here.git("branch", "--remotes", "--list", "origin/release/*", "--format=%(refname)")
    releases = [name.removeprefix("refs/remotes/origin/") for name in known.split()]
    out = here.tags()
    coming = [it for it in releases if (found := version_of(it)) and found.tag not in out]
    wanting = [DEVELOP, *(name for name in coming if name != branch)]
    return [name for name in wanting if not here.contains(f"origin/{name}", "HEAD")]


def _pull_request(head: str, base: str, title: str, body: str) -> str:
    listed = gh("pr", "list", "--head", head, "--base", base, "--state", "open", "--json", "url")
    if listed.strip() not in ("", "[]"):
        return f"{head} to {base} was asked for"
    gh("pr", "create", "--head", head, "--base", base, "--title", title, "--body", body)
    return f"asked for {head} to {base}"
