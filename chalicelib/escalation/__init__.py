"""Escalation: who is called when something cannot wait, in which order, and who took it.

A *rota* says who is on call, in its own zone, with *substitutes*. A *ladder* is data: for each *occasion*
(severity 1 marked, a promise broken, a ticket escalated) its *steps*: page somebody, write to somebody, raise
a task. A page opens a *mobilisation*: rounds of pages until somebody *takes* it, level after level. Pages are
short and carry no word of a customer.
"""
