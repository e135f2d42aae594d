"""A scripted ECS: services, task definitions, revisions and deployments, on a clock of the test.

Every operation stands on a sentence of AWS's pages, told beside it. Whether a request or an answer
has the right form is not decided here but by botocore's description (`fake_ecs_model`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.fake_ecs_rollout import Acts, Fate, Rollout

ACCOUNT = "arn:aws:ecs:eu-central-1:111122223333"
# "Task CPU and memory": the pairs that Fargate accepts, as far as anybody here would ask.
_FARGATE = {"256": ("512", "1024", "2048"), "512": ("1024", "2048", "3072", "4096")}
_ERRAND_SECONDS, _FORGOTTEN = 30.0, 3600.0
_KEPT = (
    "serviceName",
    "loadBalancers",
    "deploymentConfiguration",
    "networkConfiguration",
    "capacityProviderStrategy",
    "launchType",
    "platformVersion",
)
_NO_PAUSE = {"TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"}

Asked = dict[str, Any]
Answer = dict[str, Any]


class EcsError(Exception):
    """An error as ECS words it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Revision:
    arn: str
    service: str
    definition: str


@dataclass
class Errand:
    """A task that was run once, and what it ends with."""

    arn: str
    cluster: str
    asked: Asked
    began: float
    code: int | None


