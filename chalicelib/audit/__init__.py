"""Audit: what was done, told to whoever needs to know.

Each change lies on the table with its events. The table's stream carries them to the default event bus, under
`pledge.<capability>`, without anybody's words or name; an event's id is its record, version and place, so that
a reaction knows a repeat.
"""
