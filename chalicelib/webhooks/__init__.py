"""Webhooks: a customer's own systems are told what happens, signed, and told again for days if they sleep.

A *subscription* names an address and the events it wants. A *message* says one event, in the Standard
Webhooks form `{type, timestamp, data}`, and keeps its id and bytes for ever. A *delivery* is a message on its
way to one subscription: it waits, is delivered, or is given up, which stays visible and can be sent again.
"""
