"""Ties the template's triggers to moto: topics and rules deliver into the inbox of the function they wake."""

import json
from typing import Any

from infra.local.functions import Function, Trigger
from infra.local.names import ACCOUNT, REGION, Names
from infra.local.queues import Queues
from infra.local.resources import client


def connect(functions: dict[str, Function], names: Names, queues: Queues) -> None:
    """Every subscription and every rule of the template."""
    sns, events = client("sns", names.endpoint), client("events", names.endpoint)
    for function in functions.values():
        if function.is_async:
            queues.ensure(function.inbox)
        inbox = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{function.inbox}"
        for subscription in function.of_kind("SNS"):
            subscribe(sns, subscription, inbox)
        for rule in function.of_kind("CloudWatchEvent"):
            events.put_rule(Name=rule.name, EventPattern=json.dumps(rule.properties["Pattern"]))
            events.put_targets(Rule=rule.name, Targets=[{"Id": function.name, "Arn": inbox}])


def subscribe(sns: Any, trigger: Trigger, inbox: str) -> None:
    """One function to one topic, with its filter when it has one."""
    filters = trigger.properties.get("FilterPolicy")
    attributes = {"FilterPolicy": json.dumps(filters)} if filters else {}
    sns.subscribe(TopicArn=trigger.properties["Topic"], Protocol="sqs", Endpoint=inbox, Attributes=attributes)


def topics_of_functions(functions: dict[str, Function]) -> set[str]:
    """Topics that functions read: what is published there stays inside."""
    return {
        trigger.properties["Topic"] for function in functions.values() for trigger in function.of_kind("SNS")
    }


def feedback_topics(names: Names) -> dict[str, list[str]]:
    """For each configuration set, the topics that are told what became of a mail."""
    found: dict[str, list[str]] = {}
    for destination in names.of_type("AWS::SES::ConfigurationSetEventDestination").values():
        topic = destination["EventDestination"].get("SnsDestination", {}).get("TopicARN")
        if topic:
            found.setdefault(destination["ConfigurationSetName"], []).append(topic)
    return found
