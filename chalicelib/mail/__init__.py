"""Mail, both ways. Coming in: any bytes become a `ParsedMail`, never an error; what is automatic, forged,
bounced or our own is said so. Going out: one header line stays one line, and each mail carries a marker
by which its answer finds the ticket again; each letter leaves once, is tried again for a day, and is
visible when it could not be delivered. Words: mail, address, attachment, reply (what is new in a
mail), marker, verdict, bounce."""
