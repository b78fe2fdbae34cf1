"""The template that gets deployed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local.functions import Function, deployed, queue_name
from infra.local.names import Names
from infra.overlay import UnknownResource, functions, logical_id, overlay
from infra.template import GRANTS, ROOT, declared, packaged

WIDE = {"*", "arn:*"}
Json = dict[str, Any]


@pytest.fixture(scope="module")
def template() -> Json:
    return packaged()


@pytest.fixture(scope="module")
def deployed_functions(template: Json) -> dict[str, Function]:
    return deployed(Names(template=template))


def of_type(template: Json, kind: str) -> dict[str, Json]:
    return {name: r["Properties"] for name, r in template["Resources"].items() if r["Type"] == kind}


def events(template: Json, *kinds: str) -> Iterator[tuple[str, Json]]:
    for name, function in functions(template):
        for event in function["Properties"].get("Events", {}).values():
            if event["Type"] in kinds:
                yield name, event["Properties"]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def policies(template: Json) -> Iterator[tuple[str, Json]]:
    for name, function in functions(template):
        role = template["Resources"][function["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
        for policy in role["Policies"]:
            yield from ((name, statement) for statement in policy["PolicyDocument"]["Statement"])


def test_cfn_lint_finds_nothing(template: Json, tmp_path: Path) -> None:
    file = tmp_path / "sam.json"
    (tmp_path / "deployment.zip").touch()
    file.write_text(json.dumps(template))
    command = [Path(sys.executable).with_name("cfn-lint"), "--regions", "eu-west-1", "--", file]
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)  # noqa: S603
    assert (found.returncode, found.stdout) == (0, "")


def test_every_event_rule_retries_and_has_a_dead_letter_queue(template: Json) -> None:
    """F13."""
    rules = list(events(template, "Schedule", "CloudWatchEvent"))
    assert rules
    for _name, rule in rules:
        assert rule["RetryPolicy"]["MaximumRetryAttempts"] > 0
        assert rule["DeadLetterConfig"]["Arn"]


def test_every_topic_subscription_has_a_dead_letter_queue(template: Json) -> None:
    assert all(event["RedrivePolicy"]["deadLetterTargetArn"] for _, event in events(template, "SNS"))


def test_a_poison_record_of_the_stream_is_isolated_and_kept(template: Json) -> None:
    """F12."""
    for _name, mapping in events(template, "DynamoDB"):
        assert mapping["BisectBatchOnFunctionError"]
        assert mapping["MaximumRetryAttempts"] < 20
        assert mapping["DestinationConfig"]["OnFailure"]["Destination"]


def test_every_asynchronous_function_keeps_what_fails(deployed_functions: dict[str, Function]) -> None:
    assert [f.name for f in deployed_functions.values() if f.is_async and not f.dead_letters] == []


def test_every_queue_that_is_worked_on_has_a_dead_letter_queue(template: Json) -> None:
    """F11: three tries, and more patience than six time-outs of the function that reads it."""
    queues = {name: q for name, q in of_type(template, "AWS::SQS::Queue").items() if "RedrivePolicy" in q}
    for reader, mapping in events(template, "SQS"):
        queue = queues[mapping["Queue"]["Fn::GetAtt"][0]]
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 3
        assert queue["VisibilityTimeout"] >= 6 * template["Resources"][reader]["Properties"]["Timeout"]
        assert "ReportBatchItemFailures" in mapping["FunctionResponseTypes"]


def test_every_dead_letter_queue_has_an_alarm(template: Json) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    dead = {name for name, queue in queues.items() if "RedrivePolicy" not in queue}
    alarms = [a for a in of_type(template, "AWS::CloudWatch::Alarm").values() if a["Namespace"] == "AWS/SQS"]
    watched = {alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for alarm in alarms}
    assert watched == dead
    assert all(alarm["AlarmActions"] and alarm["Threshold"] == 0 for alarm in alarms)


def test_a_sweep_that_stands_still_raises_an_alarm(template: Json) -> None:
    """F14."""
    alarm = of_type(template, "AWS::CloudWatch::Alarm")["OverdueAlarm"]
    assert (alarm["MetricName"], alarm["TreatMissingData"]) == ("OldestOverdueSeconds", "breaching")


def test_every_function_is_given_its_grants_by_name(template: Json) -> None:
    granted = yaml.safe_load(GRANTS.read_text())
    listed = {logical_id(handler): handler for handler in granted["functions"]}
    names = {name for name, _ in functions(template)}
    assert names - listed.keys() == set(), "these have no line in .chalice/grants.yaml"
    assert listed.keys() - names == set(), "these are in .chalice/grants.yaml and are not deployed"
    used = {grant for grants in granted["functions"].values() for grant in grants}
    assert used <= granted["grants"].keys()


def test_no_function_may_do_everything_or_to_everything(template: Json) -> None:
    for name, statement in policies(template):
        actions, resources = listed(statement["Action"]), listed(statement.get("Resource", []))
        # Only a text message has no ARN at all: everything that has one is left out there.
        assert resources or actions == ["sns:Publish"], name
        assert not WIDE & {resource for resource in resources if isinstance(resource, str)}, name
        assert not [action for action in actions if action.endswith("*")], name


def test_buckets_are_private_encrypted_and_versioned(template: Json) -> None:
    buckets = of_type(template, "AWS::S3::Bucket")
    assert buckets
    for bucket in buckets.values():
        assert all(bucket["PublicAccessBlockConfiguration"].values())
        assert bucket["BucketEncryption"]
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


def test_the_table_is_protected_and_recoverable(template: Json) -> None:
    table = of_type(template, "AWS::DynamoDB::Table")["DeskTable"]
    assert table["DeletionProtectionEnabled"]
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert table["SSESpecification"]["SSEEnabled"]
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"


def test_each_handlers_module_imports_alone(deployed_functions: dict[str, Function]) -> None:
    """Lambda imports that module and never app.py."""
    modules = {f.handler.rpartition(".")[0] for f in deployed_functions.values()} - {"app"}
    script = "import importlib, sys; importlib.import_module(sys.argv[1]); assert 'app' not in sys.modules"
    running = {
        module: subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", script, module], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for module in sorted(modules)
    }
    said = {module: process.communicate()[1] for module, process in running.items()}
    assert {module: said[module] for module, process in running.items() if process.returncode} == {}


def test_a_handler_on_an_undeclared_queue_is_refused() -> None:
    event = {"Type": "SQS", "Properties": {"Queue": "arn:aws:sqs:eu-west-1:000000000000:nowhere"}}
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Role": {"Fn::GetAtt": ["R", "Arn"]}, "Events": {"E": event}},
    }
    with pytest.raises(UnknownResource, match="nowhere"):
        overlay({"Resources": {"F": function}}, declared(), {"functions": {}, "grants": {}})


def test_dead_letters_named_by_functions_are_queues_of_the_template(
    template: Json, deployed_functions: dict[str, Function]
) -> None:
    queues = {queue["QueueName"] for queue in of_type(template, "AWS::SQS::Queue").values()}
    named = {queue_name(f.dead_letters) for f in deployed_functions.values() if f.dead_letters}
    assert named <= queues
