"""What CloudFormation would resolve: `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join` of the template."""

import re
from dataclasses import dataclass, field
from typing import Any

ACCOUNT, REGION = "000000000000", "eu-west-1"
LOCAL_PARAMETERS = {
    "MailSender": "support@desk.example",
    "MailDomain": "desk.example",
    "PublicUrl": "http://127.0.0.1:8000",
    "SecretParameter": "",  # a laptop has its secret in PLEDGE_SECRET
}
Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Names:
    """The template's resources by their local names and ARNs."""

    template: Json
    endpoint: str = "http://127.0.0.1"  # of moto: queue URLs begin with it
    parameters: dict[str, str] = field(default_factory=dict)
    stream_arn: str = ""  # known once the engine has made the table

    def of_type(self, kind: str) -> dict[str, Json]:
        """Resources of one type, with their properties resolved."""
        found = {name: r for name, r in self.template["Resources"].items() if r["Type"] == kind}
        return {name: self.resolve(resource.get("Properties", {})) for name, resource in found.items()}

    def resolve(self, value: Any) -> Any:
        """The value with every intrinsic function replaced by what it stands for here."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        match value:
            case {"Ref": str(name)} if len(value) == 1:
                return self.ref(name)
            case {"Fn::GetAtt": [str(name), str(attribute)]} if len(value) == 1:
                return self.attribute(name, attribute)
            case {"Fn::Sub": sub} if len(value) == 1:
                return self.substituted(*sub) if isinstance(sub, list) else self.substituted(sub, {})
            case {"Fn::Join": [str(between), list(parts)]} if len(value) == 1:
                return between.join(str(self.resolve(part)) for part in parts)
        return {key: self.resolve(item) for key, item in value.items()}

    def ref(self, name: str) -> str:
        """A parameter, a pseudo parameter, or a resource's own name."""
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Region": REGION,
            "AWS::Partition": "aws",
            "AWS::StackName": "pledge",
        }
        if name in pseudo:
            return pseudo[name]
        if name in self.template.get("Parameters", {}):
            default = self.template["Parameters"][name].get("Default", "")
            return (LOCAL_PARAMETERS | self.parameters).get(name, str(default))
        kind = self.template["Resources"][name]["Type"]
        if kind == "AWS::SQS::Queue":
            return f"{self.endpoint}/{ACCOUNT}/{self.physical(name)}"
        return self.arn(name) if kind == "AWS::SNS::Topic" else self.physical(name)

    def attribute(self, name: str, attribute: str) -> str:
        """One attribute of a resource; whatever ends in Arn is its ARN."""
        if attribute == "StreamArn":
            return self.stream_arn
        return self.arn(name) if attribute.endswith("Arn") else self.physical(name)

    def physical(self, name: str) -> str:
        """The name given in the template, else the logical one."""
        given = self.template["Resources"][name].get("Properties", {})
        for key in ("QueueName", "TopicName", "TableName", "BucketName", "Name", "RuleSetName"):
            if key in given:
                return str(self.resolve(given[key]))
        return name

    def arn(self, name: str) -> str:
        """The ARN it would have in this account."""
        kind, physical = self.template["Resources"][name]["Type"], self.physical(name)
        place = f"{REGION}:{ACCOUNT}"
        match kind:
            case "AWS::SQS::Queue":
                return f"arn:aws:sqs:{place}:{physical}"
            case "AWS::SNS::Topic":
                return f"arn:aws:sns:{place}:{physical}"
            case "AWS::S3::Bucket":
                return f"arn:aws:s3:::{physical}"
            case "AWS::DynamoDB::Table":
                return f"arn:aws:dynamodb:{place}:table/{physical}"
            case _:
                return f"arn:aws:lambda:{place}:function:{physical}"

    def substituted(self, text: str, given: Json) -> str:
        """`Fn::Sub`: `${Name}`, `${Name.Attribute}`, and the names given beside it."""

        def one(found: re.Match[str]) -> str:
            name, _, attribute = found.group(1).partition(".")
            if name in given:
                return str(self.resolve(given[name]))
            return self.attribute(name, attribute) if attribute else self.ref(name)

        return re.sub(r"\$\{([^!}]+)\}", one, text)
