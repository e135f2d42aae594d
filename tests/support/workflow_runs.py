"""Runs the project's own workflow files with act, on this machine and without a network.

The jobs run for real: needs, conditions, matrices, outputs, summaries. Two things are stood in for:
every action of others, by one that prints its name (those of artefacts copy files); and `make`, by
one that notes what it was asked and fails where a test says so. Real stay `make gate`, because it
judges the other jobs, `make notify`, because it tells how they ended, and what a test names.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gates.tools import tool
from local.environment import ROOT

_USES = re.compile(r"uses: ([\w.-]+/[\w.-]+)((?:/[\w.-]+)*)@([0-9a-f]{40})")
_WITHIN = 50
_MACHINES = ("ubuntu-24.04", "ubuntu-24.04-arm")
# act's own schema is older than two of these keys, and with the third it would ask for a checkout
# over the network; what they mean is held by tests/unit/test_workflows.py.
_NOT_FOR_ACT = re.compile(r"^ +(?:deployment|queue|ref): .*\n", re.MULTILINE)
_OUTPUTS = {
    "docker/build-push-action": {"digest": "sha256:" + "d" * 64},
    "aws-actions/amazon-ecr-login": {"registry": "registry.example.org"},
    "actions/create-github-app-token": {"token": "app-token"},
    "anchore/scan-action": {"sarif": "found.sarif"},
    "actions/deploy-pages": {"page_url": "https://pages.example.org"},
}

# What a step of an artefact does with its inputs.
_KEPT = {
    "actions/upload-artifact": """for path in $WHERE; do
[ -e "$path" ] && mkdir -p "$ARTIFACTS/$NAME" && cp -r "$path" "$ARTIFACTS/$NAME/"
done; true""",
    "actions/download-artifact": """for kept in "$ARTIFACTS"/$NAME; do
[ -d "$kept" ] && mkdir -p "$WHERE" && cp -r "$kept/." "$WHERE/"
done; true""",
}

# `deploy-apply` and `deploy-rollback` end as ENDING says, with the tool's own exit codes.
MAKE = """#!/bin/sh
for word in "$@"; do target=$word; done
{
  flock 9
  echo "$GITHUB_JOB $target$(for name in $NOTED; do eval "value=\\${$name-}"; \
[ -n "$value" ] && printf ' %s=%s' "$name" "$value"; done)" >&9
} 9>> "$CALLS"
[ "$target" = gate ] && exec python3 scripts/local/gate.py
[ "$target" = "$DIES" ] && exec $DYING .run/place.toml .run/release.json 5 after
case " $REAL " in *" $target "*)
  [ -n "$PLACES" ] && PLACE=$(cat "$PLACES/$ENVIRONMENT.toml") && export PLACE
  exec $MAKE_ITSELF "$target" ;;
esac
case "$target" in
  facts) printf 'base=b@sha256:1\\nversion=1.2.3\\ntree=t\\n' >> "$GITHUB_OUTPUT" ;;
  release-again)
    [ -n "$RELEASE_FILE" ] && mkdir -p .run && cp "$RELEASE_FILE" .run/release.json ;;
  promotion) printf 'trigger=push\\n' >> "$GITHUB_OUTPUT" ;;
  approval) printf 'approver=ada\\n' >> "$GITHUB_OUTPUT" ;;
  deploy-apply)
    [ "$ENDING" = killed ] && kill -9 $$
    printf 'ending=%s\\n' "$ENDING" >> "$GITHUB_OUTPUT"
    case "$ENDING" in
      refused) exit 3 ;; rolled*) exit 4 ;; unfinished) exit 5 ;; locked) exit 6 ;;
    esac ;;
  deploy-rollback) printf 'ending=deployed\\n' >> "$GITHUB_OUTPUT" ;;
