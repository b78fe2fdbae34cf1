"""Files in S3: long texts, attachments, raw mail. Keys are made by us, never by a sender."""

import json

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import clients
from chalicelib.core.errors import NotFound, Unavailable

LINK_SECONDS = 300


class Files:
    """One bucket. Nothing in it is public; a reader gets a link that expires and always downloads (F25)."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    def put(self, key: str, content: bytes, content_type: str = "application/octet-stream") -> None:
        """Keeps `content` under `key`; Unavailable when S3 does not answer."""
        try:
            clients.s3().put_object(Bucket=self.bucket, Key=key, Body=content, ContentType=content_type)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("files cannot be kept just now; try again", retry_after=5) from error

    def get(self, key: str) -> bytes:
        """The content; NotFound."""
        try:
            return clients.s3().get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except clients.s3().exceptions.NoSuchKey:
            raise NotFound("there is no such file") from None
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("files cannot be read just now; try again", retry_after=5) from error

    def link(self, key: str, *, name: str) -> str:
        """A link for five minutes, on S3's own origin, that downloads and never shows (F25)."""
        quoted = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
        return clients.s3().generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{quoted}"',
                "ResponseContentType": "application/octet-stream",
            },
            ExpiresIn=LINK_SECONDS,
        )


class Texts(Files):
    """Long texts, with their cleaned HTML if any (F26)."""

    def keep(self, key: str, text: str, html: str | None) -> None:
        """Keeps both under one key."""
        body = json.dumps({"text": text, "html": html}, ensure_ascii=False)
        self.put(key, body.encode("utf-8", "surrogatepass"), "application/json")

    def read(self, key: str) -> tuple[str, str | None]:
        """The text and the HTML."""
        found = json.loads(self.get(key))
        return found["text"], found["html"]
