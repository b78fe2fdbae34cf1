"""The parts of the cloud on a laptop that are plain rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.due import moment, text
from infra.local.durations import UnclearDuration, parse_duration
from infra.local.inbound import headers
from infra.local.names import Names
from infra.local.routes import Route
from infra.local.schedules import UnknownExpression, schedule
from infra.template import merged

SATURDAY = datetime(2026, 11, 21, 18, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "tick"),
    [
        ("rate(1 minute)", "2026-11-21T18:31:00"),
        ("rate(5 minutes)", "2026-11-21T18:35:00"),
        ("rate(1 hour)", "2026-11-21T19:00:00"),
        ("rate(1 day)", "2026-11-22T00:00:00"),
        ("cron(0/15 * * * ? *)", "2026-11-21T18:45:00"),
        ("cron(30 18 * * ? *)", "2026-11-22T18:30:00"),
        ("cron(0 9 ? * MON-FRI *)", "2026-11-23T09:00:00"),
        ("cron(0 9 ? * 1,7 *)", "2026-11-22T09:00:00"),
        ("cron(0 0 1 * ? *)", "2026-12-01T00:00:00"),
        ("cron(0 0 L * ? *)", "2026-11-30T00:00:00"),
        ("cron(0 12 29 FEB ? *)", "2028-02-29T12:00:00"),
        ("cron(0 8-10 ? 12 MON#1 *)", None),
        ("every day", None),
        ("cron(0 9 * *)", None),
    ],
)
def test_a_schedule_ticks_when_eventbridge_would(expression: str, tick: str | None) -> None:
    if tick is None:
        with pytest.raises(UnknownExpression):
            schedule(expression)
    else:
        assert schedule(expression).after(SATURDAY) == datetime.fromisoformat(f"{tick}+00:00")


@pytest.mark.parametrize("expression", ["rate(7 minutes)", "cron(*/20 6-9 ? * * *)", "cron(5 4 L 2,11 ? *)"])
def test_the_next_tick_is_always_later_and_nothing_lies_between(expression: str) -> None:
    if "*/" in expression:
        expression = expression.replace("*/", "0/")
    ticks = schedule(expression)
    first = ticks.after(SATURDAY)
    assert first > SATURDAY
    assert ticks.after(first - timedelta(microseconds=1)) == first


@pytest.mark.parametrize(
    ("text_given", "duration"),
    [
        ("PT2H", timedelta(hours=2)),
        ("P3D", timedelta(days=3)),
        ("P1DT30M", timedelta(days=1, minutes=30)),
        ("PT90.5S", timedelta(seconds=90.5)),
        ("P2W", timedelta(weeks=2)),
    ],
)
def test_durations_are_read_as_iso_8601_has_them(text_given: str, duration: timedelta) -> None:
    assert parse_duration(text_given) == duration


@pytest.mark.parametrize(
    "text_given", ["", "P", "PT", "2H", "P1M", "P1Y", "-PT1H", "PT1H30", "P" + "9" * 400 + "D"]
)
def test_what_is_no_duration_is_refused(text_given: str) -> None:
    with pytest.raises(UnclearDuration):
        parse_duration(text_given)


@pytest.mark.parametrize(
    ("resource", "path", "parameters"),
    [
        ("/", "/", {}),
        ("/v1/tickets", "/v1/tickets", {}),
        ("/v1/tickets/{id}", "/v1/tickets/T%2F1", {"id": "T/1"}),
        ("/v1/tickets/{id}/notes", "/v1/tickets/T1/notes", {"id": "T1"}),
        ("/v1/tickets/{id}", "/v1/tickets/", None),
        ("/v1/tickets/{id}", "/v1/tickets/T1/notes", None),
        ("/files/{path+}", "/files/a/b/c", {"path": "a/b/c"}),
    ],
)
def test_a_path_belongs_to_the_route_of_its_shape(
    resource: str, path: str, parameters: dict[str, str] | None
) -> None:
    assert Route(resource, frozenset({"get"})).match(path) == parameters


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
def test_any_bytes_have_headers_or_none(raw: bytes) -> None:
    for name, value in headers(raw):
        assert name
        assert "\n" not in name + value


def test_headers_are_unfolded_and_end_at_the_empty_line() -> None:
    raw = b"Subject: a\r\n  b\r\nFrom: alice@customer.example\r\n\r\nTo: nobody\r\n"
    assert headers(raw) == [("Subject", "a b"), ("From", "alice@customer.example")]


def test_intrinsic_functions_stand_for_local_names() -> None:
    template = {
        "Parameters": {"Who": {"Default": "alice"}},
        "Resources": {
            "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "due"}},
            "B": {
                "Type": "AWS::S3::Bucket",
                "Properties": {"BucketName": {"Fn::Sub": "b-${AWS::AccountId}"}},
            },
            "T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "pages"}},
        },
    }
    names = Names(template=template, endpoint="http://moto")
    for given_value, resolved in [
        ({"Ref": "Q"}, "http://moto/000000000000/due"),
        ({"Fn::GetAtt": ["Q", "Arn"]}, "arn:aws:sqs:eu-west-1:000000000000:due"),
        ({"Ref": "B"}, "b-000000000000"),
        ({"Ref": "T"}, "arn:aws:sns:eu-west-1:000000000000:pages"),
        ({"Fn::Sub": "${Who}: ${B.Arn}/*"}, "alice: arn:aws:s3:::b-000000000000/*"),
        ({"Fn::Join": ["-", ["x", {"Ref": "Who"}]]}, "x-alice"),
        ([{"a": {"Ref": "Who"}}], [{"a": "alice"}]),
    ]:
        assert names.resolve(given_value) == resolved


def test_merging_joins_mappings_and_replaces_the_rest() -> None:
    assert merged({"a": {"b": 1}, "l": [1]}, {"a": {"c": 2}, "l": [2, 3]}) == {
        "a": {"b": 1, "c": 2},
        "l": [1],
    }


@given(st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds it
def test_a_due_time_reads_back_as_it_was_written(at: datetime) -> None:
    assert moment(text(at)) == at
