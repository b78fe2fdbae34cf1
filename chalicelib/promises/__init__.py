"""Promises: what the desk owes somebody, by when, and what became of it.

A promise is *open* until it is *kept*, *broken* or *withdrawn*; a broken one that is fulfilled afterwards
is *late*. Open promises live inside the record they belong to (a ticket, a delivery, a page round); the
earliest moment at which the record wants attention is its `due` index entry. Once a minute the sweep
queries that index and queues whatever is due now or within the next minute, delayed to its own second; the
worker hands each record to its capability, whose conditional write is the claim. Doing it twice does no harm.
"""
