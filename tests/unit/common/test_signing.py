"""Signatures against the examples that AWS prints, and against botocore's."""

from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as TheirCredentials

from common.aws.signing import Credentials, Request, signed

WHO = Credentials("AKIAIOSFODNN7" + "EXAMPLE", "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY")
AT = datetime(2013, 5, 24, tzinfo=UTC)
HOST = "examplebucket.s3.amazonaws.com"
# From "Signature Calculations for the Authorization Header" of the S3 API reference.
PRINTED = [
    (
        Request("GET", "/test.txt", {}, {"host": HOST, "range": "bytes=0-9"}),
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ),
    (
        Request(
            "PUT",
            "/test$file.text",
            {},
            {
                "host": HOST,
                "date": "Fri, 24 May 2013 00:00:00 GMT",
                "x-amz-storage-class": "REDUCED_REDUNDANCY",
            },
            b"Welcome to Amazon S3.",
        ),
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ),
    (
        Request("GET", "/", {"max-keys": "2", "prefix": "J"}, {"host": HOST}),
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
]


@pytest.mark.parametrize(("request_", "signature"), PRINTED)
def test_signatures_are_those_that_aws_prints(request_: Request, signature: str) -> None:
    headers = signed(request_, WHO, "us-east-1", AT)

    assert headers["authorization"].endswith(f"Signature={signature}")


@pytest.mark.parametrize("path", ["/snapshots/production/bot.sqlite.gz", "/ä b+c~/x"])
def test_botocore_signs_the_same(path: str) -> None:
    request = Request("PUT", path, {"a b": "1/2", "list-type": "2"}, {"host": HOST}, b"body")
    theirs = AWSRequest("PUT", f"https://{HOST}{request.target}", data=b"body")
    theirs.context["payload_signing_enabled"] = True
    who = TheirCredentials(WHO.key, WHO.secret, "a-token")
    S3SigV4Auth(who, "s3", "us-east-1").add_auth(theirs)

    at = datetime.strptime(theirs.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    ours = signed(request, Credentials(WHO.key, WHO.secret, "a-token"), "us-east-1", at)

    assert ours["authorization"] == theirs.headers["Authorization"]


def test_credentials_are_never_shown() -> None:
    assert WHO.secret not in repr(WHO)
