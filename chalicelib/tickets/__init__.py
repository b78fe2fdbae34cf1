"""Tickets: one report, one issue, from registration to resolution, and everything that was said and done.

A ticket is *registered* at once and *numbered* at triage (mail) or at intake (portal, API). Its *requester*
proposes a severity, the desk decides one. *Replies* are public, *notes* internal. Its history is a list of
events, each change one transaction of the ticket and its events; the ticket is what the events add up to.
"""