esac
case " $FAILING " in *" $target "* | *" $target/${EXPECT_PYTHON-} "*) exit 1 ;; esac
exit 0
"""
NOTED = (
    "EXPECT_PYTHON HEAD_REF BASE_REF AUDIT_SOURCE RELEASE GH_TOKEN PROGRAM IMAGE ENVIRONMENT "
    "TRIGGER APPROVER APPROVERS VERSION DIGESTS DRY_RUN"
)
# `python -m deploy apply`, killed at its fifth step.
_DYING = f"{sys.executable} -m tests.support.dying_deploy"
_PATH = f"{ROOT}/scripts:{ROOT}/services/common"
# The project's own Makefile, with the Python of the tests and nothing to install.
_REAL_MAKE = (
    *("make", "--no-print-directory", f"--file={ROOT}/Makefile", "--old-file=venv-deploy"),
    f"AT=PYTHONPATH={_PATH} {sys.executable}",
    f"BARE=PYTHONPATH={_PATH} {sys.executable}",
)


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one run.

    Attributes:
        code: 0 when the run succeeded.
        jobs: The result of each job by id: success or failure; jobs that did not run are missing.
            The legs of a matrix count as one.
        calls: What `make` was asked: job, target and the variables of `NOTED`, in order.
        used: The actions that ran, in order: job and action.
        printed: The lines that steps printed.
        said: Everything printed, act's own words too.
    """

    code: int
    jobs: dict[str, str]
    calls: list[str]
    used: list[tuple[str, str]]
    printed: list[str]
    said: str

    def asked(self, job: str) -> list[str]:
        """Return what a job asked of `make`."""
        return [call.partition(" ")[2] for call in self.calls if call.split()[0] == job]


