"""The ledger in S3, on moto's copy of it: real refusals of a second writer."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.aws.asking import Refused
from common.aws.s3 import Bucket
from common.aws.signing import Credentials
from common.ledger import Moved, add
from common.ledger.events import BadEvent, Draft, broken_at
from common.ledger.s3 import S3Ledger
from deploy import aws
from tests.support.moto import REGION, WHO, client
from tests.support.threaded import served

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
FOLDER = "staging/ledger"


@pytest.fixture
def s3(aws_address: str) -> Iterator[Any]:
    theirs = client("s3", aws_address)
    here = {"LocationConstraint": REGION}
    theirs.create_bucket(Bucket="deployments", CreateBucketConfiguration=here)
    yield theirs
    for it in theirs.list_objects_v2(Bucket="deployments").get("Contents", []):
        theirs.delete_object(Bucket="deployments", Key=it["Key"])
    theirs.delete_bucket(Bucket="deployments")


@pytest.fixture
def bucket(s3: Any, aws_address: str) -> Bucket:
    return bucket_of("deployments", aws_address)


def bucket_of(name: str, address: str) -> Bucket:
    return Bucket(name, FOLDER, REGION, address, lambda: WHO, pause=lambda _: None)


def draft(number: int) -> Draft:
    return Draft(NOW, "staging", "note", "ada", data={"number": number})


def test_what_was_added_is_read_back_by_another(bucket: Bucket, s3: Any) -> None:
    added = [add(S3Ledger(bucket), draft(number)) for number in range(3)]

    assert list(S3Ledger(bucket).read()) == added
    names = [it["Key"] for it in s3.list_objects_v2(Bucket="deployments")["Contents"]]
    assert names[0] == "staging/ledger/00000001.json"


def test_a_second_writer_is_refused(bucket: Bucket) -> None:
    one, other = S3Ledger(bucket), S3Ledger(bucket)
    first = one.append(draft(1), None)

    with pytest.raises(Moved):
        other.append(draft(2), None)
    assert other.append(draft(2), first).seq == 2


def test_an_event_whose_reply_was_lost_is_not_another_writers(bucket: Bucket) -> None:
    once = S3Ledger(bucket).append(draft(1), None)

    assert S3Ledger(bucket).append(draft(1), None) == once


def test_racing_writers_make_one_chain(bucket: Bucket) -> None:
    def write(writer: int) -> None:
        ledger = S3Ledger(bucket)
        for number in range(4):
            add(ledger, draft(10 * writer + number))

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(3)]
    for it in writers:
        it.start()
    for it in writers:
        it.join()

    events = S3Ledger(bucket).read()
    assert len(events) == 12
    assert broken_at(events) is None


def test_what_somebody_put_there_is_found(bucket: Bucket, s3: Any) -> None:
    add(S3Ledger(bucket), draft(1))
    s3.put_object(Bucket="deployments", Key="staging/ledger/00000002.json", Body=b"hello")

    with pytest.raises(BadEvent, match="s3://deployments/staging/ledger/00000002.json"):
        S3Ledger(bucket).read()


def test_no_bucket_is_said(aws_address: str) -> None:
    nowhere = S3Ledger(bucket_of("nowhere", aws_address))

    with pytest.raises(OSError, match="S3 refuses GET s3://nowhere/: NoSuchBucket"):
        nowhere.read()


def test_a_refusal_of_s3_says_what_was_refused_and_why() -> None:
    def refuse(_: Request) -> Response:
        return Response("<Error><Code>AccessDenied</Code></Error>", 403)

    refusing = Starlette(routes=[Route("/{path:path}", refuse, methods=["GET", "PUT"])])
    with served(lambda: refusing) as address:
        ledger = S3Ledger(bucket_of("deployments", address))
        with pytest.raises(Refused, match="S3 refuses PUT .*00000001.json: AccessDenied"):
            ledger.append(draft(1), None)


def test_a_bucket_with_an_object_lock_takes_events() -> None:
    """S3's own condition, which moto does not know: the signature's hash is not enough for it."""

    async def locked(request: Request) -> Response:
        content = base64.b64encode(hashlib.sha256(await request.body()).digest()).decode()
        if request.headers.get("x-amz-checksum-sha256") != content:
            return Response("<Error><Code>InvalidRequest</Code></Error>", 400)
        return Response(headers={"etag": '"1"'})

    locking = Starlette(routes=[Route("/{path:path}", locked, methods=["PUT"])])
    with served(lambda: locking) as address:
        assert S3Ledger(bucket_of("deployments", address)).append(draft(1), None).seq == 1


def test_two_who_ask_s3_at_once_are_told_to_read_again() -> None:
    """S3 may answer 409 to one of them before the other's event is there to be read."""

    async def busy(request: Request) -> Response:
        return Response("<Error/>", 409 if request.method == "PUT" else 404)

    both = Starlette(routes=[Route("/{path:path}", busy, methods=["GET", "PUT"])])
    with served(lambda: both) as address, pytest.raises(Moved):
        S3Ledger(bucket_of("deployments", address)).append(draft(1), None)


def test_nobody_at_s3_is_no_empty_ledger() -> None:
    with pytest.raises(OSError, match="S3 cannot be asked"):
        S3Ledger(bucket_of("deployments", "http://127.0.0.1:9")).read()


def test_the_deploy_tool_is_whoever_awss_own_tools_find(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", WHO.key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", WHO.secret)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "for an hour")

    assert aws.credentials() == Credentials(WHO.key, WHO.secret, "for an hour")


def test_the_deploy_tool_that_is_nobody_says_how_to_become_somebody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    with pytest.raises(OSError, match="aws configure export-credentials"):
        aws.credentials()
