"""ECS behind the port: native blue-green deployments, by boto3. Its terms end in this file.

Enumerations are open: ECS reports stages that its own description does not list, so an unknown
stage is passed on as it is and an unknown status counts as running.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deploy.platform import Live, NotNow, Once, PlatformError, Rollout, State

LABEL = "deployment"
_DIGEST = "IMAGE_DIGEST"
_STATES: dict[str, State] = {
    "SUCCESSFUL": "succeeded",
    "STOP_REQUESTED": "turning back",
    "ROLLBACK_REQUESTED": "turning back",
    "ROLLBACK_IN_PROGRESS": "turning back",
    "ROLLBACK_SUCCESSFUL": "turned back",
    "STOPPED": "stuck",
    "ROLLBACK_FAILED": "stuck",
}
# What DescribeTaskDefinition tells and RegisterTaskDefinition does not take.
_TOLD_ONLY = {
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
}


class Ecs:
    """Services of one cluster, each named `service#container`, or alone for its first container.

    Args:
        client: As `boto3.client("ecs")` makes it; it repeats what failed on the way.
    """

    def __init__(self, client: Any, cluster: str) -> None:
        self._client = client
        self._cluster = cluster
        # Neither ever changes.
        self._known: dict[str, dict[str, Any]] = {}
        self._brings: dict[str, str] = {}

    def live(self, service: str) -> Live:
        told = self._service(service)
        definition = told["taskDefinition"]
        newest = self._newest(service)
        if newest is not None and _state(newest) in ("running", "turning back"):
            sources = newest.get("sourceServiceRevisions", [])
            if sources:
                definition = self._definition_of(sources[0]["arn"])
        container = self._container(service, self._definition(definition))
        label = container.get("dockerLabels", {}).get(LABEL, "")
        return Live(definition, container["image"], label, told.get("desiredCount", 0))

    def newest(self, service: str) -> Rollout | None:
        found = self._newest(service)
        return self._rollout(service, found) if found is not None else None

    def define(self, service: str, image: str, label: str) -> str:
        base = self._definition(self.live(service).definition)
        for candidate in (self._definition(base["family"], fresh=True), base):
            container = self._container(service, candidate)
            if (container["image"], container.get("dockerLabels", {}).get(LABEL)) == (image, label):
                return str(candidate["taskDefinitionArn"])
        wanted = {key: value for key, value in base.items() if key not in _TOLD_ONLY}
        name = self._container(service, base)["name"]
        wanted["containerDefinitions"] = [
            _with(it, image, label) if it["name"] == name else it
            for it in base["containerDefinitions"]
        ]
        made = self._ask(self._client.register_task_definition, **wanted)["taskDefinition"]
        return str(made["taskDefinitionArn"])

    def begin(self, service: str, definition: str) -> None:
        # Asked twice for the same definition, ECS starts nothing the second time.
        self._ask(
            self._client.update_service,
            cluster=self._cluster,
            service=_name(service),
            taskDefinition=definition,
        )

    def proceed(self, rollout: str, hook: str) -> None:
        self._ask(
            self._client.continue_service_deployment,
            serviceDeploymentArn=rollout,
            hookId=hook,
            action="CONTINUE",
        )

    def turn_back(self, rollout: str) -> None:
        self._ask(
            self._client.stop_service_deployment,
            serviceDeploymentArn=rollout,
            stopType="ROLLBACK",
        )

    def run(self, service: str, definition: str, command: Sequence[str], key: str) -> str:
        told = self._service(service)
        container = self._container(service, self._definition(definition))["name"]
        where = {
            name: told[name]
            for name in ("networkConfiguration", "capacityProviderStrategy", "platformVersion")
            if told.get(name)
        }
        if "capacityProviderStrategy" not in where:
            where["launchType"] = told.get("launchType", "FARGATE")
        answer = self._ask(
            self._client.run_task,
            cluster=self._cluster,
            taskDefinition=definition,
            overrides={"containerOverrides": [{"name": container, "command": list(command)}]},
            clientToken=hashlib.sha256(key.encode()).hexdigest(),
            **where,
        )
        if not answer["tasks"]:
            whys = ", ".join(it.get("reason", "no reason") for it in answer.get("failures", []))
            raise PlatformError(f"ECS starts no task: {whys}.")
        return str(answer["tasks"][0]["taskArn"])

    def ran(self, task: str) -> Once:
        asked = {"cluster": self._cluster, "tasks": [task]}
        found = self._ask(self._client.describe_tasks, **asked)["tasks"]
        if not found:
            return Once(task, over=True, known=False)
        told = found[0]
        if told.get("lastStatus") != "STOPPED":
            return Once(task)
        codes = [it.get("exitCode") for it in told.get("containers", [])]
        code = codes[0] if codes else None
        return Once(task, over=True, code=code, reason=told.get("stoppedReason", ""))

    def _newest(self, service: str) -> dict[str, Any] | None:
        """The last deployment; botocore has no paginator for them, and the pages no order."""
        rows: list[dict[str, Any]] = []
        more: dict[str, str] = {}
        while True:
            page = self._ask(
                self._client.list_service_deployments,
                cluster=self._cluster,
                service=_name(service),
                maxResults=100,
                **more,
            )
            rows += page["serviceDeployments"]
            if "nextToken" not in page:
                break
            more = {"nextToken": page["nextToken"]}
        if not rows:
            return None
        arn = max(rows, key=lambda row: row["createdAt"])["serviceDeploymentArn"]
        asked = self._client.describe_service_deployments
        found: list[dict[str, Any]]
        found = self._ask(asked, serviceDeploymentArns=[arn])["serviceDeployments"]
        if not found:
            raise PlatformError(f"ECS lists {arn} and cannot describe it.")
        return found[0]

    def _rollout(self, service: str, told: dict[str, Any]) -> Rollout:
        target = told["targetServiceRevision"]
        container = self._container(service, self._definition(self._definition_of(target["arn"])))
        waiting = [
            it["hookId"]
            for it in told.get("lifecycleHookDetails", [])
            if it.get("status") == "AWAITING_ACTION" and it.get("targetType") == "PAUSE"
        ]
        return Rollout(
            name=told["serviceDeploymentArn"],
            label=container.get("dockerLabels", {}).get(LABEL, ""),
            state=_state(told),
            stage=told.get("lifecycleStage", told["status"]),
            reason=told.get("statusReason", ""),
            hook=waiting[0] if waiting else "",
            production=round(target.get("requestedProductionTrafficWeight", 0)),
            test=round(target.get("requestedTestTrafficWeight", 0)),
            running=target.get("runningTaskCount", 0),
            wanted=target.get("requestedTaskCount", 0),
        )

    def _service(self, service: str) -> dict[str, Any]:
        found = self._ask(
            self._client.describe_services, cluster=self._cluster, services=[_name(service)]
        )["services"]
        if not found or found[0].get("status") != "ACTIVE":
            name = _name(service)
            raise PlatformError(f"There is no service {name} in the cluster {self._cluster}.")
        told: dict[str, Any] = found[0]
        return told

    def _definition_of(self, revision: str) -> str:
        if revision not in self._brings:
            asked = self._client.describe_service_revisions
            found = self._ask(asked, serviceRevisionArns=[revision])["serviceRevisions"]
            if not found:
                raise PlatformError(f"ECS does not know the revision {revision}.")
            self._brings[revision] = found[0]["taskDefinition"]
        return self._brings[revision]

    def _definition(self, name: str, *, fresh: bool = False) -> dict[str, Any]:
        if fresh or name not in self._known:
            asked = self._client.describe_task_definition
            self._known[name] = self._ask(asked, taskDefinition=name)["taskDefinition"]
        return self._known[name]

    def _container(self, service: str, definition: dict[str, Any]) -> dict[str, Any]:
        containers: list[dict[str, Any]] = definition["containerDefinitions"]
        name = service.partition("#")[2]
        found = [it for it in containers if it["name"] == name] if name else containers[:1]
        if not found:
            raise PlatformError(f"The task of {service} has no container {name}.")
        return found[0]

    @staticmethod
    def _ask(operation: Callable[..., Any], **asked: Any) -> Any:
        with _our_words():
            return operation(**asked)


def _name(service: str) -> str:
    return service.partition("#")[0]


def _state(told: dict[str, Any]) -> State:
    return _STATES.get(told["status"], "running")


def _with(container: dict[str, Any], image: str, label: str) -> dict[str, Any]:
    """The container on another image; it is told its digest, so that it can tell it to others."""
    environment = [it for it in container.get("environment", []) if it["name"] != _DIGEST]
    environment.append({"name": _DIGEST, "value": image.rpartition("@")[2]})
    labels = {**container.get("dockerLabels", {}), LABEL: label}
    return {**container, "image": image, "environment": environment, "dockerLabels": labels}


@contextmanager
def _our_words() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        told = error.response.get("Error", {})
        code, message = told.get("Code", "unknown"), told.get("Message", "")
        sentence = f"ECS says {code} to {error.operation_name}: {message}"
        gone = {"ConflictException", "ServiceDeploymentNotFoundException"}
        if code in gone or (
            code == "InvalidParameterException"
            and error.operation_name == "ContinueServiceDeployment"
        ):
            raise NotNow(sentence) from None
        raise PlatformError(sentence) from None
    except BotoCoreError as error:
        raise PlatformError(f"ECS cannot be asked: {error}") from None
