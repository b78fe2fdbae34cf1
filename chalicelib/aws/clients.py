"""boto3 clients, each made when first needed and once, with patience that fits behind an API (F7)."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ses import SESClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# botocore's own values, 60 s and up to ten attempts, outlast the gateway's 29 s.
PATIENT = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@cache
def s3() -> "S3Client":
    """Files and raw mail."""
    return boto3.client("s3", config=PATIENT)


@cache
def ses() -> "SESClient":
    """Mail out."""
    # One attempt: after a lost answer only SES itself knows whether it was sent, and it tells us by event.
    return boto3.client("ses", config=PATIENT.merge(Config(retries={"total_max_attempts": 1})))


@cache
def sns() -> "SNSClient":
    """Pages."""
    return boto3.client("sns", config=PATIENT)


@cache
def sqs() -> "SQSClient":
    """Due work."""
    return boto3.client("sqs", config=PATIENT)


@cache
def bus() -> "EventBridgeClient":
    """Events."""
    return boto3.client("events", config=PATIENT)


@cache
def ssm() -> "SSMClient":
    """The secret."""
    return boto3.client("ssm", config=PATIENT)
