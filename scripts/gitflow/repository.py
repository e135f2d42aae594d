"""A git repository, asked by its own command."""

import re
import subprocess  # nosec B404: git, without a shell
from collections.abc import Sequence
from pathlib import Path

_DECLARED = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)


class Refused(Exception):
    """Something stands in the way; the sentence says what, and what would work."""


class Repository:
    """The working copy in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *words: str) -> str:
        """Run git and return what it printed.

        Raises:
            Refused: If git did not do it.
        """
        done = self._run(words)
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise Refused(f"git {' '.join(words)}: {said}")
        return done.stdout.strip()

    def holds(self, *words: str) -> bool:
        """Tell whether git says yes."""
        return self._run(words).returncode == 0

    def _run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # nosec B603 B607
            ["git", *words], cwd=self.folder, capture_output=True, text=True
        )

    def branch(self) -> str:
        """Return the current branch."""
        return self.git("branch", "--show-current")

    def branches(self, pattern: str = "*") -> list[str]:
        """Return the branches here, by name."""
        listed = self.git("branch", "--list", pattern, "--format=%(refname:short)")
        return sorted(listed.split())

    def tags(self) -> list[str]:
        """Return every tag."""
        return self.git("tag", "--list").split()

    def contains(self, branch: str, other: str) -> bool:
        """Tell whether everything of the other stands in the branch."""
        return self.holds("merge-base", "--is-ancestor", other, branch)

    def known(self, branch: str) -> str:
        """Return what git calls a branch: as it is here, else as it was fetched, else nothing."""
        names = (branch, f"origin/{branch}")
        return next((it for it in names if self.holds("rev-parse", "--verify", "--quiet", it)), "")

    def must_be_clean(self) -> None:
        """Refuse to go on over uncommitted changes."""
        if self.git("status", "--porcelain", "--untracked-files=no"):
            raise Refused("There are uncommitted changes: commit them first.")

    def merge(self, other: str, message: str) -> list[str]:
        """Merge into the current branch with a merge commit; return the files in conflict.

        A merge with conflicts is taken back, so that the branch stays as it was.
        """
        if self.holds("merge", "--no-ff", "--quiet", "--message", message, other):
            return []
        files = self.git("diff", "--name-only", "--diff-filter=U").split()
        self.git("merge", "--abort")
        return files

    def declared(self, branch: str = "") -> str:
        """Return the version in pyproject.toml, of a branch or of the files here."""
        if branch:
            text = self.git("show", f"{branch}:pyproject.toml")
        else:
            text = (self.folder / "pyproject.toml").read_text(encoding="utf-8")
        found = _DECLARED.search(text)
        if not found:
            raise Refused("pyproject.toml names no version.")
        return found[1]

    def declare(self, version: str) -> None:
        """Write the version to pyproject.toml."""
        path = self.folder / "pyproject.toml"
        text = path.read_text(encoding="utf-8")
        path.write_text(_DECLARED.sub(f'version = "{version}"', text, count=1), encoding="utf-8")
