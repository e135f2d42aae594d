"""The facts are read by boto3: ECS from the scripted one, everything around it from moto."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from deploy.ecs import Ecs
from deploy.facts_aws import Reader
from deploy.place import Place, Service
from deploy.platform import PlatformError
from deploy.release import Image, Release
from deploy.verify import findings
from tests.support.fake_ecs_server import World
from tests.support.fake_ecs_world import SERVICES, configuration, definition
from tests.support.releases import REGISTRY, place, release

Clients = Callable[[str], Any]
ROLE = "arn:aws:iam::111122223333:role/ecs"
NAME = SERVICES["telegram-bot"]


@pytest.fixture(scope="module")
def traffic(moto: Clients) -> dict[str, str]:
    """A load balancer with a production and a test rule over two groups, as the template has it."""
    ec2, elb = moto("ec2"), moto("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    nets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{at}.0/24", AvailabilityZone=zone)
        for at, zone in enumerate(("eu-central-1a", "eu-central-1b"))
    ]
    names = [it["Subnet"]["SubnetId"] for it in nets]
    balancer = elb.create_load_balancer(Name="staging", Subnets=names)["LoadBalancers"][0]
    groups = []
    for colour in ("blue", "green"):
        asked = {"Name": colour, "Protocol": "HTTP", "Port": 8443, "VpcId": vpc}
        made = elb.create_target_group(**asked, TargetType="ip", HealthCheckPath="/healthz")
        groups.append(made["TargetGroups"][0]["TargetGroupArn"])
        drain = {"Key": "deregistration_delay.timeout_seconds", "Value": "30"}
        elb.modify_target_group_attributes(TargetGroupArn=groups[-1], Attributes=[drain])
    closed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    listener = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[closed],
    )["Listeners"][0]["ListenerArn"]
    weighed = [{"TargetGroupArn": it, "Weight": 1 - at} for at, it in enumerate(groups)]
    rules = []
    for priority in (20, 10):
        made = elb.create_rule(
            ListenerArn=listener,
            Priority=priority,
            Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
            Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weighed}}],
        )
        rules.append(made["Rules"][0]["RuleArn"])
    return dict(zip(("blue", "green", "production", "test"), (*groups, *rules), strict=True))


@pytest.fixture(scope="module")
def kept(moto: Clients) -> dict[str, str]:
    """An image in the registry, a secret, a log group and a red alarm."""
    ecr = moto("ecr")
    ecr.create_repository(repositoryName="crypto-assistant/telegram-bot")
    platforms = [{"platform": {"architecture": it}} for it in ("arm64", "unknown")]
    rows = [it | {"digest": "sha256:" + "1" * 64, "size": 1} for it in platforms]
    kind = "application/vnd.oci.image.index.v1+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": rows})
    made = ecr.put_image(
        repositoryName="crypto-assistant/telegram-bot",
        imageManifest=manifest,
        imageManifestMediaType=kind,
        imageTag="1",
    )
    moto("logs").create_log_group(logGroupName="/staging/bot")
    secret = moto("secretsmanager").create_secret(Name="staging", SecretString="{}")["ARN"]
    moto("cloudwatch").put_metric_alarm(
        AlarmName="slow",
        MetricName="seconds",
        Namespace="bot",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        Statistic="Average",
        ComparisonOperator="GreaterThanThreshold",
    )
    moto("ssm").put_parameter(Name="/staging/chat", Value="1", Type="String")
    return {"digest": made["image"]["imageId"]["imageDigest"], "secret": secret}


@pytest.fixture
def bot(client: Any, world: World, traffic: dict[str, str], kept: dict[str, str]) -> Release:
    """The bot on ECS as its template makes it; returns the release that is to come."""
    told = definition("telegram-bot", "1.0.0")
    ssm = "arn:aws:ssm:eu-central-1:111122223333:parameter/staging/chat"
    told["containerDefinitions"][0] |= {
        "secrets": [
            {"name": "TOKEN", "valueFrom": kept["secret"] + ":TOKEN::"},
            {"name": "CHAT", "valueFrom": ssm},
        ],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": "/staging/bot", "awslogs-region": "eu-central-1"},
        },
    }
    client.register_task_definition(**told)
    world.ecs.services.clear()
    world.ecs.rollouts.clear()
    advanced = {
        "alternateTargetGroupArn": traffic["green"],
        "productionListenerRule": traffic["production"],
        "testListenerRule": traffic["test"],
        "roleArn": ROLE,
    }
    balancer = {"targetGroupArn": traffic["blue"], "containerName": "telegram-bot"}
    alarms = {"alarmNames": ["slow"], "rollback": True, "enable": True}
    client.create_service(
        cluster="staging",
        serviceName=NAME,
        taskDefinition=NAME,
        desiredCount=1,
        deploymentConfiguration=configuration(pauses=True) | {"alarms": alarms},
        loadBalancers=[balancer | {"containerPort": 8443, "advancedConfiguration": advanced}],
    )
    image = Image(f"{REGISTRY}/telegram-bot", kept["digest"])
    return replace(release("1.1.0"), images={"telegram-bot": image})


@pytest.fixture
def where() -> Place:
    one = Service("telegram-bot", NAME, "", "https://bot.example", "https://bot.example")
    return replace(place(), services=(one,))


@pytest.fixture
def reader(client: Any, moto: Clients, where: Place) -> Reader:
    def clients(service: str) -> Any:
        return client if service == "ecs" else moto(service)

    return Reader(clients, where, Ecs(client, "staging"))


def test_a_good_environment_has_nothing_in_the_way(
    reader: Reader, where: Place, bot: Release, moto: Clients
) -> None:
    found = reader.facts(bot)

    assert list(findings(where, bot, found)) == []
    assert found[0].platforms == ("arm64",)
    assert found[0].secrets and all(found[0].secrets.values())


def test_what_is_missing_or_red_on_aws_is_found(
    reader: Reader, where: Place, bot: Release, moto: Clients
) -> None:
    moto("logs").delete_log_group(logGroupName="/staging/bot")
    moto("ssm").delete_parameter(Name="/staging/chat")
    moto("cloudwatch").set_alarm_state(AlarmName="slow", StateValue="ALARM", StateReason="test")
    wrong = replace(bot, images=release("1.1.0").images, architecture="amd64")

    told = list(findings(where, wrong, reader.facts(wrong)))

    assert len(told) == 5
    for words in ("log group", "/staging/chat", "slow is red", "the registry has no", "arm64"):
        assert any(words in it for it in told), words


def test_an_unknown_service_is_said(reader: Reader, world: World, bot: Release) -> None:
    world.ecs.services.clear()

    with pytest.raises(PlatformError, match="There is no service"):
        reader.facts(bot)
