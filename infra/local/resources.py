"""Makes what `infra/resources` declares, on DynamoDB Local and moto: the same files CloudFormation reads."""

import json
import os
from collections.abc import Iterable
from typing import Any

from infra.local.names import REGION, Json, Names

TABLE = ("TableName", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
QUEUE = ("VisibilityTimeout", "MessageRetentionPeriod", "DelaySeconds", "ReceiveMessageWaitTimeSeconds")


class OutdatedTable(RuntimeError):
    """The kept table has other indexes than the template."""


def client(service: str, endpoint: str) -> Any:
    """A boto3 client of a local engine."""
    import boto3

    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, **keys)  # type: ignore[call-overload]


def create_table(dynamodb: Any, properties: Json) -> str:
    """The table, unless it is there already; gives its stream's ARN."""
    wanted = {key: properties[key] for key in TABLE if key in properties}
    if "StreamSpecification" in properties:
        wanted["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    try:
        table = dynamodb.create_table(**wanted)["TableDescription"]
    except dynamodb.exceptions.ResourceInUseException:
        table = dynamodb.describe_table(TableName=wanted["TableName"])["Table"]
        if indexes(table) != indexes(wanted):
            raise OutdatedTable(
                f"the kept table {wanted['TableName']} has other indexes: delete .local/ (DATA)."
            ) from None
    return str(table.get("LatestStreamArn", ""))


def indexes(table: Json) -> list[tuple[str, str]]:
    """Index names with what they hold, for comparison."""
    found = table.get("GlobalSecondaryIndexes", [])
    return sorted((index["IndexName"], index["Projection"]["ProjectionType"]) for index in found)


def create_on_moto(names: Names) -> None:
    """Buckets, queues with their dead letters, topics and the sending identity."""
    s3, sqs, sns = (client(service, names.endpoint) for service in ("s3", "sqs", "sns"))
    for bucket in names.of_type("AWS::S3::Bucket").values():
        s3.create_bucket(
            Bucket=bucket["BucketName"], CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        if "VersioningConfiguration" in bucket:
            s3.put_bucket_versioning(
                Bucket=bucket["BucketName"], VersioningConfiguration=bucket["VersioningConfiguration"]
            )
    for queue in dead_letters_first(names.of_type("AWS::SQS::Queue").values()):
        sqs.create_queue(QueueName=queue["QueueName"], Attributes=queue_attributes(queue))
    for topic in names.of_type("AWS::SNS::Topic").values():
        sns.create_topic(Name=topic["TopicName"])
    create_mail(names)


def create_mail(names: Names) -> None:
    """The sending identity, already verified, and its configuration set."""
    ses = client("ses", names.endpoint)
    for identity in names.of_type("AWS::SES::EmailIdentity").values():
        ses.verify_domain_identity(Domain=identity["EmailIdentity"])
    for configuration in names.of_type("AWS::SES::ConfigurationSet").values():
        ses.create_configuration_set(ConfigurationSet={"Name": configuration["Name"]})


def dead_letters_first(queues: Iterable[Json]) -> list[Json]:
    """A queue can name its dead-letter queue only when that exists."""
    return sorted(queues, key=lambda queue: "RedrivePolicy" in queue)


def queue_attributes(queue: Json) -> dict[str, str]:
    """CloudFormation's properties as the attributes that SQS takes."""
    attributes = {key: str(queue[key]) for key in QUEUE if key in queue}
    if "RedrivePolicy" in queue:
        attributes["RedrivePolicy"] = json.dumps(queue["RedrivePolicy"])
    return attributes


def environment(names: Names, *, dynamodb: str) -> dict[str, str]:
    """The environment of deployed functions, with endpoints on this machine: only these differ from AWS."""
    variables = names.resolve(names.template["Globals"]["Function"]["Environment"]["Variables"])
    return {
        **{key: str(value) for key, value in variables.items()},
        "AWS_ENDPOINT_URL": names.endpoint,
        "AWS_ENDPOINT_URL_DYNAMODB": dynamodb,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "PLEDGE_SECRET": os.environ.get("PLEDGE_SECRET", "a-laptop-secret-that-guards-nothing"),
        "WEBHOOK_NETWORKS": "127.0.0.0/8",
    }