class Bench:
    """A copy of what the pipeline needs, in a folder, in which workflows can be run."""

    def __init__(self, folder: Path) -> None:
        self._done: dict[str, Run] = {}
        self.root = folder / "repository"
        self._stubs = folder / "actions"
        self._bin = folder / "bin"
        shutil.copytree(ROOT / ".github", self.root / ".github")
        (self.root / "scripts" / "local").mkdir(parents=True)
        for name in ("local/gate.py", "run_smoke_tests.py"):
            shutil.copy(ROOT / "scripts" / name, self.root / "scripts" / name)
        for path in (self.root / ".github").rglob("*.yml"):
            self._make_readable(path)
        self._bin.mkdir()
        self.program("make", MAKE)
        self.program("node", "#!/bin/sh\necho node\n")  # each job looks for one, and none is used
        real = shutil.which("make") or "make"
        words = " ".join(f"'{word}'" for word in (real, *_REAL_MAKE[1:]))
        self.program("real-make", f'#!/bin/sh\nexec {words} "$@"\n')
        self._commit()

    def add(self, name: str, text: str) -> None:
        """Put another workflow beside the project's own."""
        path = self.root / ".github" / "workflows" / f"{name}.yml"
        path.write_text(text)
        self._make_readable(path)

    def program(self, name: str, text: str) -> None:
        """Put a program on the path of the steps."""
        (self._bin / name).write_text(text)
        (self._bin / name).chmod(0o755)

    def run(
        self,
        workflow: str,
        event: str,
        payload: Mapping[str, Any] | None = None,
        *,
        failing: Sequence[str] = (),
        secrets: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        ending: str = "deployed",
        real: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> Run:
        """Run one workflow for one event; the same run is made once.

        Args:
            workflow: The name of its file without `.yml`.
            event: As in `on:`.
            payload: What GitHub tells about the event.
            failing: Targets of `make` that fail, and actions; `unit/3.12` fails on that Python.
            secrets, variables: What the repository holds.
            ending: How a deployment ends: the tool's word for it, or killed.
            real: Targets of `make` that do what the Makefile says; such runs are made each time.
            environment: Variables of every step.
        """
        asked = repr((workflow, event, payload, failing, secrets, variables, ending, environment))
        if real or asked not in self._done:
            told = {"ENDING": ending, "REAL": " ".join(("notify", *real)), **(environment or {})}
            told["FAILING"] = " ".join(failing)
            self._done[asked] = self._run(workflow, event, payload, secrets, variables, told)
        return self._done[asked]

    def _run(
        self,
        workflow: str,
        event: str,
        payload: Mapping[str, Any] | None,
        secrets: Mapping[str, str] | None,
        variables: Mapping[str, str] | None,
        told: Mapping[str, str],
    ) -> Run:
        folder = self.root.parent
        shutil.rmtree(folder / "artifacts", ignore_errors=True)
        calls = folder / "calls"
        calls.write_text("")
        (folder / "event.json").write_text(json.dumps(payload or {}))
        command = [tool("act"), event, "--json", "--no-cache-server", "--use-new-action-cache"]
        command += ["--workflows", f".github/workflows/{workflow}.yml"]
        command += ["--eventpath", str(folder / "event.json"), "--action-offline-mode"]
        command += ["--artifact-server-addr", "127.0.0.1", "--cache-server-addr", "127.0.0.1"]
        command += [word for it in _MACHINES for word in ("--platform", f"{it}=-self-hosted")]
        command += self._replaced()
        for option, named in (("--secret", secrets), ("--var", variables)):
            command += [word for k, v in (named or {}).items() for word in (option, f"{k}={v}")]
        done = subprocess.run(
            command,
            cwd=self.root,
            env={
                "PATH": f"{self._bin}:{os.environ['PATH']}",
                "HOME": str(folder),
                "XDG_CACHE_HOME": str(folder / "cache"),
                "CALLS": str(calls),
                "NOTED": NOTED,
                "ARTIFACTS": str(folder / "artifacts"),
                "MAKE_ITSELF": str(self._bin / "real-make"),
                "DYING": f"env PYTHONPATH={_PATH}:{ROOT} {_DYING}",
                **told,
            },
            capture_output=True,
            text=True,
            timeout=_WITHIN,
        )
        return _read(done, calls.read_text().splitlines())

    def _make_readable(self, path: Path) -> None:
        text = _NOT_FOR_ACT.sub("", path.read_text()).replace("uses: $/", "uses: ./")
        path.write_text(text)
        for action, within, _ in _USES.findall(text):
            self._stub(action, within)

    def _stub(self, action: str, within: str) -> None:
        folder = self._stubs / action.replace("/", "+")
        where = folder.joinpath(*within.strip("/").split("/")) if within else folder
        where.mkdir(parents=True, exist_ok=True)
        outputs = {
            name: {"description": name, "value": value}
            for name, value in _OUTPUTS.get(action, {}).items()
        }
        fails = f'case " $FAILING " in *" {action}{within} "*) exit 1 ;; esac'
        begin = {"run": f"echo STUB {action}{within}\n{fails}", "shell": "sh"}
        steps: list[dict[str, Any]] = [begin]
        described: dict[str, Any] = {"name": action, "description": action, "outputs": outputs}
        if action in _KEPT:
            names = ("name", "pattern", "path", "merge-multiple", "if-no-files-found")
            described["inputs"] = {it: {"description": it} for it in (*names, "retention-days")}
            told = {
                "NAME": "${{ inputs.name || inputs.pattern }}",
                "WHERE": "${{ inputs.path }}",
            }
            steps.append({"run": _KEPT[action], "shell": "sh", "env": told})
        described["runs"] = {"using": "composite", "steps": steps}
        (where / "action.yml").write_text(json.dumps(described))  # JSON is YAML

    def _replaced(self) -> list[str]:
        pinned = {
            (action, commit)
            for path in (self.root / ".github").rglob("*.yml")
            for action, _, commit in _USES.findall(path.read_text())
        }
        words = []
        for action, commit in sorted(pinned):
            folder = self._stubs / action.replace("/", "+")
            words += ["--local-repository", f"{action}@{commit}={folder}"]
        return words

    def _commit(self) -> None:
        somebody = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
        for words in (
            ("init", "--quiet", "--initial-branch", "main"),
            ("add", "."),
            (*somebody, "commit", "--quiet", "--message", "begin"),
            ("remote", "add", "origin", "https://github.com/somebody/crypto-assistant.git"),
        ):
            subprocess.run(["git", *words], cwd=self.root, check=True)


def _read(done: subprocess.CompletedProcess[str], calls: list[str]) -> Run:
    jobs: dict[str, str] = {}
    used: list[tuple[str, str]] = []
    printed: list[str] = []
    for line in done.stdout.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        job = str(entry.get("jobID", ""))
        said = str(entry.get("msg", "")).strip()
        if entry.get("raw_output"):
            printed.append(said)
        if "jobResult" in entry and jobs.get(job) != "failure":
            jobs[job] = entry["jobResult"]
        if said.startswith("STUB "):
            used.append((job, said.removeprefix("STUB ")))
    return Run(done.returncode, jobs, calls, used, printed, done.stdout + done.stderr)
