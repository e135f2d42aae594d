"""`python -m deploy verify`: what would make a deployment fail, found before anything moves."""

from collections.abc import Iterator

from deploy.facts import ServiceFacts
from deploy.place import Place
from deploy.release import Release

_PAUSE = "POST_TEST_TRAFFIC_SHIFT"
_HEALTH = "/healthz"
_LONGEST_DRAIN = 60


def findings(place: Place, release: Release, facts: list[ServiceFacts]) -> Iterator[str]:
    """Yield what is wrong, a sentence each, with what would be right."""
    for service in facts:
        found = [
            *_of_image(service, release),
            *_of_deployment(service),
            *_of_surroundings(service),
            *(_of_traffic(service) if service.balanced else ()),
        ]
        yield from (f"{service.name}: {sentence}" for sentence in found)
    tested = {it.name: bool(it.test and it.production) for it in place.services}
    for service in facts:
        if service.balanced and not tested[service.name]:
            yield f"{service.name}: the place file lacks its production or test address."


def _of_image(service: ServiceFacts, release: Release) -> Iterator[str]:
    image = release.images.get(service.name)
    if image is None:
        yield "the release has no image of it."
    elif not service.image_found:
        yield f"the registry has no {image.reference}; push it, or deploy what is there."
    if service.architecture != release.architecture:
        yield f"its tasks are {service.architecture}, the release is {release.architecture}."
    if service.platforms and service.architecture not in service.platforms:
        yield f"the image is for {', '.join(service.platforms)}, not for {service.architecture}."


def _of_deployment(service: ServiceFacts) -> Iterator[str]:
    if service.balanced and service.strategy != "BLUE_GREEN":
        yield f"its strategy is {service.strategy}; what people reach is deployed BLUE_GREEN."
    if service.breaker and service.strategy != "ROLLING":
        yield "a circuit breaker is for rolling deployments only; take it out."
    if service.desired < 1:
        yield "its desired count is 0: nothing would run."
    if service.moving is not None:
        yield f"a deployment is under way already: {service.moving or 'not one of ours'}."
    if service.balanced and service.bake_minutes < 1:
        yield "it has no bake time: nothing would be watched, and no way back be quick."
    pauses = [it for it in service.pauses if _PAUSE in it.stages]
    if service.balanced and not pauses:
        yield f"it has no PAUSE at {_PAUSE}: people would come before the smoke tests."
    if any(it.action != "ROLLBACK" for it in service.pauses):
        yield "its PAUSE goes on when nobody answers; let it ROLLBACK."


def _of_surroundings(service: ServiceFacts) -> Iterator[str]:
    for name, there in sorted(service.log_groups.items()):
        if not there:
            yield f"its log group {name} is missing: its tasks could not start."
    for name, there in sorted(service.secrets.items()):
        if not there:
            yield f"its secret {name} is missing: its tasks could not start."
    for name in service.alarms_red:
        yield f"the alarm {name} is red already; ECS would ignore it for this deployment."


def _of_traffic(service: ServiceFacts) -> Iterator[str]:
    if not service.role:
        yield "ECS was given no role to move the traffic with."
    if len(service.groups) != 2:
        yield f"it has {len(service.groups)} target groups; blue-green needs two."
    for title, rule in (("production", service.production), ("test", service.test)):
        if rule is None:
            yield f"it has no {title} listener rule."
            continue
        if others := [it for it in rule.actions if it != "forward"]:
            yield f"its {title} rule also does {', '.join(others)}; ECS moves forwards alone."
        if not rule.groups & service.groups.keys():
            yield f"its {title} rule forwards to neither of its target groups."
        elif rule.groups - service.groups.keys():
            yield f"its {title} rule also forwards to a target group that is not its own."
    if service.production is not None and service.test is not None:
        if service.production.groups | service.test.groups < service.groups.keys():
            yield "one of its target groups is on neither of its listener rules."
        if service.test.priority >= service.production.priority:
            yield "its test rule must be asked before its production rule: a lower priority."
    for name, group in sorted(service.groups.items()):
        if group.health_path != _HEALTH:
            yield f"{name} asks {group.health_path} for health; let it ask {_HEALTH}."
        if group.drain_seconds > _LONGEST_DRAIN:
            yield f"{name} keeps who leaves for {group.drain_seconds} s; 15 to 30 are enough."
