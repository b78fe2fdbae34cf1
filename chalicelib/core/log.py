"""One JSON line per fact, with ids and never bodies, addresses or secrets; and the few figures that alarms watch."""

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

log = Logger(service="pledge", log_uncaught_exceptions=False, utc=True)


def metric(name: str, value: float, unit: str = "Count") -> None:
    """One figure in CloudWatch's embedded format, namespace Pledge."""
    with single_metric(name=name, unit=MetricUnit(unit), value=value, namespace="Pledge") as single:
        single.add_dimension(name="service", value="pledge")
