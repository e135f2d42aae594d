"""What production runs gets a name of its own in the registry, on moto's copy of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from deploy.kept import keep
from deploy.platform import PlatformError
from deploy.release import Image, Release
from tests.support.releases import release

NAME = "crypto-assistant/kept"
REGISTRY = f"111122223333.dkr.ecr.eu-central-1.amazonaws.com/{NAME}"


@pytest.fixture
def registry(moto: Callable[[str], Any]) -> Any:
    made = moto("ecr")
    made.create_repository(repositoryName=NAME)
    yield made
    made.delete_repository(repositoryName=NAME, force=True)


def pushed(registry: Any) -> Release:
    """A release of one image that the registry has."""
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json"}
    made = registry.put_image(
        repositoryName=NAME,
        imageTag="sha-1",
        imageManifest=json.dumps({**manifest, "manifests": []}),
    )
    image = Image(REGISTRY, made["image"]["imageId"]["imageDigest"])
    return replace(release("1.1.0"), images={"telegram-bot": image})


def tags(registry: Any) -> set[str]:
    found = registry.list_images(repositoryName=NAME)["imageIds"]
    return {it["imageTag"] for it in found if "imageTag" in it}


def test_what_production_runs_is_named_once_after_its_digest(registry: Any) -> None:
    wanted = pushed(registry)
    digest = wanted.images["telegram-bot"].digest

    for _ in range(2):
        keep(lambda: registry, "production", wanted)

    assert tags(registry) == {"sha-1", f"production-{digest[7:19]}"}


def test_staging_names_nothing(registry: Any) -> None:
    keep(lambda: registry, "staging", pushed(registry))

    assert tags(registry) == {"sha-1"}


def test_an_image_that_is_not_there_is_said(registry: Any) -> None:
    gone = Image(REGISTRY, "sha256:" + "0" * 64)

    with pytest.raises(PlatformError, match="The registry has no .*@sha256:000"):
        keep(lambda: registry, "production", replace(pushed(registry), images={"bot": gone}))
