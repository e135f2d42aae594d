"""Names the images of production in the registry, so that it keeps them.

The registry takes the oldest builds away and does not know what runs: fifty merges to develop, and
a task of production that has to start again would find no image. What bears production's name is
counted by itself (`foundation.yml`).
"""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deploy.platform import PlatformError
from deploy.release import Image, Release

_OURS = ".dkr.ecr."
_FORMS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


def keep(client: Callable[[], Any], environment: str, release: Release) -> None:
    """Give each image of a release in production a name that its digest alone decides.

    Args:
        client: Gives boto3's client of the registry.

    Raises:
        PlatformError: If the registry does not take the name.
    """
    if environment != "production":
        return
    for image in release.images.values():
        if _OURS in image.repository:
            try:
                _name(client(), environment, image)
            except (ClientError, BotoCoreError) as error:
                raise PlatformError(f"{image.reference} cannot be named: {error}") from None


def _name(registry: Any, environment: str, image: Image) -> None:
    repository = image.repository.partition("/")[2]
    found = registry.batch_get_image(
        repositoryName=repository,
        imageIds=[{"imageDigest": image.digest}],
        acceptedMediaTypes=list(_FORMS),
    )["images"]
    if not found:
        raise PlatformError(f"The registry has no {image.reference} any more.")
    asked = {"imageManifest": found[0]["imageManifest"], "imageDigest": image.digest}
    if form := found[0].get("imageManifestMediaType"):
        asked["imageManifestMediaType"] = form
    tag = f"{environment}-{image.digest.partition(':')[2][:12]}"
    try:
        registry.put_image(repositoryName=repository, imageTag=tag, **asked)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ImageAlreadyExistsException":
            raise
