"""Fetches DynamoDB Local: the jar ships in an npm package, pinned here by version and digest."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

PACKAGE, VERSION = "amplify-dynamodb-simulator", "2.9.30"
SHA256 = "3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9"
INSIDE = "package/emulator/"
CACHE = Path(__file__).resolve().parents[2] / ".cache"
ENGINE = CACHE / "dynamodb-local"
READY = ENGINE / ".ready"


class ToolMissing(RuntimeError):
    """Something the laptop needs is not there; the message says what to do."""


def fetch() -> Path:
    """The folder with DynamoDBLocal.jar, fetched and verified when it is not there yet."""
    if not READY.exists():
        archive = download()
        verify(archive)
        unpack(archive)
        archive.unlink()
        READY.touch()
    return ENGINE


def download() -> Path:
    """`npm pack` only downloads: no script of the package runs."""
    npm = shutil.which("npm")
    if npm is None:
        raise ToolMissing("npm is missing: install Node.js with npm; it carries DynamoDB Local.")
    CACHE.mkdir(exist_ok=True)
    command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", str(CACHE)]
    if subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode:
        raise ToolMissing(
            f"npm could not fetch {PACKAGE}@{VERSION}: check the network and `npm config get registry`."
        )
    return CACHE / f"{PACKAGE}-{VERSION}.tgz"


def verify(archive: Path) -> None:
    """Refuses an archive that is not the pinned one, byte for byte."""
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SHA256:
        archive.unlink()
        raise ToolMissing(f"{archive.name} has digest {found}, expected {SHA256}: not used.")


def unpack(archive: Path) -> None:
    """The engine's folder only, without the JavaScript around it."""
    shutil.rmtree(ENGINE, ignore_errors=True)
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.name.startswith(INSIDE) else None
            if content:
                target = ENGINE / member.name.removeprefix(INSIDE)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())


if __name__ == "__main__":
    try:
        print(f"DynamoDB Local is in {fetch()}")
    except ToolMissing as missing:
        sys.exit(str(missing))
