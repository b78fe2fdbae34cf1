"""`make demo`: a day (and a Christmas) at the desk, played from outside, told as a story, and checked.

Real mails come in by the control server, people act through the HTTP API, time is moved by `POST /clock`; what
left the desk is read from its mailbox. Every mail and page must be foreseen once, at its minute; one too many,
one missing or one late fails the demo.
"""
