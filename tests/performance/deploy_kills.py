"""`python -m deploy apply` is SIGKILLed at every step of its work, and run again.

    make prove PROOFS=deploy_kills          (EVERY=1: each step; EVERY=5: each fifth)

Real processes, real boto3 and a ledger in a file, on the scripted ECS whose clock runs 300 times as
fast. Goal: a good release is deployed whole and begun once, a bad one is brought back whole,
wherever it was killed: before the effect, after it, or with the reply lost.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import get_args

from common.ledger.events import broken_at
from common.ledger.file import FileLedger
from deploy import aws
from deploy.endings import DEPLOYED, ROLLED_BACK, UNFINISHED
from tests.support.deploy_deaths import How
from tests.support.dying_deploy import NO_SUCH_STEP
from tests.support.fake_ecs_server import Server, running
from tests.support.fake_ecs_world import SERVICES, world_at
from tests.support.hurried_ecs import Fast, place
from tests.support.releases import SMOKE_TOKEN, content, digest

_KEYS = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}


def once(server: Server, bad: bool, step: int, how: How) -> str:
    """Kill it at one step and run it again; return what came of it, or nothing: no such step."""
    client = aws.client("ecs", "eu-central-1", endpoint_url=server.address, **_KEYS)
    world = world_at(Fast(), client, server, pause_minutes=20_000)
    if bad:
        world.ill.add(digest("1.1.0", "telegram-bot"))
    with tempfile.TemporaryDirectory(prefix="deploy-kills-") as name:
        folder = Path(name)
        file = folder / "release.json"
        file.write_text(json.dumps(content("1.1.0")))
        command = [sys.executable, "-m", "tests.support.dying_deploy"]
        command += [str(place(server, folder)), str(file)]
        keys = {name.upper(): value for name, value in _KEYS.items()}
        told = {**os.environ, "AWS_ENDPOINT_URL_ECS": server.address, **keys}
        told["SMOKE_TOKEN"] = SMOKE_TOKEN
        codes = []
        for at in (step, 0, 0):
            done = subprocess.run(
                [*command, str(at), how], env=told, capture_output=True, text=True, timeout=120
            )
            codes.append(done.returncode)
            if done.returncode not in (UNFINISHED, -9) and at == 0:
                break
        if codes[0] == NO_SUCH_STEP:
            return ""
        events = FileLedger(folder / "ledger.jsonl").read()
    runs = {world.digest(it, "production") for it in SERVICES.values()}
    version = "1.0.0" if bad else "1.1.0"
    wanted = {digest(version, it) for it in SERVICES}
    right = codes[-1] == (ROLLED_BACK if bad else DEPLOYED) and runs == wanted
    right = right and broken_at(events) is None and not world.notes
    if not bad:
        right = right and len(world.ecs.rollouts) == 4
    if not right:
        print(f"FAIL step {step} {how}: {codes}\n{done.stderr}", flush=True)
    return "right" if right else "wrong"


def main() -> int:
    """Return 0 when every end was right."""
    every = int(os.environ.get("EVERY", "1"))
    ends: Counter[str] = Counter()
    with running() as server:
        for bad in (False, True):
            for how in get_args(How):
                step, found = 1, "right"
                while found:
                    found = once(server, bad, step, how)
                    ends[found or "no such step"] += 1
                    step += every
                release = "bad" if bad else "good"
                print(f"{release} release, {how}: steps up to {step - every}", flush=True)
    print(f"{ends['right']} kills ended right, {ends['wrong']} wrong")
    return 1 if ends["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
