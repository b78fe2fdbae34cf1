"""Rotas, ladders and mobilisations: pure rules."""

from chalicelib.escalation.domain.document import ladder_of
from chalicelib.escalation.domain.happening import Happening, taker, why_over
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
from chalicelib.escalation.domain.sending import LEASE, Sending

__all__ = [
    "LEASE",
    "Action",
    "AlreadyTaken",
    "Callee",
    "Happening",
    "Hours",
    "Ladder",
    "Level",
    "Mobilisation",
    "Occasion",
    "Page",
    "Rota",
    "Sending",
    "Shift",
    "State",
    "Step",
    "Substitute",
    "Target",
    "TargetKind",
    "Turn",
    "ladder_of",
    "page_text",
    "taker",
    "why_over",
]
