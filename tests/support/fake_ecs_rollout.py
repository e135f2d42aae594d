"""One blue-green deployment as ECS goes through it: its stages, its pauses, its way back.

It stands on the pages "Amazon ECS blue/green deployments" (stages, bake time), "Lifecycle hooks"
(a PAUSE waits for ContinueServiceDeployment until its time-out and then does what that says) and
"Stopping a service deployment" (ROLLBACK brings the traffic back to the source revision).
"""

from dataclasses import dataclass, field
from typing import Any

STAGES = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    "BAKE_TIME",
    "CLEAN_UP",
)
_SECONDS = dict.fromkeys(STAGES, 2.0) | {"SCALE_UP": 45.0, "CLEAN_UP": 20.0}
_WAY_BACK_SECONDS = 6.0
RUNNING = ("PENDING", "IN_PROGRESS", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")


@dataclass
class Hook:
    """A PAUSE that has been reached."""

    id: str
    stage: str
    expires: float
    action: str
    status: str = "AWAITING_ACTION"


@dataclass
class Fate:
    """What goes wrong with the next deployments, as a test asks for it.

    Attributes:
        stuck: The stage that never ends; SCALE_UP is a task that never gets healthy.
        alarm: The stage in which an alarm turns red, and ECS goes back by itself.
        no_way_back: The way back fails.
        new_word: A stage that it reports although its description has no such word.
    """

    stuck: str = ""
    alarm: str = ""
    no_way_back: bool = False
    new_word: str = ""


class Acts:
    """What a deployment does to the world; nothing, unless tasks are real."""

    def entered(self, rollout: "Rollout") -> None:
        """A stage begins."""

    def healthy(self, rollout: "Rollout") -> bool:
        """Tell whether the new tasks take requests."""
        return True

    def ended(self, rollout: "Rollout") -> None:
        """It has succeeded or gone back."""

    def run(self, errand: Any) -> None:
        """A task that is run once begins."""

    def code(self, errand: Any) -> int | None:
        """What that task returned; None while it runs."""
        return None


@dataclass
class Rollout:
    """A service deployment; times are seconds of the test's clock."""

    arn: str
    service: str
    cluster: str
    configuration: dict[str, Any]
    source: str  # arn of the revision that ran before; empty for the first
    target: str
    tasks: int
    balanced: bool  # whether a load balancer shifts its traffic
    created: float
    fate: Fate = field(default_factory=Fate)
    status: str = "PENDING"
    stage: str = STAGES[0]
    since: float = 0.0
    finished: float | None = None
    reason: str = ""
    hooks: list[Hook] = field(default_factory=list)
    back_at: float | None = None
    acts: Acts = field(default_factory=Acts)

    @property
    def over(self) -> bool:
        return self.status not in RUNNING

    @property
    def waiting(self) -> Hook | None:
        return next((it for it in self.hooks if it.status == "AWAITING_ACTION"), None)

    @property
    def production(self) -> float:
        """Percent of the traffic that the target gets."""
        if not self.balanced or self.status.startswith("ROLLBACK") or self.status == "STOPPED":
            return 0.0
        return 100.0 if self._past("PRODUCTION_TRAFFIC_SHIFT") else 0.0

    @property
    def test(self) -> float:
        if not self.balanced or self.status.startswith("ROLLBACK") or self.status == "STOPPED":
            return 0.0
        return 100.0 if self._past("TEST_TRAFFIC_SHIFT") else 0.0

    @property
    def running(self) -> int:
        """Tasks of the target."""
        return self.tasks if self._past("SCALE_UP") and not self.status.startswith("ROLL") else 0

    def _past(self, stage: str) -> bool:
        return self.status == "SUCCESSFUL" or STAGES.index(self.stage) > STAGES.index(stage)

    def advance(self, now: float) -> None:
        """Do everything that was due by `now`."""
        while not self.over and self._step(now):
            pass

    def _step(self, now: float) -> bool:
        if self.status == "PENDING":
            self.status, self.since = "IN_PROGRESS", self.created
            self._entered()
            return True
        if self.back_at is not None:
            return self._step_back(now)
        if (hook := self.waiting) is not None:
            if now < hook.expires:
                return False
            hook.status = "TIMED_OUT"
            if hook.action == "ROLLBACK":
                self.go_back(hook.expires, "A lifecycle hook timed out.")
            return True
        if self.fate.alarm == self.stage:
            self.go_back(self.since, "An alarm is in ALARM.")
            return True
        due = self.since + self._seconds()
        if self.fate.stuck == self.stage or now < due:
            return False
        if self.stage == "SCALE_UP" and not self.acts.healthy(self):
            return False
        self.since = due
        following = STAGES.index(self.stage) + 1
        if following == len(STAGES):
            self.status, self.finished = "SUCCESSFUL", due
            self.acts.ended(self)
            return False
        self.stage = STAGES[following]
        self._entered()
        return True

    def _step_back(self, now: float) -> bool:
        assert self.back_at is not None
        self.status = "ROLLBACK_IN_PROGRESS"
        if now < self.back_at + _WAY_BACK_SECONDS:
            return False
        self.finished = self.back_at + _WAY_BACK_SECONDS
        self.status = "ROLLBACK_FAILED" if self.fate.no_way_back else "ROLLBACK_SUCCESSFUL"
        self.acts.ended(self)
        return False

    def go_back(self, now: float, reason: str) -> None:
        self.status, self.back_at, self.reason = "ROLLBACK_REQUESTED", now, reason

    def supersede(self, now: float) -> None:
        """Another deployment of the service has begun."""
        self.status, self.finished = "STOPPED", now
        self.reason = "Another deployment of the service was started."

    def _seconds(self) -> float:
        if self.stage == "BAKE_TIME":
            return float(self.configuration.get("bakeTimeInMinutes", 0)) * 60
        return _SECONDS[self.stage]

    def _entered(self) -> None:
        self.acts.entered(self)
        for hook in self.configuration.get("lifecycleHooks", ()):
            if hook["targetType"] != "PAUSE" or self.stage not in hook["lifecycleStages"]:
                continue
            timed = hook.get("timeoutConfiguration", {})
            expires = self.since + 60 * timed.get("timeoutInMinutes", 1440)
            name = f"hook-{self.arn[-4:]}-{len(self.hooks) + 1}"
            self.hooks.append(Hook(name, self.stage, expires, timed.get("action", "ROLLBACK")))
