"""What every template must say, whatever else it says."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest

from costs.templates import FOLDER, Resource, form, resources, template

NAMES = sorted(path.stem for path in FOLDER.glob("*.yml"))
FORMS = sorted(path.stem for path in (FOLDER / "tasks").glob("*.json"))
EVERYTHING = [(name, resource) for name in NAMES for resource in resources(name)]
ENVIRONMENTS = ("staging", "production")
# What delivery asks for, and not one more.
DEPLOY_ACTIONS = {
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "ecs:ContinueServiceDeployment",
    "ecs:DescribeServiceDeployments",
    "ecs:DescribeServiceRevisions",
    "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition",
    "ecs:DescribeTasks",
    "ecs:ListServiceDeployments",
    "ecs:RegisterTaskDefinition",
    "ecs:RunTask",
    "ecs:StopServiceDeployment",
    "ecs:UpdateService",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "iam:PassRole",
    "logs:DescribeLogGroups",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:PutParameter",
}
# They know no resource, so that a policy can name none.
OF_NO_RESOURCE = re.compile(
    r"cloudwatch:(DescribeAlarms|GetMetricData)|ecr:GetAuthorizationToken|"
    r"ecs:(Describe|Register)TaskDefinition|elasticloadbalancing:Describe\w+|"
    r"logs:DescribeLogGroups"
)
every_template = pytest.mark.parametrize("name", NAMES)
every_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)


def of_kind(kind: str) -> list[tuple[str, Resource]]:
    return [(name, it) for name, it in EVERYTHING if it.kind == kind]


def one(template_name: str, logical: str) -> Resource:
    return {it.name: it for it in resources(template_name)}[logical]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in of_kind("AWS::IAM::Role"):
        for policy in role.properties.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield f"{name}.{role.name}", statement


def ingress() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, it in of_kind("AWS::EC2::SecurityGroup"):
        for rule in it.properties.get("SecurityGroupIngress", []):
            yield f"{name}.{it.name}", rule
    for name, it in of_kind("AWS::EC2::SecurityGroupIngress"):
        yield f"{name}.{it.name}", it.properties


def alarms(*names: str) -> list[str]:
    return [it.name for name in names for it in resources(name) if it.kind.endswith("::Alarm")]


def test_the_world_gets_in_only_at_the_load_balancers_https() -> None:
    open_to_all = [(where, rule) for where, rule in ingress() if rule.get("CidrIp") == "0.0.0.0/0"]

    assert [where for where, _ in open_to_all] == ["standard-shared.BalancerGroup"]
    assert (open_to_all[0][1]["FromPort"], open_to_all[0][1]["ToPort"]) == (443, 443)


def test_nobody_gets_into_the_cheap_profiles_task() -> None:
    assert "SecurityGroupIngress" not in one("cheap", "Group").properties


def test_the_database_is_reached_by_the_bot_alone_and_encrypted() -> None:
    database = one("standard-shared", "Database").properties
    rules = [rule for where, rule in ingress() if rule.get("GroupId") == {"Ref": "DatabaseGroup"}]

    assert database["PubliclyAccessible"] is False
    assert database["StorageEncrypted"] is True
    assert [rule["SourceSecurityGroupId"] for rule in rules] == [{"Ref": "BotGroup"}]
    assert one("standard-shared", "DatabaseParameters").properties["Parameters"]["rds.force_ssl"]


@every_environment
def test_a_deploying_role_may_do_what_the_tool_does_and_no_more(environment: str) -> None:
    role = one("foundation", f"Deploy{environment.capitalize()}Role").properties
    rules = role["Policies"][0]["PolicyDocument"]["Statement"]

    # Production names the images that it runs, so that the registry keeps them.
    more = {"ecr:PutImage"} if environment == "production" else set()
    assert {action for rule in rules for action in listed(rule["Action"])} == DEPLOY_ACTIONS | more


@every_environment
def test_a_deploying_role_touches_no_other_environment(environment: str) -> None:
    other = next(name for name in ENVIRONMENTS if name != environment)

    role = one("foundation", f"Deploy{environment.capitalize()}Role").properties
    assert other not in json.dumps(role)
    (ledger,) = (
        it
        for it in role["Policies"][0]["PolicyDocument"]["Statement"]
        if "s3:PutObject" in it["Action"]
    )
    assert ledger["Resource"][1:] == [{"Fn::Sub": f"${{Ledger.Arn}}/{environment}/*"}]


def test_who_monitors_reads_and_adds_to_the_ledgers_and_touches_nothing_that_runs() -> None:
    role = one("foundation", "MonitorRole").properties
    rules = role["Policies"][0]["PolicyDocument"]["Statement"]
    trust = role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"]
    subjects = [it["Fn::Sub"] for it in trust["token.actions.githubusercontent.com:sub"]]

    assert {action for rule in rules for action in listed(rule["Action"])} == {
        *("s3:GetObject", "s3:ListBucket", "s3:PutObject"),
        *("ssm:GetParameter", "ssm:PutParameter"),
    }
    assert {it.rpartition(":")[2] for it in subjects} == {"monitoring", "release"}
    assert len(subjects) == 4


@pytest.mark.parametrize("profile", ["standard", "cheap"])
def test_a_task_turns_the_flags_of_its_own_environment_alone(profile: str) -> None:
    policies = one(profile, "TaskRole").properties["Policies"]
    (flags,) = [it for it in policies if it["PolicyName"] == "flags"]
    (rule,) = flags["PolicyDocument"]["Statement"]

    assert rule["Resource"]["Fn::Sub"].endswith("parameter/crypto-assistant/${Environment}/flags")


def test_a_role_is_passed_only_by_its_whole_name() -> None:
    passes = [it for _, it in statements() if "iam:PassRole" in listed(it["Action"])]

    assert len(passes) == len(ENVIRONMENTS)
    for statement in passes:
        arns = [arn["Fn::Sub"] for arn in statement["Resource"]]
        assert [arn for arn in arns if "*" in arn] == []
        assert {arn.rpartition("-")[2] for arn in arns} == {"execution", "infrastructure", "task"}
        assert "iam:PassedToService" in statement["Condition"]["StringEquals"]


def test_only_what_knows_no_resource_is_allowed_on_all() -> None:
    wide = {
        action for _, it in statements() if it["Resource"] == "*" for action in listed(it["Action"])
    }

    assert [action for action in wide if not OF_NO_RESOURCE.fullmatch(action)] == []
    assert not any("*" in action for _, it in statements() for action in listed(it["Action"]))


@every_environment
def test_the_pipelines_roles_are_for_one_environment_in_both_forms(environment: str) -> None:
    roles = [f"Deploy{environment.capitalize()}Role"]
    roles += ["BuildRole"] if environment == "staging" else []
    for name in roles:
        trust = one("foundation", name).properties["AssumeRolePolicyDocument"]["Statement"][0]
        wanted = trust["Condition"]["StringEquals"]
        subjects = [it["Fn::Sub"] for it in wanted["token.actions.githubusercontent.com:sub"]]

        assert wanted["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
        # The way back waits for nobody, so it has an environment of its own.
        names = [environment, *(["production-rollback"] if environment == "production" else [])]
        assert subjects == [
            f"repo:{repository}:environment:{it}"
            for it in names
            for repository in (
                "${GitHubOwner}/${GitHubRepository}",
                "${GitHubOwner}@${GitHubOwnerId}/${GitHubRepository}@${GitHubRepositoryId}",
            )
        ]


def test_logs_are_kept_thirty_days() -> None:
    groups = of_kind("AWS::Logs::LogGroup")

    assert groups
    assert {it.properties["RetentionInDays"] for _, it in groups} == {30}


def test_an_environment_has_at_most_six_alarms() -> None:
    assert len(alarms("standard-shared", "standard", "standard-services")) <= 6
    assert len(alarms("cheap", "cheap-service")) <= 6


def test_health_is_life_and_is_seen_within_ten_seconds() -> None:
    colours = of_kind("AWS::ElasticLoadBalancingV2::TargetGroup")

    assert [it.name for _, it in colours] == ["Blue", "Green"]
    assert colours[0][1].properties == colours[1][1].properties
    for _, it in colours:
        health = it.properties
        assert health["HealthCheckPath"] == "/healthz"
        assert health["HealthCheckIntervalSeconds"] == 5
        assert health["HealthyThresholdCount"] == health["UnhealthyThresholdCount"] == 2
        attributes = {row["Key"]: row["Value"] for row in health["TargetGroupAttributes"]}
        assert 15 <= int(attributes["deregistration_delay.timeout_seconds"]) <= 30


def test_both_rules_know_both_colours_and_the_smoke_tests_come_first() -> None:
    live, test = (one("standard", name).properties for name in ("LiveRule", "TestRule"))
    groups = live["Actions"][0]["ForwardConfig"]["TargetGroups"]
    priorities = template("standard")["Mappings"]["Priorities"]

    assert live["Actions"] == test["Actions"]
    assert [row["TargetGroupArn"] for row in groups] == [{"Ref": "Blue"}, {"Ref": "Green"}]
    assert [row["Weight"] for row in groups] == [1, 0]
    assert all(row["Test"] < row["Live"] for row in priorities.values())
    numbers = [number for row in priorities.values() for number in row.values()]
    assert len(set(numbers)) == len(numbers)


def test_nobody_outside_reaches_readiness_or_metrics_but_smoke_tests() -> None:
    live, test = (
        one("standard", name).properties["Conditions"] for name in ("LiveRule", "TestRule")
    )

    assert live[1]["PathPatternConfig"]["Values"] == ["/telegram", "/healthz", "/*n"]
    assert "HttpHeaderConfig" in test[1]
    assert "/metrics" not in str(live) + str(test)


def test_an_update_of_a_stack_cannot_put_weights_back() -> None:
    policy = json.loads((FOLDER / "stack-policy.json").read_text())
    denied = [it for it in policy["Statement"] if it["Effect"] == "Deny"]
    rules = [it.name for _, it in of_kind("AWS::ElasticLoadBalancingV2::ListenerRule")]

    assert [it["Action"] for it in denied] == ["Update:*"]
    assert denied[0]["Resource"] == [f"LogicalResourceId/{name}" for name in rules]


def test_what_runs_stands_in_the_parameter_store_and_in_no_template() -> None:
    assert of_kind("AWS::ECS::TaskDefinition") == []
    services = of_kind("AWS::ECS::Service")
    assert len(services) == 3
    for name, it in services:
        reference = it.properties["TaskDefinition"]["Ref"]
        kind = template(name)["Parameters"][reference]["Type"]
        assert kind == "AWS::SSM::Parameter::Value<String>"
        assert "DesiredCount" not in it.properties


def test_the_bot_moves_blue_green_and_waits_for_its_smoke_tests() -> None:
    bot = one("standard-services", "Bot").properties
    how = bot["DeploymentConfiguration"]

    assert how["Strategy"] == "BLUE_GREEN"
    assert "DeploymentCircuitBreaker" not in how  # ECS knows it for rolling deployments only
    assert how["Alarms"]["Rollback"] is True
    assert how["LifecycleHooks"] == [
        {
            "TargetType": "PAUSE",
            "LifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
            "TimeoutConfiguration": {"TimeoutInMinutes": 60, "Action": "ROLLBACK"},
        }
    ]
    assert {"ProductionListenerRule", "TestListenerRule", "RoleArn"} < bot["LoadBalancers"][0][
        "AdvancedConfiguration"
    ].keys()


def test_nobody_is_an_alarm_in_production_and_sleep_in_staging() -> None:
    """Where no task is, the load balancer counts nothing at all, and not zero."""
    alarm = one("standard", "NobodyHealthy").properties
    (told,) = (it for it in alarm["Metrics"] if "Expression" in it)

    assert "FILL" not in told["Expression"]
    assert alarm["TreatMissingData"] == {"Fn::FindInMap": ["Silence", {"Ref": "Environment"}, "Is"]}
    silence = template("standard")["Mappings"]["Silence"]
    assert (silence["production"]["Is"], silence["staging"]["Is"]) == ("breaching", "notBreaching")


def test_alarms_that_turn_a_deployment_back_exist() -> None:
    watched = one("standard-services", "Bot").properties["DeploymentConfiguration"]["Alarms"]
    known = [it.properties.get("AlarmName") for _, it in of_kind("AWS::CloudWatch::Alarm")]

    assert [name for name in watched["AlarmNames"] if name not in known] == []


def test_the_cheap_profile_never_runs_two_tasks() -> None:
    how = one("cheap-service", "Assistant").properties

    assert how["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]
    assert how["DeploymentConfiguration"]["MinimumHealthyPercent"] == 0
    assert how["DeploymentConfiguration"]["MaximumPercent"] == 100


def test_without_spot_capacity_the_cheap_profile_goes_on_demand_and_comes_back() -> None:
    no_spot = one("cheap-service", "NoSpot").properties
    back = one("cheap-service", "BackToSpot").properties

    assert no_spot["EventPattern"]["detail"]["eventName"] == ["SERVICE_TASK_PLACEMENT_FAILURE"]
    assert json.loads(no_spot["Targets"][0]["Input"]) == {"wanted": "FARGATE"}
    assert json.loads(back["Target"]["Input"]) == {"wanted": "FARGATE_SPOT"}


def test_only_staging_sleeps() -> None:
    hours = of_kind("AWS::ApplicationAutoScaling::ScalableTarget")

    assert len(hours) == 2
    assert {it.condition for _, it in hours} == {"Sleeps"}
    conditions = template("standard-services")["Conditions"]
    assert conditions == {"Sleeps": {"Fn::Equals": [{"Ref": "Environment"}, "staging"]}}


def test_images_are_scanned_kept_and_never_renamed() -> None:
    for _, it in of_kind("AWS::ECR::Repository"):
        assert it.properties["ImageScanningConfiguration"] == {"ScanOnPush": True}
        assert it.properties["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
        excluded = it.properties["ImageTagMutabilityExclusionFilters"]
        assert [row["ImageTagMutabilityExclusionFilterValue"] for row in excluded] == ["sha256-*"]
        rules = json.loads(it.properties["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
        tagged = [it["selection"] for it in rules if it["selection"]["tagStatus"] == "tagged"]
        assert [(it["tagPrefixList"], it["countNumber"]) for it in tagged] == [
            (["production-"], 50),  # the first rule that a name fits is the only one that counts
            (["sha-"], 50),
        ]
        assert rules[0]["selection"] == tagged[0]


def test_no_engine_is_asked_for_that_aws_may_have_stopped_making() -> None:
    assert one("standard-shared", "Database").properties["EngineVersion"] == "17"


def test_what_must_not_be_lost_outlives_its_stack() -> None:
    kinds = ("S3::Bucket", "RDS::DBInstance", "SecretsManager::Secret", "EFS::FileSystem")
    kept = [it for _, it in EVERYTHING if it.kind.endswith(kinds)]

    assert len(kept) == 6
    # What a first attempt that failed would leave behind stands in the way of the second.
    assert {it.body.get("DeletionPolicy") for it in kept} <= {"RetainExceptOnCreate", "Snapshot"}
    named = [it for _, it in EVERYTHING if it.body.get("DeletionPolicy") == "Retain"]
    assert named == []


def test_the_ledger_is_written_once() -> None:
    ledger = one("foundation", "Ledger").properties

    assert ledger["ObjectLockEnabled"] is True
    rule = ledger["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert rule["Mode"] == "COMPLIANCE"


@every_template
def test_a_suppression_says_why_and_what_the_other_way_costs(name: str) -> None:
    for it in resources(name):
        for skipped in it.body.get("Metadata", {}).get("checkov", {}).get("skip", []):
            assert re.search(r"\$\d|cents|costs? nothing|no cost|minutes of", skipped["comment"])


@pytest.mark.parametrize("name", FORMS)
def test_a_task_is_small_shut_and_given_time_to_end(name: str) -> None:
    task = form(name)

    assert (task["cpu"], task["memory"]) == ("256", "512")
    assert task["runtimePlatform"]["cpuArchitecture"] == "ARM64"
    for container in task["containerDefinitions"]:
        assert container["stopTimeout"] == 120
        assert container["readonlyRootFilesystem"] is True
        assert container["user"] == "10001:10001"
        assert container["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
        assert re.fullmatch(r"\$\{[A-Z_]+_IMAGE\}", container["image"])
        told = {row["name"]: row["value"] for row in container["environment"]}
        assert int(told.get("STOP_SECONDS", 0)) < container["stopTimeout"]
        if name != "provision":
            assert container["healthCheck"]["command"][-1].endswith("/healthz")


@pytest.mark.parametrize("name", FORMS)
def test_secrets_come_from_the_secret_and_stand_in_no_environment(name: str) -> None:
    for container in form(name)["containerDefinitions"]:
        for row in container.get("secrets", []):
            assert re.fullmatch(r"\$\{(DATABASE_OWNER_)?SECRET\}:\w+::", row["valueFrom"])
        told = [row["name"] for row in container["environment"]]
        assert [it for it in told if re.search("TOKEN|SECRET|PASSWORD", it)] == []


def test_names_of_containers_are_those_that_the_load_balancer_and_the_release_know() -> None:
    balanced = one("standard-services", "Bot").properties["LoadBalancers"][0]
    bot = form("telegram-bot")["containerDefinitions"][0]

    assert bot["name"] == balanced["ContainerName"] == "telegram-bot"
    assert balanced["ContainerPort"] in [row["containerPort"] for row in bot["portMappings"]]
    assert [it["name"] for it in form("assistant")["containerDefinitions"]] == [
        "telegram-bot",
        "market-data",
    ]


def test_no_rule_has_more_values_than_the_load_balancer_takes() -> None:
    """AWS takes three comparison strings a condition at most, and five a rule."""
    for name, rule in of_kind("AWS::ElasticLoadBalancingV2::ListenerRule"):
        conditions = rule.properties["Conditions"]
        values = [
            len(config["Values"])
            for it in conditions
            for key, config in it.items()
            if key.endswith("Config")
        ]
        assert len(values) == len(conditions), f"{name}.{rule.name}"
        assert max(values) <= 3 and sum(values) <= 5, f"{name}.{rule.name}"


def test_the_test_rule_leads_to_everything_that_the_tool_asks_and_the_live_rule_does_not() -> None:
    def leads(rule: str) -> set[str]:
        asked = {"/healthz", "/readyz", "/version", "/internal/smoke", "/internal/lease/take"}
        asked |= {"/condition", "/metrics"}
        conditions = one("standard", rule).properties["Conditions"]
        (paths,) = [it["PathPatternConfig"] for it in conditions if "PathPatternConfig" in it]
        return {it for it in asked if any(fnmatch(it, path) for path in paths["Values"])}

    assert len(leads("TestRule")) == 5
    assert leads("LiveRule") == {"/healthz", "/version", "/condition"}
