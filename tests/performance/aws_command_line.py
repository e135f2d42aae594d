"""The real aws command deploys by hand on the scripted ECS, and boto3 agrees with what it sees.

    make prove PROOFS=aws_command_line          (AWS_COMMAND=/where/it/is/aws)

`pipx install awscli` brings the command; GitHub's runners have it. It comes with a botocore of its
own, so it is a second opinion on every answer. Goal: each call ends as ECS documents it.
"""

import json
import os
import shutil
import subprocess
import sys
from typing import Any

from deploy import aws
from deploy.ecs import Ecs
from tests.support.fake_ecs_server import Server, running
from tests.support.fake_ecs_world import SERVICES, Ticks, definition, world_at

BOT = SERVICES["telegram-bot"]


class Refused(Exception):
    """What the command said when it failed."""


def command(server: Server, *words: str) -> Any:
    """Run `aws ecs ...` and return what it printed."""
    found = os.environ.get("AWS_COMMAND") or shutil.which("aws")
    if not found:
        sys.exit("There is no aws command here. This brings it: pipx install awscli")
    keys = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing"}
    keys |= {"AWS_ENDPOINT_URL_ECS": server.address, "AWS_DEFAULT_REGION": "eu-central-1"}
    done = subprocess.run(
        [found, "ecs", *words, "--output", "json"],
        env={**os.environ, **keys},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Refused(done.stderr.strip())
    return json.loads(done.stdout)


def by_hand(server: Server, ticks: Ticks, ecs: Ecs) -> list[tuple[str, bool]]:
    """Deploy, answer the pause, and turn it back; return each step and whether it was right."""
    where = ("--cluster", "staging", "--service", BOT)
    described = json.dumps(definition("telegram-bot", "1.1.0"))
    made = command(server, "register-task-definition", "--cli-input-json", described)
    arn = made["taskDefinition"]["taskDefinitionArn"]
    begun = command(server, "update-service", *where, "--task-definition", arn)
    name = ("--service-deployment-arn", begun["service"]["currentServiceDeployment"])
    ticks.sleep(60)
    told = command(server, "describe-service-deployments", "--service-deployment-arns", name[1])
    (deployment,) = told["serviceDeployments"]
    hook = deployment["lifecycleHookDetails"][0]["hookId"]
    seen = ecs.newest(BOT)
    steps = [("both see the same pause", seen is not None and seen.hook == hook)]
    command(server, "continue-service-deployment", *name, "--hook-id", hook)
    ticks.sleep(30)
    seen = ecs.newest(BOT)
    steps.append(("it goes on", seen is not None and seen.production == 100))
    command(server, "stop-service-deployment", *name, "--stop-type", "ROLLBACK")
    ticks.sleep(10)
    rows = command(server, "list-service-deployments", *where)["serviceDeployments"]
    steps.append(("it is turned back", rows[-1]["status"] == "ROLLBACK_SUCCESSFUL"))
    try:
        command(server, "stop-service-deployment", *name, "--stop-type", "ROLLBACK")
        steps.append(("a second stop is refused", False))
    except Refused as error:
        steps.append(("a second stop is refused", "ConflictException" in str(error)))
    return [*steps, ("all was as botocore describes it", server.world.notes == [])]


def main() -> int:
    """Return 0 when every step was right."""
    ticks = Ticks()
    keys = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
    with running() as server:
        client = aws.client("ecs", "eu-central-1", endpoint_url=server.address, **keys)
        world_at(ticks, client, server)
        steps = by_hand(server, ticks, Ecs(client, "staging"))
    for step, right in steps:
        print(f"{'ok  ' if right else 'FAIL'} {step}")
    return 0 if all(right for _, right in steps) else 1


if __name__ == "__main__":
    sys.exit(main())
