"""The only way a customer's address is called: public addresses only, bounded in time and size (F36, F37, F42)."""

from chalicelib.core.guarded.addresses import Network, networks
from chalicelib.core.guarded.client import Answer, check, request
from chalicelib.core.guarded.errors import Blocked, Unreachable

__all__ = ["Answer", "Blocked", "Network", "Unreachable", "check", "networks", "request"]
