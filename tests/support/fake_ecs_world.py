"""An environment on the scripted ECS: two services that already run a version, made by boto3."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.fake_ecs import FakeEcs
from tests.support.fake_ecs_server import Server, World
from tests.support.releases import PROGRAMS, REGISTRY, digest

_ROLE = "arn:aws:iam::111122223333:role/ecs"
_ELB = "arn:aws:elasticloadbalancing:eu-central-1:111122223333"
SERVICES = {program: f"staging-{program}" for program in PROGRAMS}


@dataclass
class Ticks:
    """A clock that moves when somebody sleeps."""

    at: datetime = datetime(2030, 1, 1, 12, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)

    def seconds(self) -> float:
        return self.at.timestamp()


def world_at(
    ticks: Any, client: Any, server: Server, version: str = "1.0.0", *, pause_minutes: int = 30
) -> World:
    """Return a world in which `version` runs: the bot behind a load balancer, with one PAUSE."""
    server.world = World(FakeEcs(ticks.seconds))
    for program in PROGRAMS:
        create(client, program, version, pause_minutes)
    server.world.calls.clear()
    ticks.sleep(3600)
    return server.world


def create(client: Any, program: str, version: str, pause_minutes: int = 30) -> None:
    """Make a service as its template does."""
    client.register_task_definition(**definition(program, version))
    balanced = program == "telegram-bot"
    more = {"loadBalancers": [_balancer()]} if balanced else {}
    client.create_service(
        cluster="staging",
        serviceName=SERVICES[program],
        taskDefinition=SERVICES[program],
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
        deploymentConfiguration=configuration(pauses=balanced, minutes=pause_minutes),
        **more,
    )


def definition(program: str, version: str) -> dict[str, Any]:
    """A task definition."""
    return {
        "family": SERVICES[program],
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": _ROLE,
        "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        "containerDefinitions": [
            {
                "name": program,
                "image": f"{REGISTRY}/{program}@{digest(version, program)}",
                "essential": True,
                "environment": [{"name": "ENVIRONMENT", "value": "staging"}],
            }
        ],
    }


def configuration(*, pauses: bool, minutes: int = 30, bake: int = 2) -> dict[str, Any]:
    """How the service is deployed; `minutes` until its PAUSE runs out."""
    hook = {
        "targetType": "PAUSE",
        "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
        "timeoutConfiguration": {"timeoutInMinutes": minutes, "action": "ROLLBACK"},
    }
    if not pauses:  # as the template has what nobody outside reaches
        breaker = {"enable": True, "rollback": True}
        rolling = {"strategy": "ROLLING", "minimumHealthyPercent": 100, "maximumPercent": 200}
        return rolling | {"deploymentCircuitBreaker": breaker}
    return {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": bake, "lifecycleHooks": [hook]}


def _balancer() -> dict[str, Any]:
    rule = f"{_ELB}:listener-rule/app/staging/1/2"
    return {
        "targetGroupArn": f"{_ELB}:targetgroup/blue/1",
        "containerName": "telegram-bot",
        "containerPort": 8443,
        "advancedConfiguration": {
            "alternateTargetGroupArn": f"{_ELB}:targetgroup/green/1",
            "productionListenerRule": f"{rule}/production",
            "testListenerRule": f"{rule}/test",
            "roleArn": _ROLE,
        },
    }
