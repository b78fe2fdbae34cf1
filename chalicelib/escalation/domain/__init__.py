"""Rotas, ladders and mobilisations: pure rules."""

from chalicelib.escalation.domain.document import ladder_of
from chalicelib.escalation.domain.ladder import (
    Action,
    Hours,
    Ladder,
    Level,
    Occasion,
    Step,
    Target,
    TargetKind,
)
from chalicelib.escalation.domain.mobilisation import AlreadyTaken, Callee, Mobilisation, Page, State
from chalicelib.escalation.domain.page_text import page_text
from chalicelib.escalation.domain.rota import Rota, Shift, Substitute, Turn

__all__ = [
    "Action",
    "AlreadyTaken",
    "Callee",
    "Hours",
    "Ladder",
    "Level",
    "Mobilisation",
    "Occasion",
    "Page",
    "Rota",
    "Shift",
    "State",
    "Step",
    "Substitute",
    "Target",
    "TargetKind",
    "Turn",
    "ladder_of",
    "page_text",
]
