"""`make package`: the zip and the template that CloudFormation deploys, in build/.

Compiled files go into the zip too: Lambda's disk is read-only, so without them each cold start compiles anew.
"""

import compileall
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode

from infra.template import ROOT, STAGE, chalice_template, over

BUILD = ROOT / "build"
LIMIT = 250 * 1024 * 1024  # what Lambda unpacks at most


def package() -> Path:
    """Builds everything; gives the folder."""
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir()
    overlay = BUILD / "overlay.json"
    overlay.write_text(json.dumps(over(chalice_template()), indent=1))
    chalice = Path(sys.executable).with_name("chalice")
    command: list[str | Path] = [chalice, "package", "--stage", STAGE, "--merge-template", overlay, BUILD]
    subprocess.run(command, check=True, cwd=ROOT, stdin=subprocess.DEVNULL)  # noqa: S603 - our own words
    overlay.unlink()
    with_compiled_files(BUILD / "deployment.zip")
    return BUILD


def with_compiled_files(archive: Path) -> None:
    """The same zip, with a compiled file beside each source that compiles."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(folder)
        # Unchecked: the sources cannot change there, so their times need not be compared.
        compileall.compile_dir(folder, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        if size > LIMIT:
            raise SystemExit(f"the package unpacks to {size:,} bytes; Lambda takes {LIMIT:,}")
        shutil.make_archive(str(archive.with_suffix("")), "zip", folder)


if __name__ == "__main__":
    built = package()
    zipped = (built / "deployment.zip").stat().st_size / 1024 / 1024
    print(f"{built}: sam.json and deployment.zip ({zipped:.1f} MB)")  # noqa: T201 - what the caller asked for
