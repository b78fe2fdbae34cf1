"""The engines that other tests stand on."""

import os

import boto3
import pytest

from tests.engines import Cloud


@pytest.mark.parametrize("run", range(3))
def test_every_test_gets_an_empty_table(desk_table: str, run: int) -> None:
    dynamodb = boto3.client("dynamodb")
    assert dynamodb.scan(TableName=desk_table)["Count"] == 0
    dynamodb.put_item(TableName=desk_table, Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    assert dynamodb.scan(TableName=desk_table)["Count"] == 1


@pytest.mark.parametrize("run", range(3))
def test_every_test_gets_an_empty_cloud(cloud: Cloud, run: int) -> None:
    bucket, s3 = os.environ["FILES_BUCKET"], boto3.client("s3")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    s3.put_object(Bucket=bucket, Key="a", Body=b"b")
    assert cloud.queue_url("pledge-due") == os.environ["DUE_QUEUE_URL"]
    boto3.client("sqs").send_message(QueueUrl=os.environ["DUE_QUEUE_URL"], MessageBody="x")


def test_a_mail_leaves_from_the_verified_address(cloud: Cloud) -> None:
    cloud.client("sesv2").send_email(
        FromEmailAddress=os.environ["MAIL_SENDER"],
        Destination={"ToAddresses": ["alice@customer.example"]},
        Content={"Raw": {"Data": b"Subject: hello\r\n\r\nhello"}},
    )
    assert cloud.client("ses").get_send_quota()["SentLast24Hours"] == 1
