"""What a person does with branches: start one, finish it, bring main back to where others work."""

from dataclasses import dataclass, field

from gitflow import changelog
from gitflow.branches import DEVELOP, KINDS, MAIN, complaints, kind_of, version_of
from gitflow.repository import Refused, Repository
from gitflow.versions import Version, latest

FIRST = Version(0, 1, 0)


@dataclass(frozen=True, slots=True)
class BackMerge:
    """What came of bringing main back.

    Attributes:
        merged: Branches that took it.
        already: Branches that had it.
        conflicts: Files that a person must settle, by branch; those branches stay as they were.
    """

    merged: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    conflicts: dict[str, list[str]] = field(default_factory=dict)


def init(repository: Repository) -> bool:
    """Create develop from main; return False if it was there."""
    if DEVELOP in repository.branches():
        return False
    if MAIN not in repository.branches():
        raise Refused(f"There is no branch {MAIN}: commit something to it first.")
    repository.git("branch", DEVELOP, MAIN)
    return True


def next_version(repository: Repository, part: str = "minor") -> Version:
    """Return the version that comes after the newest tag; 0.1.0 when there is none."""
    newest = latest(repository.tags())
    return newest.next(part) if newest else FIRST


def start(repository: Repository, kind_name: str, rest: str, today: str) -> str:
    """Begin a branch where its kind begins, and return its name.

    Args:
        repository: Without uncommitted changes.
        kind_name: feature, bugfix, release or hotfix.
        rest: What follows the slash. A release may leave it out; a hotfix may leave its version
            out and give words alone.
        today: The day that a release or hotfix writes into the changelog, as 2030-12-31.
    """
    kind = KINDS[kind_name]
    if kind_name == "release" and not rest:
        rest = next_version(repository).tag
    if kind_name == "hotfix" and not rest.startswith("v"):
        rest = f"{next_version(repository, 'patch').tag}-{rest}"
    branch = f"{kind_name}/{rest}"
    if kind_of(branch) is None:
        raise Refused(f"{branch!r} is no name of a branch here; a good one is {kind.example}.")
    version = version_of(branch)
    newest = latest(repository.tags())
    if version and newest and version <= newest:
        raise Refused(f"{version} does not come after {newest}, which is out already.")
    repository.must_be_clean()
    repository.git("switch", "--quiet", "--create", branch, kind.begins)
    if version:
        _prepare(repository, version, today)
    return branch


def _prepare(repository: Repository, version: Version, today: str) -> None:
    repository.declare(str(version))
    page = repository.folder / "CHANGELOG.md"
    text = changelog.released(page.read_text(encoding="utf-8"), str(version), today)
    page.write_text(text, encoding="utf-8")
    message = f"release: call it {version}"
    repository.git("commit", "--quiet", "--message", message, "pyproject.toml", "CHANGELOG.md")


def finish(repository: Repository, branch: str = "") -> BackMerge:
    """Merge a branch where it goes; tag a release or hotfix and bring it back to the others.

    Doing it again goes on where it stopped.
    """
    branch = branch or repository.branch()
    kind = kind_of(branch)
    if kind is None:
        raise Refused(f"{branch!r} is not a branch to finish.")
    repository.must_be_clean()
    wrong = list(complaints(branch, kind.returns, repository.declared(branch)))
    if wrong:
        raise Refused(" ".join(wrong))
    version = version_of(branch)
    _merge_into(repository, kind.returns, branch)
    done = BackMerge()
    if version:
        if version.tag not in repository.tags():
            repository.git("tag", "--annotate", version.tag, "--message", version.tag, MAIN)
        # The branch itself is not open any more: it must not take its own release back.
        done = back_merge(repository, apart=branch)
    if not done.conflicts:
        repository.git("branch", "--quiet", "--delete", branch)
    return done


def _merge_into(repository: Repository, target: str, branch: str) -> None:
    if repository.contains(target, branch):
        repository.git("switch", "--quiet", target)
        return
    repository.git("switch", "--quiet", target)
    files = repository.merge(branch, f"Merge {branch} into {target}")
    if files:
        repository.git("switch", "--quiet", branch)
        raise Refused(
            f"{branch} and {target} both changed {', '.join(files)}: merge {target} first."
        )


def back_merge(repository: Repository, apart: str = "") -> BackMerge:
    """Merge main into develop and into every open release."""
    done = BackMerge()
    before = repository.branch()
    repository.must_be_clean()
    for branch in open_branches(repository, apart):
        if repository.contains(branch, MAIN):
            done.already.append(branch)
            continue
        repository.git("switch", "--quiet", branch)
        files = repository.merge(MAIN, f"Merge {MAIN} back into {branch}")
        if files:
            done.conflicts[branch] = files
        else:
            done.merged.append(branch)
    repository.git("switch", "--quiet", before)
    return done


def open_branches(repository: Repository, apart: str = "") -> list[str]:
    """Return the branches that main comes back to."""
    releases = [name for name in repository.branches("release/*") if name != apart]
    return [DEVELOP, *(name for name in releases if kind_of(name))]


def called(repository: Repository, branch: str) -> str:
    """Say what the newest commit of a branch is called: the version of what is built from it.

    Args:
        branch: Empty for a commit that was checked out by itself, as a tag is.
    """
    if not branch:
        tagged = latest(repository.git("tag", "--points-at", "HEAD").split())
        if tagged:
            return str(tagged)
    commit = repository.git("rev-parse", "--short=7", branch or "HEAD")
    version = version_of(branch)
    if version:
        return f"{version}rc{_candidate(repository, branch, version)}"
    if branch == MAIN:
        return repository.declared(MAIN)
    newest = latest(repository.tags())
    behind = [f"{newest.tag}..{branch}"] if newest else [branch]
    count = repository.git("rev-list", "--count", *behind) if branch == DEVELOP else "0"
    return f"{next_version(repository)}.dev{count}+g{commit}"


def _candidate(repository: Repository, branch: str, version: Version) -> int:
    """Count the branch's own commits, from the one on that gave it its version."""
    declared = f'-Sversion = "{version}"'
    listed = ("log", "--first-parent", "--format=%H")
    began = repository.git(*listed, declared, branch, "--", "pyproject.toml").split()
    behind = [f"{began[-1]}..{branch}"] if began else ["--max-count=0", branch]
    return 1 + int(repository.git("rev-list", "--first-parent", "--count", *behind))


def history_complaints(repository: Repository) -> list[str]:
    """Name the commits that came to main without a release or a hotfix, since the first tag."""
    main = repository.known(MAIN)
    if FIRST.tag not in repository.tags() or not main:
        return []
    listed = repository.git("log", "--first-parent", "--format=%h %P%x09%s", f"{FIRST.tag}..{main}")
    wrong = []
    for line in filter(None, listed.splitlines()):
        commits, _, subject = line.partition("\t")
        commit, *parents = commits.split()
        if len(parents) < 2 or not any(f"{name}/v" in subject for name in ("release", "hotfix")):
            wrong.append(f"{commit} ({subject}) came to {MAIN} without a release or a hotfix")
    return wrong
