"""The packaged template, put through AWS's own transform, is created by a CloudFormation (moto's)."""

import io
import json
import zipfile
from typing import Any

import boto3
import pytest
from moto import mock_aws
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

from infra.overlay import functions
from infra.template import packaged

PARAMETERS = {
    "MailSender": "support@desk.example",
    "MailDomain": "desk.example",
    "PublicUrl": "https://desk.example",
}
Json = dict[str, Any]


class NoManagedPolicies(ManagedPolicyLoader):
    """The template names none, so none need be asked for."""

    def load(self) -> Json:
        return {}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield


def plain(template: Json) -> Json:
    """What CloudFormation gets, without the REST API, whose body moto cannot build (cfn-lint checks that)."""
    for _name, function in functions(template):
        function["Properties"]["CodeUri"] = "s3://code/deployment.zip"
    found: Json = transform(template, PARAMETERS, NoManagedPolicies(boto3.client("iam")))
    left_out = {name for name, r in found["Resources"].items() if r["Type"].startswith("AWS::ApiGateway::")}
    while more := {n for n, r in found["Resources"].items() if n not in left_out and names_any(r, left_out)}:
        left_out |= more
    found["Resources"] = {name: r for name, r in found["Resources"].items() if name not in left_out}
    found["Outputs"] = {name: o for name, o in found["Outputs"].items() if not names_any(o, left_out)}
    return found


def names_any(part: Json, names: set[str]) -> bool:
    text = json.dumps(part)
    return any(f'"{name}"' in text or f"${{{name}" in text for name in names)


def upload_code() -> None:
    s3, code = boto3.client("s3"), io.BytesIO()
    with zipfile.ZipFile(code, "w") as zipped:
        zipped.writestr("app.py", "")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="code", Key="deployment.zip", Body=code.getvalue())


# moto makes what it knows, and says what it does not: cfn-lint has checked the properties of those.
@pytest.mark.filterwarnings("ignore:Tried to parse")
def test_the_packaged_template_is_created_whole(account: None) -> None:
    template = packaged()
    names = {name for name, _ in functions(template)}
    upload_code()
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(
        StackName="pledge",
        TemplateBody=json.dumps(plain(template)),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    assert cloudformation.describe_stacks(StackName="pledge")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    made = boto3.client("lambda").list_functions()["Functions"]
    assert len(made) == len(names)
    assert all(function["Environment"]["Variables"]["DESK_TABLE"] == "desk" for function in made)
    mappings = boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert all("FunctionResponseTypes" in mapping for mapping in mappings)
