"""`python -m supply.sign IMAGE@DIGEST`: sign an image and its bill by cosign, without a key.

For a private repository whose plan keeps no attestations; otherwise _build.yml attests. The
signature says which workflow of which repository made the image, and stands beside it in the
registry.
"""

import re
import subprocess  # nosec B404: fixed commands
import sys

from local.environment import ROOT

BILL = ROOT / ".run" / "sbom.json"
_BY_DIGEST = re.compile(r"\S+@sha256:[0-9a-f]{64}")


def main() -> int:
    """Sign the image named; return 0 when both signatures were made."""
    image = sys.argv[1] if len(sys.argv) == 2 else ""
    if not _BY_DIGEST.fullmatch(image):
        print(f"{image or 'nothing'!r} is no image by digest: IMAGE=registry/name@sha256:...")
        return 2
    attest = ["attest", "--type", "cyclonedx", "--predicate", str(BILL)]
    for words in (["sign"], attest):
        command = ["cosign", *words, "--yes", image]
        if code := subprocess.run(command, cwd=ROOT).returncode:  # nosec B603
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
