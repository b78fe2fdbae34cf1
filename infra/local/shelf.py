"""Keeps S3's objects on disk: moto holds them in memory, and a restart must not lose raw mail."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from infra.local.names import ACCOUNT
from infra.local.wire import Passed


@dataclass(frozen=True, slots=True)
class Shelf:
    """One file an object: a line of JSON with its key and headers, then the bytes."""

    folder: Path

    def watch(self, passed: Passed) -> None:
        """After a write that succeeded: the file follows what moto now holds."""
        if passed.service != "s3" or passed.method not in {"PUT", "POST", "DELETE"}:
            return
        bucket, _, key = passed.path.lstrip("/").partition("/")
        if key:
            self.keep(bucket, key)
        elif "delete" in parse_qs(passed.query, keep_blank_values=True):
            self._forget_deleted(bucket)

    def keep(self, bucket: str, key: str) -> None:
        """Writes the object's file anew, or removes it."""
        found, file = backend().buckets[bucket].keys.get(key), self._file(bucket, key)
        if found is None or not hasattr(found, "value"):  # a delete marker has no content
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        head = json.dumps({"key": key, "metadata": dict(found.metadata)})
        draft = file.with_suffix(".draft")
        draft.write_bytes(head.encode() + b"\n" + found.value)
        draft.replace(file)

    def restore(self) -> None:
        """Puts every kept object back, into the buckets that exist."""
        s3 = backend()
        for file in self.folder.glob("*/*.object"):
            head, _, content = file.read_bytes().partition(b"\n")
            known = json.loads(head)
            if file.parent.name in s3.buckets:
                s3.put_object(file.parent.name, known["key"], content).set_metadata(
                    known["metadata"], replace=True
                )

    def _forget_deleted(self, bucket: str) -> None:
        for file in (self.folder / bucket).glob("*.object"):
            with file.open("rb") as opened:
                self.keep(bucket, json.loads(opened.readline())["key"])

    def _file(self, bucket: str, key: str) -> Path:
        digest = hashlib.sha256(key.encode()).hexdigest()[:12]
        return self.folder / bucket / f"{quote(key, safe='')[:120]}.{digest}.object"


def backend() -> Any:
    """moto's S3."""
    from moto.s3.models import s3_backends

    return s3_backends[ACCOUNT]["aws"]
