"""What Chalice leaves out, written over its template: names for triggers, retries, dead letters, permissions.

The rules are by kind of trigger, so a new handler gets them without being listed anywhere: F11, F12, F13.
"""

from collections.abc import Iterator
from typing import Any

from chalice.utils import to_cfn_resource_name

Json = dict[str, Any]

NAMES = {  # the property that names a resource, and the attribute that gives its ARN
    "AWS::SQS::Queue": ("QueueName", "Arn"),
    "AWS::SNS::Topic": ("TopicName", "TopicArn"),
    "AWS::DynamoDB::Table": ("TableName", "StreamArn"),
}
ASYNC = {"Schedule", "CloudWatchEvent", "SNS"}
READ_QUEUE = [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ChangeMessageVisibility",
]
READ_STREAM = [
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:DescribeStream",
    "dynamodb:ListStreams",
]
ACCOUNT = "${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}"
LOGS = f"arn:{ACCOUNT}:log-group:/aws/lambda/${{AWS::StackName}}-*"
EIGHT_HOURS, A_DAY = 28_800, 86_400


class UnknownResource(RuntimeError):
    """A handler names a queue, topic or table that no file in infra/resources declares."""


def overlay(chalice: Json, resources: Json, grants: Json) -> Json:
    """The template to merge over Chalice's: `resources` whole, plus what each function's trigger asks for."""
    completed: Json = {}
    for name, function in functions(chalice):
        events = function["Properties"].get("Events", {})
        completed[name] = {"Properties": properties(events, resources["Resources"])}
        role = function["Properties"]["Role"]["Fn::GetAtt"][0]
        statements = [*permissions(completed[name]["Properties"], kinds(events)), *granted(name, grants)]
        completed[role] = {"Properties": {"Policies": [policy(role, statements)]}}
    if "ApiHandlerLogGroup" in chalice["Resources"]:
        # Chalice renames the API's function after it has written the name of its log.
        completed["ApiHandlerLogGroup"] = {
            "Properties": {"LogGroupName": {"Fn::Sub": "/aws/lambda/${APIHandler}"}}
        }
    return {**resources, "Resources": {**resources["Resources"], **completed}}


def functions(template: Json) -> Iterator[tuple[str, Json]]:
    """Every deployed function with its logical id."""
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            yield name, resource


def properties(events: Json, resources: Json) -> Json:
    """How a function with these events is retried, and where what fails ends."""
    completed: Json = {
        "Events": {name: {"Properties": trigger(event, resources)} for name, event in events.items()}
    }
    if ASYNC & kinds(events):
        completed["EventInvokeConfig"] = {
            "MaximumEventAgeInSeconds": 21_600,
            "MaximumRetryAttempts": 2,
            "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": arn("ReactionsDeadQueue")}},
        }
    return completed if events else {}


def kinds(events: Json) -> set[str]:
    """The kinds of trigger among them."""
    return {event["Type"] for event in events.values()}


def trigger(event: Json, resources: Json) -> Json:
    """The trigger's missing properties; its ARN in the code becomes a reference to the declared resource."""
    given = event["Properties"]
    match event["Type"]:
        case "SQS":
            return {
                "Queue": declared(given["Queue"], "AWS::SQS::Queue", resources),
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
            }
        case "DynamoDB":
            return {
                "Stream": declared(given["Stream"], "AWS::DynamoDB::Table", resources),
                "StartingPosition": "TRIM_HORIZON",
                "BisectBatchOnFunctionError": True,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "MaximumRetryAttempts": 5,
                "MaximumRecordAgeInSeconds": EIGHT_HOURS,
                "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": arn("StreamDeadQueue")}},
            }
        case "SNS":
            return {
                "Topic": declared(given["Topic"], "AWS::SNS::Topic", resources),
                "RedrivePolicy": {"deadLetterTargetArn": arn("UndeliveredQueue")},
            }
        case "Schedule" | "CloudWatchEvent":
            return {
                "RetryPolicy": {"MaximumEventAgeInSeconds": A_DAY, "MaximumRetryAttempts": 185},
                "DeadLetterConfig": {"Arn": arn("UndeliveredQueue")},
            }
        case kind:
            raise UnknownResource(f"no rule for a trigger of kind {kind}: add one to infra/overlay.py")


def declared(written: str, kind: str, resources: Json) -> Json:
    """The reference to the resource of that kind which the code names by a full ARN."""
    name_property, attribute = NAMES[kind]
    parts = written.split(":")[5].split("/")
    wanted = parts[1] if kind == "AWS::DynamoDB::Table" else parts[-1]
    for name, resource in resources.items():
        if resource["Type"] == kind and resource["Properties"].get(name_property) == wanted:
            return {"Ref": name} if kind == "AWS::SNS::Topic" else arn(name, attribute)
    raise UnknownResource(f"{written}: no {kind} named {wanted} in infra/resources")


def arn(resource: str, attribute: str = "Arn") -> Json:
    """The reference to a resource's ARN."""
    return {"Fn::GetAtt": [resource, attribute]}


def permissions(function: Json, triggers: set[str]) -> Iterator[Json]:
    """What a function may do because of what wakes it, its own log included."""
    yield allow(["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::Sub": LOGS})
    if triggers & ASYNC:
        yield allow("sqs:SendMessage", arn("ReactionsDeadQueue"))
    for event in function.get("Events", {}).values():
        source = event["Properties"]
        if "Queue" in source:
            yield allow(READ_QUEUE, source["Queue"])
        if "Stream" in source:
            yield allow(READ_STREAM, source["Stream"])
            yield allow("sqs:SendMessage", source["DestinationConfig"]["OnFailure"]["Destination"])


def granted(function: str, grants: Json) -> Iterator[Json]:
    """The statements that `.chalice/grants.yaml` gives to this function by name."""
    for handler, names in grants["functions"].items():
        if logical_id(handler) == function:
            for name in names:
                yield from ({"Effect": "Allow", **statement} for statement in grants["grants"][name])


def logical_id(handler: str) -> str:
    """What Chalice calls a handler in the template."""
    return "APIHandler" if handler == "api_handler" else str(to_cfn_resource_name(handler))


def allow(actions: str | list[str], resource: Json) -> Json:
    """One statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def policy(role: str, statements: list[Json]) -> Json:
    """The role's one inline policy."""
    return {
        "PolicyName": f"{role}Policy",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
    }
