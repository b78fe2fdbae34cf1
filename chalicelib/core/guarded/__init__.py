"""The only way to call a customer's address: public ones only, bounded in time and size (F36, F37, F42)."""

from chalicelib.core.guarded.addresses import Network, networks
from chalicelib.core.guarded.client import check, request
from chalicelib.core.guarded.errors import Blocked, Unreachable
from chalicelib.core.guarded.exchange import Answer

__all__ = ["Answer", "Blocked", "Network", "Unreachable", "check", "networks", "request"]
