"""Customers: who they are, who speaks for them, who works for the operator, and what each may do.

A *customer* (customer, solution partner or ISP) has *contacts* with roles; *staff* have roles of their own.
An *actor* is either of them, or the desk itself, with the scopes of the key it came with. Keys are stored
as digests alone; a key names the record it belongs to, so that checking one costs one read.
"""
