"""`make lock`: pins every dependency by hash, for Python 3.11 to 3.13 and every platform at once."""

import subprocess
import sys

from infra.template import ROOT

COMMON = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--upgrade")


def compile_lock(output: str, *, sources: tuple[str, ...]) -> None:
    """One lock file; the header must not name how this machine reaches its index."""
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        *COMMON,
        *sources,
        "--output-file",
        output,
    ]
    header = ("--custom-compile-command", "make lock", "--no-emit-find-links")
    subprocess.run([*command, *header], check=True, cwd=ROOT)  # noqa: S603 - our own words


if __name__ == "__main__":
    compile_lock("requirements.txt", sources=("pyproject.toml",))
    # The same versions as deployed, plus the tools.
    compile_lock(
        "requirements-dev.txt",
        sources=("pyproject.toml", "--group", "dev", "--constraint", "requirements.txt"),
    )
