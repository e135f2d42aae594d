"""`python -m supply.provenance RELEASE`: did our own build make every image of a release?

Asks GitHub's attestations, or with SIGN_WITH=cosign the signature beside the image. Both say which
workflow of which repository made it; only `_build.yml` of ours may have.
"""

import os
import re
import subprocess  # nosec B404: fixed commands
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.release import BadRelease, Release, read

WORKFLOW = ".github/workflows/_build.yml"
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_ISSUER = "https://token.actions.githubusercontent.com"
_WITHIN = 120


def commands(release: Release, repository: str, signs: str) -> Iterator[list[str]]:
    """Yield what asks about each image."""
    for image in release.images.values():
        if signs == "cosign":
            who = f"^https://github\\.com/{re.escape(repository)}/{re.escape(WORKFLOW)}@"
            told = ["--certificate-identity-regexp", who, "--certificate-oidc-issuer", _ISSUER]
            yield ["cosign", "verify", *told, "--output", "text", image.reference]
            continue
        signer = ["--signer-workflow", f"{repository}/{WORKFLOW}"]
        yield [
            *("gh", "attestation", "verify", f"oci://{image.reference}"),
            *("--repo", repository, *signer),
        ]


def main(arguments: Sequence[str]) -> int:
    """Return 0 when each was made by us, 3 when one was not, 2 for what cannot be understood."""
    repository = os.environ.get("GITHUB_REPOSITORY", "")
    if len(arguments) != 1 or not _REPOSITORY.fullmatch(repository):
        print(f"usage: GITHUB_REPOSITORY=OWNER/NAME {__doc__.split('`')[1]}", file=sys.stderr)
        return 2
    try:
        release = read(Path(arguments[0]))
    except (BadRelease, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    for command in commands(release, repository, os.environ.get("SIGN_WITH", "")):
        try:
            done = subprocess.run(command, timeout=_WITHIN).returncode  # nosec B603
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"{command[0]} cannot be asked: {type(error).__name__}", file=sys.stderr)
            return 3
        if done:
            print(f"Nobody vouches for {command[-1] if 'cosign' in command else command[3]}.")
            return 3
    print(f"Each image of {release.version} was made by {WORKFLOW} of {repository}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
