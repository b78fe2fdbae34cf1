"""What the API takes and gives for customers, contracts and plans."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.customers.calendar_forms import CalendarView, In
from chalicelib.customers.domain import Customer, CustomerKind
from chalicelib.sla.domain import Kind, Override, Plan, Target
from chalicelib.sla.forms import duration_from
from chalicelib.web.api import PREFIX

DurationText = Annotated[
    str, Field(pattern=r"^([0-9]{1,5}h)?([0-9]{1,5}min)?$", min_length=2, examples=["8h"])
]
KindName: TypeAlias = Literal[tuple(kind.value for kind in Kind)]  # type: ignore[valid-type]


class OverrideForm(In):
    """What the contract changes, and the clause that says so (D1). What is left out stays as the plan has it."""

    clause: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
    kind: KindName | None = None
    severity: Annotated[int, Field(ge=1, le=4)] | None = None
    target: DurationText | None = None
    hours: Literal["business", "always"] | None = None
    by_phone: bool | None = None
    calendar: Annotated[str, Field(max_length=80, description="a built-in calendar")] | None = None

    def override(self) -> Override:
        """As the domain knows it."""
        fields = self.model_dump(exclude={"target"})
        return Override(**fields, duration=duration_from(self.target) if self.target else None)


class OverridesForm(In):
    """All overrides of the contract, in the order in which they apply."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "overrides": [
                        {
                            "clause": "Contract 4.2: severity 1 within an hour",
                            "kind": "first_response",
                            "severity": 1,
                            "target": "1h",
                        }
                    ]
                }
            ]
        }
    )

    overrides: Annotated[list[OverrideForm], Field(max_length=50)]


class OverrideView(BaseModel):
    """What the contract changes."""

    clause: str
    kind: str | None
    severity: int | None
    target_seconds: int | None
    hours: str | None
    by_phone: bool | None
    calendar: str | None

    @classmethod
    def of(cls, override: Override) -> "OverrideView":
        """As the API shows it."""
        same = {name: getattr(override, name) for name in ("clause", "severity", "by_phone", "calendar")}
        seconds = None if override.duration is None else int(override.duration.total_seconds())
        return cls(**same, kind=override.kind, hours=override.hours, target_seconds=seconds)


class CustomerView(BaseModel):
    """An organisation, its plan, and what its contract says otherwise."""

    id: str
    url: str
    version: int
    name: str
    kind: Literal[tuple(kind.value for kind in CustomerKind)]  # type: ignore[valid-type]
    plan: str
    zone: str
    country: str
    subdivision: str | None
    language: str
    domains: list[str]
    product_lines: list[str]
    calendar: CalendarView | None
    overrides: list[OverrideView]

    @classmethod
    def of(cls, customer: Customer) -> "CustomerView":
        """As the API shows it."""
        same = {name: getattr(customer, name) for name in _SAME}
        return cls(
            **same,
            url=f"{PREFIX}/customers/{customer.id}",
            kind=customer.kind.value,
            domains=list(customer.domains),
            product_lines=list(customer.product_lines),
            calendar=CalendarView.of(customer.calendar) if customer.calendar else None,
            overrides=[OverrideView.of(override) for override in customer.overrides],
        )


_SAME = ("id", "version", "name", "plan", "zone", "country", "subdivision", "language")


class CustomerPage(BaseModel):
    """Some customers, by name; `next` is the cursor of the following page."""

    items: list[CustomerView]
    next: str | None


class TargetView(BaseModel):
    """So much counted time for this, at this severity."""

    kind: str
    severity: int
    target_seconds: int
    hours: str
    by_phone: bool

    @classmethod
    def of(cls, target: Target) -> "TargetView":
        """As the API shows it."""
        same = {name: getattr(target, name) for name in ("kind", "severity", "hours", "by_phone")}
        return cls(**same, target_seconds=int(target.duration.total_seconds()))


class PlanView(BaseModel):
    """A plan in its newest version. `paging` says for each severity when people may be woken."""

    id: str
    version: int
    name: str
    severities: int
    targets: list[TargetView]
    warnings: list[float]
    paging: list[str]
    fallback: str | None
    own_channels: list[str]

    @classmethod
    def of(cls, plan: Plan) -> "PlanView":
        """As the API shows it."""
        same = {name: getattr(plan, name) for name in ("id", "version", "name", "severities")}
        return cls(
            **same,
            targets=[TargetView.of(target) for target in plan.targets],
            warnings=list(plan.warnings),
            paging=[hours.value for hours in plan.paging],
            fallback=plan.fallback.id if plan.fallback else None,
            own_channels=list(plan.own_channels),
        )


class PlanPage(BaseModel):
    """All plans."""

    items: list[PlanView]
