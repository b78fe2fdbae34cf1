"""The adapter that reads mail: `read` for whole mails, `clean_html` for what is shown."""

from chalicelib.mail.reader.html import clean_html
from chalicelib.mail.reader.reading import read

__all__ = ["clean_html", "read"]