@dataclass
class FakeEcs:
    """The state of ECS.

    Attributes:
        clock: Seconds.
        fate: Of deployments that are yet to begin.
        ends_with: What tasks that are run once return; None: they cannot start.
        acts: What deployments and tasks do to the world.
        page: How many rows a page has at most; ECS may give fewer than asked for.
    """

    clock: Callable[[], float]
    fate: Fate = field(default_factory=Fate)
    ends_with: int | None = 0
    acts: Acts = field(default_factory=Acts)
    page: int = 100
    definitions: dict[str, Asked] = field(default_factory=dict)  # by arn, in order
    services: dict[str, Asked] = field(default_factory=dict)
    revisions: dict[str, Revision] = field(default_factory=dict)
    rollouts: dict[str, Rollout] = field(default_factory=dict)
    errands: dict[str, Errand] = field(default_factory=dict)  # by client token

    def answer(self, operation: str, asked: Asked) -> Answer:
        """Do one operation."""
        self.advance()
        known: dict[str, Callable[[Asked], Answer]] = {
            "RegisterTaskDefinition": self._register,
            "DescribeTaskDefinition": self._definition,
            "CreateService": self._create,
            "UpdateService": self._update,
            "DescribeServices": self._services,
            "ListServiceDeployments": self._list,
            "DescribeServiceDeployments": self._deployments,
            "DescribeServiceRevisions": self._revisions,
            "ContinueServiceDeployment": self._continue,
            "StopServiceDeployment": self._stop,
            "RunTask": self._run,
            "DescribeTasks": self._tasks,
        }
        return known[operation](asked)

    def advance(self) -> None:
        """Bring every deployment to now; one that went back takes its service along."""
        for rollout in self.rollouts.values():
            was_over = rollout.over
            rollout.advance(self.clock())
            if rollout.status == "ROLLBACK_SUCCESSFUL" and not was_over:
                back = self.revisions[rollout.source].definition
                self.services[rollout.service]["taskDefinition"] = back

    # "Registers a new task definition": every call makes another revision of the family.
    def _register(self, asked: Asked) -> Answer:
        if "FARGATE" in asked.get("requiresCompatibilities", ()):
            if asked.get("memory") not in _FARGATE.get(asked.get("cpu", ""), ()):
                raise EcsError("ClientException", "No Fargate configuration exists")
        family = asked["family"]
        number = 1 + sum(it["family"] == family for it in self.definitions.values())
        arn = f"{ACCOUNT}:task-definition/{family}:{number}"
        kept = {name: value for name, value in asked.items() if name != "tags"}
        made = {**kept, "taskDefinitionArn": arn, "revision": number, "status": "ACTIVE"}
        self.definitions[arn] = made | {"registeredAt": self.clock()}
        return {"taskDefinition": self.definitions[arn], "tags": asked.get("tags", [])}

    # "You can specify family for the latest ACTIVE revision, family:revision, or the full ARN."
    def _definition(self, asked: Asked) -> Answer:
        return {"taskDefinition": self._found_definition(asked["taskDefinition"])}

    def _found_definition(self, name: str) -> Asked:
        for arn, found in reversed(self.definitions.items()):
            if name in (arn, arn.partition("/")[2], found["family"]):
                return found
        raise EcsError("ClientException", "Unable to describe task definition.")

    def _create(self, asked: Asked) -> Answer:
        self._accept(asked.get("deploymentConfiguration", {}))
        name = asked["serviceName"]
        if name in self.services:
            raise EcsError("InvalidParameterException", "Creation of service was not idempotent.")
        definition = self._found_definition(asked["taskDefinition"])["taskDefinitionArn"]
        self.services[name] = {
            **{key: asked[key] for key in _KEPT if key in asked},
            "serviceArn": f"{ACCOUNT}:service/{asked['cluster']}/{name}",
            "clusterArn": f"{ACCOUNT}:cluster/{asked['cluster']}",
            "status": "ACTIVE",
            "desiredCount": asked.get("desiredCount", 1),
            "taskDefinition": definition,
        }
        # The first has nothing to go back to and nobody to wait for.
        self._begin(name, definition)
        (first,) = (it for it in self.rollouts.values() if it.service == name)
        first.hooks, first.stage, first.status = [], "CLEAN_UP", "SUCCESSFUL"
        first.finished = self.clock()
        return {"service": self._service(name)}

    # "If the task definition has changed a new deployment starts"; else only forceNewDeployment
    # starts one.
    def _update(self, asked: Asked) -> Answer:
        name = self._name(asked["service"])
        service = self.services[name]
        if "deploymentConfiguration" in asked:
            self._accept(asked["deploymentConfiguration"])
            service["deploymentConfiguration"] = asked["deploymentConfiguration"]
        if "desiredCount" in asked:
            service["desiredCount"] = asked["desiredCount"]
        definition = service["taskDefinition"]
        if "taskDefinition" in asked:
            definition = self._found_definition(asked["taskDefinition"])["taskDefinitionArn"]
        if definition != service["taskDefinition"] or asked.get("forceNewDeployment"):
            self._begin(name, definition)
        return {"service": self._service(name)}

    def _begin(self, name: str, definition: str) -> None:
        service, before = self.services[name], self._newest(name)
        number = len(self.rollouts) + 1
        where = service["serviceArn"].partition("service/")[2]
        revision = Revision(f"{ACCOUNT}:service-revision/{where}/{number:04}", name, definition)
        self.revisions[revision.arn] = revision
        source = ""
        if before is not None:
            gone_back = before.status != "SUCCESSFUL"
            source = before.source if gone_back else before.target
            if not before.over:
                before.supersede(self.clock())
        arn = f"{ACCOUNT}:service-deployment/{where}/{number:04}"
        self.rollouts[arn] = Rollout(
            arn,
            name,
            service["clusterArn"],
            service.get("deploymentConfiguration", {}),
            source,
            revision.arn,
            service["desiredCount"],
            bool(service.get("loadBalancers")),
            self.clock(),
            self.fate,
            acts=self.acts,
        )
        service["taskDefinition"] = definition
        self.rollouts[arn].advance(self.clock())

    @staticmethod
    def _accept(configuration: Asked) -> None:
        if configuration.get("strategy") == "BLUE_GREEN":
            if "bakeTimeInMinutes" not in configuration:
                raise EcsError("InvalidParameterException", "bakeTimeInMinutes is required.")
        for hook in configuration.get("lifecycleHooks", ()):
            if hook["targetType"] == "PAUSE" and _NO_PAUSE & set(hook["lifecycleStages"]):
                raise EcsError("InvalidParameterException", "PAUSE is not supported there.")

    def _newest(self, name: str) -> Rollout | None:
        found = [it for it in self.rollouts.values() if it.service == name]
        return found[-1] if found else None

    def _name(self, given: str) -> str:
        name = given.rpartition("/")[2]
        if name not in self.services:
            raise EcsError("ServiceNotFoundException", "Service not found.")
        return name

    def _service(self, name: str) -> Answer:
        newest = self._newest(name)
        assert newest is not None
        arns = [newest.target] if newest.over else [newest.target, newest.source]
        if newest.status == "ROLLBACK_SUCCESSFUL":
            arns = [newest.source]
        current = [
            {"arn": arn, "requestedTaskCount": newest.tasks, "runningTaskCount": newest.tasks}
            for arn in filter(None, arns)
        ]
        told = {**self.services[name], "runningCount": newest.tasks, "pendingCount": 0}
        return told | {"currentServiceDeployment": newest.arn, "currentServiceRevisions": current}

    def _services(self, asked: Asked) -> Answer:
        names = [given.rpartition("/")[2] for given in asked["services"]]
        missing = [
            {"arn": f"{ACCOUNT}:service/{name}", "reason": "MISSING"}
            for name in names
            if name not in self.services
        ]
        found = [self._service(name) for name in names if name in self.services]
        return {"services": found, "failures": missing}

    def _list(self, asked: Asked) -> Answer:
        """A page at a time; the pages promise no order, so the oldest come first here."""
        name = self._name(asked["service"])
        rows = [it for it in self.rollouts.values() if it.service == name]
        if "status" in asked:
            rows = [it for it in rows if it.status in asked["status"]]
        begin, most = int(asked.get("nextToken", 0)), min(self.page, asked.get("maxResults", 100))
        page = [
            {
                "serviceDeploymentArn": it.arn,
                "serviceArn": self.services[name]["serviceArn"],
                "clusterArn": it.cluster,
                "createdAt": it.created,
                "targetServiceRevisionArn": it.target,
                "status": it.status,
            }
            for it in rows[begin : begin + most]
        ]
        more = {"nextToken": str(begin + most)} if begin + most < len(rows) else {}
        return {"serviceDeployments": page, **more}

    def _found(self, arn: str) -> Rollout:
        if arn not in self.rollouts:
            raise EcsError("ServiceDeploymentNotFoundException", "Not found.")
        return self.rollouts[arn]

    def _deployments(self, asked: Asked) -> Answer:
        found = [it for it in asked["serviceDeploymentArns"] if it in self.rollouts]
        missing = [
            {"arn": it, "reason": "MISSING"}
            for it in asked["serviceDeploymentArns"]
            if it not in self.rollouts
        ]
        return {
            "serviceDeployments": [self._told(self.rollouts[it]) for it in found],
            "failures": missing,
        }

    def _told(self, it: Rollout) -> Answer:
        def summary(arn: str, tasks: int, production: float, test: float) -> Answer:
            return {
                "arn": arn,
                "requestedTaskCount": it.tasks,
                "runningTaskCount": tasks,
                "pendingTaskCount": it.tasks - tasks,
                "requestedTestTrafficWeight": test,
                "requestedProductionTrafficWeight": production,
            }

        told = {
            "serviceDeploymentArn": it.arn,
            "serviceArn": self.services[it.service]["serviceArn"],
            "clusterArn": it.cluster,
            "createdAt": it.created,
            "startedAt": it.created,
            "updatedAt": self.clock(),
            "targetServiceRevision": summary(it.target, it.running, it.production, it.test),
            "sourceServiceRevisions": [
                summary(arn, it.tasks, 100 - it.production, 100 - it.test)
                for arn in filter(None, [it.source])
            ],
            "status": it.status,
            "lifecycleHookDetails": [
                {
                    "hookId": hook.id,
                    "targetType": "PAUSE",
                    "status": hook.status,
                    "expiresAt": hook.expires,
                    "timeoutAction": hook.action,
                }
                for hook in it.hooks
            ],
            "deploymentConfiguration": it.configuration,
        }
        if it.configuration.get("strategy") == "BLUE_GREEN":  # a rolling one tells no stage
            told["lifecycleStage"] = it.fate.new_word or it.stage
        if it.reason:
            told["statusReason"] = it.reason
        if it.finished is not None:
            told["finishedAt"] = it.finished
        if it.back_at is not None:
            told["rollback"] = {
                "reason": it.reason,
                "startedAt": it.back_at,
                "serviceRevisionArn": it.source,
            }
        return told

    def _revisions(self, asked: Asked) -> Answer:
        arns = asked["serviceRevisionArns"]
        return {
            "serviceRevisions": [
                {
                    "serviceRevisionArn": arn,
                    "serviceArn": self.services[self.revisions[arn].service]["serviceArn"],
                    "taskDefinition": self.revisions[arn].definition,
                }
                for arn in arns
                if arn in self.revisions
            ],
            "failures": [
                {"arn": arn, "reason": "MISSING"} for arn in arns if arn not in self.revisions
            ],
        }

    # "Continues or rolls back a paused deployment": the hook must be one that waits.
    def _continue(self, asked: Asked) -> Answer:
        rollout = self._found(asked["serviceDeploymentArn"])
        hook = rollout.waiting
        if hook is None or hook.id != asked["hookId"] or rollout.over:
            raise EcsError("InvalidParameterException", "The hook is not awaiting an action.")
        hook.status, rollout.since = "SUCCEEDED", self.clock()
        if asked.get("action", "CONTINUE") == "ROLLBACK":
            hook.status = "FAILED"
            rollout.go_back(self.clock(), "A lifecycle hook asked for it.")
        return {"serviceDeploymentArn": rollout.arn}

    # "Stops an ongoing service deployment"; one that is over or goes back already is a conflict.
    def _stop(self, asked: Asked) -> Answer:
        rollout = self._found(asked["serviceDeploymentArn"])
        if asked.get("stopType", "ROLLBACK") != "ROLLBACK":
            raise EcsError("InvalidParameterException", "stopType must be ROLLBACK.")
        if rollout.over or rollout.back_at is not None or not rollout.source:
            raise EcsError("ConflictException", "The service deployment cannot be stopped.")
        for hook in rollout.hooks:
            if hook.status == "AWAITING_ACTION":
                hook.status = "FAILED"
        rollout.go_back(self.clock(), "Service deployment was stopped by a user.")
        return {"serviceDeploymentArn": rollout.arn}

    # "An identifier that you provide to ensure the idempotency of the request": the same task is
    # told again, and another request with the same token is a conflict.
    def _run(self, asked: Asked) -> Answer:
        self._found_definition(asked["taskDefinition"])
        if "networkConfiguration" not in asked:
            raise EcsError("InvalidParameterException", "Network Configuration must be provided.")
        token = asked["clientToken"]
        made = self.errands.get(token)
        if made is None:
            number = len(self.errands) + 1
            arn = f"{ACCOUNT}:task/{asked['cluster']}/{number:032x}"
            made = Errand(arn, asked["cluster"], asked, self.clock(), self.ends_with)
            self.errands[token] = made
            self.acts.run(made)
        elif made.asked != asked:
            raise EcsError("ConflictException", "The token was used for another request.")
        return {"tasks": [self._task(made)], "failures": []}

    def _tasks(self, asked: Asked) -> Answer:
        """Stopped tasks are told for an hour."""
        known = {it.arn: it for it in self.errands.values() if self.clock() - it.began < _FORGOTTEN}
        missing = [{"arn": it, "reason": "MISSING"} for it in asked["tasks"] if it not in known]
        found = [self._task(known[it]) for it in asked["tasks"] if it in known]
        return {"tasks": found, "failures": missing}

    def _task(self, it: Errand) -> Answer:
        override = it.asked["overrides"]["containerOverrides"][0]
        told = {
            "taskArn": it.arn,
            "taskDefinitionArn": it.asked["taskDefinition"],
            "clusterArn": f"{ACCOUNT}:cluster/{it.cluster}",
            "lastStatus": "RUNNING",
            "desiredStatus": "RUNNING",
            "overrides": it.asked["overrides"],
        }
        container: Answer = {"name": override["name"], "lastStatus": "RUNNING"}
        code = self.acts.code(it)
        if code is not None or self.clock() - it.began >= _ERRAND_SECONDS:
            told |= {"lastStatus": "STOPPED", "desiredStatus": "STOPPED"}
            told["stoppedReason"] = "Essential container in task exited"
            container["lastStatus"] = "STOPPED"
            code = it.code if code is None else code
            if code is None:
                told["stoppedReason"] = "CannotPullContainerError: no such image"
            else:
                container["exitCode"] = code
        return told | {"containers": [container]}
