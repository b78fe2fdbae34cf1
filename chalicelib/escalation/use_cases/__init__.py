"""What escalation does: react to what happens, call round after round, send pages, keep the rota."""

from chalicelib.escalation.use_cases.calling import Mobilisations
from chalicelib.escalation.use_cases.paging import Pages
from chalicelib.escalation.use_cases.people import Crews
from chalicelib.escalation.use_cases.reacting import Escalations
from chalicelib.escalation.use_cases.rotas import Rotas

__all__ = ["Crews", "Escalations", "Mobilisations", "Pages", "Rotas"]
