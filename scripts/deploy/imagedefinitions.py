"""`python -m deploy.imagedefinitions RELEASE`: the file that CodePipeline's ECS action reads.

For who deploys by CodePipeline instead of by this package: container and image, always by digest.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.release import BadRelease, Release, read


def rows(found: Release) -> list[dict[str, str]]:
    """Return a row a program; containers are named like programs."""
    return [
        {"name": name, "imageUri": image.reference} for name, image in sorted(found.images.items())
    ]


def main(arguments: Sequence[str]) -> int:
    """Print the file; return 0, or 2 with a sentence."""
    if len(arguments) != 1:
        print("usage: python -m deploy.imagedefinitions release.json", file=sys.stderr)
        return 2
    try:
        print(json.dumps(rows(read(Path(arguments[0]))), indent=2))
    except (BadRelease, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
