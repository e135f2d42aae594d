"""`python -m gitflow VERB ...`: branches and versions by the rules of CONTRIBUTING.md.

init [--github OWNER/NAME [--app NUMBER]]
                                    create develop, and GitHub's rules; the App releases
start feature|bugfix CA-123-words   begin something new
start release [v1.2.3]              begin a release, by default the next minor version
start hotfix [v1.2.3-]words         begin a correction of what is out
finish [BRANCH]                     merge it where it goes; tag and bring back a release
back-merge [--list]                 merge main into develop and every open release
next-version [major|minor|patch]    print the version after the newest tag
version [BRANCH]                    print what the branch's newest commit is called
notes VERSION                       print what the changelog says of a version
check-pr [HEAD BASE]                may this pull request be? From HEAD_REF, BASE_REF by default
check-main                          did everything come to main by release or hotfix?
"""

import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from gitflow import changelog, flow, publish, rulesets
from gitflow.branches import KINDS, complaints
from gitflow.repository import Refused, Repository
from gitflow.versions import PARTS


def _init(here: Repository, words: Sequence[str]) -> int:
    print("created develop" if flow.init(here) else "develop was there")
    match list(words):
        case []:
            return 0
        case ["--github", name]:
            done = rulesets.apply(name)
        case ["--github", name, "--app", number] if number.isdecimal():
            done = rulesets.apply(name, app=number)
        case _:
            return _usage()
    print("\n".join(done))
    return 0


def _start(here: Repository, words: Sequence[str]) -> int:
    if not words or words[0] not in KINDS or (len(words) < 2 and words[0] != "release"):
        return _usage()
    print(flow.start(here, words[0], words[1] if len(words) > 1 else "", _today()))
    return 0


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _finish(here: Repository, words: Sequence[str]) -> int:
    return _told(flow.finish(here, *words[:1]))


def _back_merge(here: Repository, words: Sequence[str]) -> int:
    if "--list" in words:
        print("\n".join(name for name in flow.open_branches(here)))
        return 0
    return _told(flow.back_merge(here))


def _told(done: flow.BackMerge) -> int:
    for branch in done.merged:
        print(f"main is now in {branch}")
    for branch, files in done.conflicts.items():
        print(f"{branch} and main both changed {', '.join(files)}: merge main into it by hand")
    return 1 if done.conflicts else 0


def _next_version(here: Repository, words: Sequence[str]) -> int:
    part = words[0] if words else "minor"
    if part not in PARTS:
        return _usage()
    print(flow.next_version(here, part))
    return 0


def _version(here: Repository, words: Sequence[str]) -> int:
    print(flow.called(here, words[0] if words else here.branch()))
    return 0


def _notes(here: Repository, words: Sequence[str]) -> int:
    text = (here.folder / "CHANGELOG.md").read_text(encoding="utf-8")
    try:
        print(changelog.notes(text, words[0].removeprefix("v") if words else changelog.UNRELEASED))
    except LookupError as error:
        raise Refused(str(error)) from None
    return 0


def _check_pr(here: Repository, words: Sequence[str]) -> int:
    head, base = words if len(words) == 2 else (os.environ.get(it, "") for it in _REFS)
    if not base:
        print("This is no pull request.")
        return 0
    wrong = list(complaints(head, base, here.declared()))
    print("\n".join(wrong) or f"{head} may go to {base}.")
    return 1 if wrong else 0


_REFS = ("HEAD_REF", "BASE_REF")


def _publish_start(here: Repository, words: Sequence[str]) -> int:
    asked = words[0] if words else os.environ.get("RELEASE", "")
    for said in publish.begin(here, asked, _today()):
        print(said)
    return 0


def _publish(here: Repository, words: Sequence[str]) -> int:
    for said in publish.finish(here, words[0] if words else os.environ.get("HEAD_REF", "")):
        print(said)
    return 0


def _check_main(here: Repository, _: Sequence[str]) -> int:
    wrong = flow.history_complaints(here)
    print("\n".join(wrong) or "Everything came to main by the rules.")
    return 1 if wrong else 0


VERBS: dict[str, Callable[[Repository, Sequence[str]], int]] = {
    "init": _init,
    "start": _start,
    "finish": _finish,
    "back-merge": _back_merge,
    "next-version": _next_version,
    "version": _version,
    "notes": _notes,
    "check-pr": _check_pr,
    "publish-start": _publish_start,
    "publish": _publish,
    "check-main": _check_main,
}


def main(arguments: Sequence[str]) -> int:
    """Do what the first word says, in the repository of the current folder."""
    if not arguments or arguments[0] not in VERBS:
        return _usage()
    try:
        return VERBS[arguments[0]](Repository(Path.cwd()), list(arguments[1:]))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1


def _usage() -> int:
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
