"""One service on its way to an image: attached to if it is under way, begun if not.

What to do next is read from the platform each time, never remembered. So it does not matter where
an earlier run of the tool ended.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from deploy.endings import Superseded, Unfinished
from deploy.pace import Clock
from deploy.place import Place, Service
from deploy.platform import SHOWN, NotNow, Platform, PlatformError, Rollout, State
from deploy.probes import Probes
from deploy.smoke import Expected
from deploy.tale import Tale
from deploy.watch import Watch

BACK = "/back"
_SMOKE_TRIES = 3
_PROOFS = 3
_PROOF_TRIES = 12
_INSISTS = 5
_UNSEEN = "ECS does not show yet what it was asked to begin."

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Errand:
    """One service and the image that it shall run.

    Attributes:
        back: On the way back nothing is smoked or judged: it ran well before.
        revision: What the image says to be built of.
    """

    service: Service
    image: str
    label: str
    back: bool = False
    revision: str = ""

    @property
    def digest(self) -> str:
        """Of the image."""
        return self.image.rpartition("@")[2]

    @property
    def begun(self) -> str:
        """The step of the ledger that begins it."""
        return f"begin {self.service.name}{BACK if self.back else ''}"


@dataclass
class Journey:
    """Attributes: hold: Leave the question whether to go on to a person."""

    place: Place
    platform: Platform
    probes: Probes
    clock: Clock
    tale: Tale
    hold: bool = False
    ends_by: datetime = field(init=False)
    _told: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ends_by = self.clock.now() + timedelta(minutes=self.place.patience_minutes)

    def travel(self, errand: Errand) -> State:
        """Bring a service to an image, and return how that ended.

        Raises:
            Superseded: If somebody else's deployment is there instead.
            Unfinished: If it takes longer than anybody watches, or waits for a person.
        """
        begun = errand.begun
        while True:
            try:
                if (rollout := self._attached(errand, begun)) is None:
                    return "succeeded"
                if rollout.label != errand.label:
                    return "turned back"
                return self._follow(errand, rollout)
            except PlatformError as error:
                self.wait(errand.service.name, str(error))

    def _attached(self, errand: Errand, begun: str) -> Rollout | None:
        """The rollout of this errand, begun if need be; None when nothing has to move."""
        service = errand.service.unit
        found = self.platform.newest(service)
        if found is not None and found.label in (errand.label, errand.label + BACK):
            return found
        still = found is not None and not found.over
        done = self.tale.since("step", step=begun, outcome="done")
        if done is not None and not still and self.clock.now() - done < SHOWN:
            raise PlatformError(_UNSEEN)
        if done is not None or still:
            raise Superseded(f"{errand.service.name} has another deployment than ours.")
        if self.platform.live(service).image == errand.image:
            return None
        self.tale.tell("step", step=begun, outcome="intended")
        definition = self.platform.define(service, errand.image, errand.label)
        self.platform.begin(service, definition)
        self.tale.tell("step", step=begun, outcome="done")
        found = self.platform.newest(service)
        if found is None or found.label != errand.label:
            raise PlatformError(_UNSEEN)
        return found

    def _follow(self, errand: Errand, rollout: Rollout) -> State:
        watch = Watch(self.place.minimum_sample, self.place.failures_in_a_row)
        name = rollout.name
        while True:
            self._notice(errand, rollout)
            if rollout.over:
                self._judge(errand, rollout, watch)
                return rollout.state
            try:
                if rollout.hook:
                    self._answer(errand, rollout)
                elif rollout.production == 100 and rollout.state == "running":
                    self._look(errand, rollout, watch)
                elif self._late(errand, rollout):
                    self.platform.turn_back(rollout.name)
            except NotNow:
                pass  # somebody else has answered: look again
            self.wait(errand.service.name)
            found = self.platform.newest(errand.service.unit)
            if found is None or found.name != name:
                raise Superseded(f"Somebody has begun another deployment of {errand.service.name}.")
            rollout = found

    def _notice(self, errand: Errand, rollout: Rollout) -> None:
        name = errand.service.name
        stage = rollout.stage if rollout.state == "running" else rollout.state
        if self._new(f"{name} stage", stage):
            why = f": {rollout.reason}" if rollout.reason else ""
            tasks = f", {rollout.running} of {rollout.wanted} tasks run"
            self.tale.say(f"{name}: {stage.lower().replace('_', ' ')}{tasks}{why}")
            self.tale.tell("step", step=f"{name} {stage}", outcome="reached")
        weights = f"{rollout.production} % of production, {rollout.test} % of test traffic"
        if errand.service.production and self._new(f"{name} weights", weights):
            self.tale.say(f"{name}: the new version gets {weights}")
            shares = {"production": rollout.production, "test": rollout.test}
            self.tale.tell("traffic", service=name, back=errand.back, **shares)

    def _late(self, errand: Errand, rollout: Rollout) -> bool:
        """Whether a version that nobody has seen yet takes too long to start; says so once."""
        if errand.back or rollout.state != "running" or rollout.running >= rollout.wanted:
            return False
        begun = self.tale.since("step", step=errand.begun, outcome="intended")
        most = timedelta(minutes=self.place.start_minutes)
        if begun is None or self.clock.now() - begun < most:
            return False
        name, tasks = errand.service.name, f"{rollout.running} of {rollout.wanted} tasks"
        reason = f"{tasks} run after {self.place.start_minutes:g} minutes"
        if self._new(f"{name} verdict", "late"):
            self.tale.say(f"{name}: {reason}, nobody has seen it, it is turned back")
            self.tale.tell("verdict", service=name, verdict="FAIL", reason=reason)
        return True

    def _answer(self, errand: Errand, rollout: Rollout) -> None:
        name = errand.service.name
        if self.hold and not errand.back:
            raise Unfinished(f"{name} waits at {rollout.stage} for an answer, as asked by --hold.")
        if errand.back or self._smoked(errand):
            self._hand_over(errand)
            self.tale.say(f"{name}: goes on")
            self.platform.proceed(rollout.name, rollout.hook)
            return
        self.tale.say(f"{name}: smoke tests failed, nobody has seen it, it is turned back")
        self.platform.turn_back(rollout.name)

    def _hand_over(self, errand: Errand) -> None:
        """Let the new version do what one task does for all, while the old one still stands by."""
        name, step = errand.service.name, f"lease of {errand.service.name}"
        if errand.service.lease and not errand.back:
            self.tale.tell("step", step=step, outcome="intended")
            self.probes.take_lease(errand.service.lease)
            self.tale.say(f"{name}: takes over the lease")
            self.tale.tell("step", step=step, outcome="done")

    def _smoked(self, errand: Errand) -> bool:
        if not errand.service.test:
            return True
        name, expected = errand.service.name, Expected(errand.digest, errand.revision)
        for attempt in range(_SMOKE_TRIES):
            checks = self.probes.smoke(errand.service.test, name, expected)
            failed = [check for check in checks if not check.passed]
            if not failed:
                break
            if attempt + 1 < _SMOKE_TRIES:
                self.clock.sleep(self.place.poll_seconds)
        for check in checks:
            mark = "passed" if check.passed else f"FAILED: {check.said}"
            self.tale.say(f"{name}: smoke {check.name} {mark}")
        counts = {"passed": len(checks) - len(failed), "failed": len(failed)}
        details = [f"{check.name}: {check.said}" for check in failed]
        self.tale.tell("smoke", service=name, details=details, **counts)
        return not failed

    def _look(self, errand: Errand, rollout: Rollout, watch: Watch) -> None:
        if errand.back or not errand.service.production:
            return
        watch.saw(self.probes.digest(errand.service.production) == errand.digest)
        if watch.verdict == "FAIL":
            self._tell_verdict(errand, watch)
            self.platform.turn_back(rollout.name)

    def _judge(self, errand: Errand, rollout: Rollout, watch: Watch) -> None:
        if rollout.state == "succeeded" and errand.service.production and not errand.back:
            self._tell_verdict(errand, watch)

    def _tell_verdict(self, errand: Errand, watch: Watch) -> None:
        name, verdict = errand.service.name, watch.verdict
        if self._new(f"{name} verdict", verdict):
            self.tale.say(f"{name}: {verdict}, {watch.reason}")
            self.tale.tell("verdict", service=name, verdict=verdict, reason=watch.reason)

    def prove(self, errand: Errand) -> None:
        """Ask production for the digest until it was right three times running.

        Raises:
            Unfinished: If it is not.
        """
        service, found, row = errand.service, "", 0
        if not service.production:
            found = self.platform.live(service.unit).image.rpartition("@")[2]
            row = _PROOFS if found == errand.digest else 0
        for _ in range(_PROOF_TRIES if service.production else 0):
            found = self.probes.digest(service.production)
            row = row + 1 if found == errand.digest else 0
            if row == _PROOFS:
                break
            self.clock.sleep(min(1.0, self.place.poll_seconds))
        if row < _PROOFS:
            raise Unfinished(
                f"ECS calls {service.name} done, but what answers there is "
                f"{found or 'nobody'}, not {errand.digest}."
            )
        self.tale.say(f"{service.name}: {errand.digest[:19]} answers")

    def _new(self, what: str, value: str) -> bool:
        changed = self._told.get(what) != value
        self._told[what] = value
        return changed

    def insist(self, name: str, what: Callable[[], T]) -> T:
        """Do something that may fail on its way, a few times.

        Raises:
            Unfinished: If it went wrong each time.
        """
        for attempt in range(_INSISTS):
            try:
                return what()
            except PlatformError as error:
                if attempt + 1 == _INSISTS:
                    raise Unfinished(f"{name}: {error}") from None
                self.wait(name, str(error))
        raise AssertionError("unreachable")

    def wait(self, name: str, trouble: str = "") -> None:
        """Let a while pass.

        Raises:
            Unfinished: If it has been too long by now.
        """
        if trouble:
            self.tale.say(f"{name}: {trouble} Asking again.")
        if self.clock.now() >= self.ends_by:
            raise Unfinished(
                f"{name} is not over after {self.place.patience_minutes:g} minutes. "
                "Nothing was turned back; the same command goes on with it."
            )
        self.clock.sleep(self.place.poll_seconds)
