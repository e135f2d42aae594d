"""Reads the facts from AWS. Read-only: it needs Describe and Get, nothing else."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deploy.facts import Group, Pause, Rule, ServiceFacts
from deploy.place import Place, Service
from deploy.platform import Platform, PlatformError
from deploy.release import Image, Release

_ARCHITECTURES = {"ARM64": "arm64", "X86_64": "amd64"}

Told = Mapping[str, Any]


class Reader:
    """Args: clients: Gives boto3's client of a service of AWS, by its name."""

    def __init__(self, clients: Callable[[str], Any], place: Place, platform: Platform) -> None:
        self._clients = clients
        self._place = place
        self._platform = platform

    def facts(self, release: Release) -> list[ServiceFacts]:
        """Return the facts of every service.

        Raises:
            PlatformError: If AWS does not tell.
        """
        try:
            return [self._facts(it, release.images.get(it.name)) for it in self._place.services]
        except (ClientError, BotoCoreError) as error:
            raise PlatformError(f"AWS cannot be asked: {error}") from None

    def _facts(self, service: Service, image: Image | None) -> ServiceFacts:
        asked = {"cluster": self._place.cluster, "services": [service.service]}
        found = self._clients("ecs").describe_services(**asked)["services"]
        if not found:
            raise PlatformError(f"There is no service {service.service}.")
        told = found[0]
        how = told.get("deploymentConfiguration", {})
        task = self._clients("ecs").describe_task_definition(taskDefinition=told["taskDefinition"])
        definition = task["taskDefinition"]
        newest = self._platform.newest(service.unit)
        kind = definition.get("runtimePlatform", {}).get("cpuArchitecture", "X86_64")
        there, platforms = self._image(image) if image is not None else (False, ())
        return ServiceFacts(
            name=service.name,
            strategy=how.get("strategy", "ROLLING"),
            bake_minutes=how.get("bakeTimeInMinutes", 0),
            breaker=how.get("deploymentCircuitBreaker", {}).get("enable", False),
            pauses=tuple(_pauses(how)),
            desired=told.get("desiredCount", 0),
            moving=newest.label if newest is not None and not newest.over else None,
            architecture=_ARCHITECTURES.get(kind, kind),
            image_found=there,
            platforms=platforms,
            log_groups=self._log_groups(definition),
            secrets=self._secrets(definition),
            alarms_red=self._red(how),
            **self._traffic(told.get("loadBalancers", [])),
        )

    def _image(self, image: Image) -> tuple[bool, tuple[str, ...]]:
        """Whether the registry has it, and the architectures that its index names."""
        _, _, repository = image.repository.partition("/")
        answer = self._clients("ecr").batch_get_image(
            repositoryName=repository, imageIds=[{"imageDigest": image.digest}]
        )
        if not answer["images"]:
            return False, ()
        manifest = json.loads(answer["images"][0]["imageManifest"])
        rows = [it.get("platform", {}).get("architecture") for it in manifest.get("manifests", [])]
        return True, tuple(sorted({it for it in rows if it and it != "unknown"}))

    def _log_groups(self, definition: Told) -> dict[str, bool]:
        names = {
            it["logConfiguration"]["options"]["awslogs-group"]
            for it in definition["containerDefinitions"]
            if it.get("logConfiguration", {}).get("logDriver") == "awslogs"
        }
        return {name: self._is_log_group(name) for name in names}

    def _is_log_group(self, name: str) -> bool:
        found = self._clients("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return any(it["logGroupName"] == name for it in found)

    def _secrets(self, definition: Told) -> dict[str, bool]:
        given = {
            it["valueFrom"]
            for container in definition["containerDefinitions"]
            for it in container.get("secrets", [])
        }
        return {name: self._is_secret(name) for name in given}

    def _is_secret(self, name: str) -> bool:
        if ":secretsmanager:" not in name:
            answer = self._clients("ssm").get_parameters(Names=[name.rpartition(":parameter")[2]])
            return bool(answer["Parameters"])
        arn = ":".join(name.split(":")[:7])  # what follows names a field inside it
        try:
            self._clients("secretsmanager").describe_secret(SecretId=arn)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return False
            raise
        return True

    def _red(self, how: Told) -> tuple[str, ...]:
        names = how.get("alarms", {}).get("alarmNames", [])
        if not names:
            return ()
        told = self._clients("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
        return tuple(it["AlarmName"] for it in told if it["StateValue"] == "ALARM")

    def _traffic(self, balancers: list[Told]) -> dict[str, Any]:
        if not balancers:
            return {"balanced": False}
        told = balancers[0]
        more = told.get("advancedConfiguration", {})
        groups = [told.get("targetGroupArn"), more.get("alternateTargetGroupArn")]
        return {
            "balanced": True,
            "role": bool(more.get("roleArn")),
            "groups": {_short(it): self._group(it) for it in groups if it},
            "production": self._rule(more.get("productionListenerRule")),
            "test": self._rule(more.get("testListenerRule")),
        }

    def _group(self, arn: str) -> Group:
        elb = self._clients("elbv2")
        told = elb.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
        rows = elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
        drain = {it["Key"]: it["Value"] for it in rows}.get(
            "deregistration_delay.timeout_seconds", "300"
        )
        return Group(told.get("HealthCheckPath", ""), int(drain))

    def _rule(self, arn: str | None) -> Rule | None:
        if not arn:
            return None
        told = self._clients("elbv2").describe_rules(RuleArns=[arn])["Rules"][0]
        groups = {
            row["TargetGroupArn"]
            for action in told["Actions"]
            for row in (
                action.get("ForwardConfig", {}).get("TargetGroups")
                or ([action] if "TargetGroupArn" in action else [])
            )
        }
        priority = 2**31 if told["Priority"] == "default" else int(told["Priority"])
        kinds = tuple(it["Type"] for it in told["Actions"])
        return Rule(priority, kinds, frozenset(map(_short, groups)))


def _short(arn: str) -> str:
    """The name in a target group's ARN."""
    return arn.split("/")[1]


def _pauses(how: Told) -> list[Pause]:
    return [
        Pause(
            tuple(it["lifecycleStages"]),
            it.get("timeoutConfiguration", {}).get("action", "ROLLBACK"),
        )
        for it in how.get("lifecycleHooks", [])
        if it.get("targetType") == "PAUSE"
    ]
