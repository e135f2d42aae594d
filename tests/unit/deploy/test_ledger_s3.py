"""The ledger in S3, on moto's copy of it: real refusals of a second writer."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.events import BadEvent, Draft, broken_at
from deploy.ledger import Moved, add
from deploy.ledger_s3 import S3Ledger

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
WHERE = "s3://deployments/staging/ledger"


@pytest.fixture
def s3(moto: Callable[[str], Any]) -> Any:
    return moto("s3")


@pytest.fixture
def bucket(s3: Any) -> Iterator[Any]:
    here = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket="deployments", CreateBucketConfiguration=here)
    yield s3
    for it in s3.list_objects_v2(Bucket="deployments").get("Contents", []):
        s3.delete_object(Bucket="deployments", Key=it["Key"])
    s3.delete_bucket(Bucket="deployments")


def draft(number: int) -> Draft:
    return Draft(NOW, "staging", "note", "ada", data={"number": number})


def test_what_was_added_is_read_back_by_another(bucket: Any) -> None:
    added = [add(S3Ledger(bucket, WHERE), draft(number)) for number in range(3)]

    assert list(S3Ledger(bucket, WHERE).read()) == added
    names = [it["Key"] for it in bucket.list_objects_v2(Bucket="deployments")["Contents"]]
    assert names[0] == "staging/ledger/00000001.json"


def test_a_second_writer_is_refused(bucket: Any) -> None:
    one, other = S3Ledger(bucket, WHERE), S3Ledger(bucket, WHERE)
    first = one.append(draft(1), None)

    with pytest.raises(Moved):
        other.append(draft(2), None)
    assert other.append(draft(2), first).seq == 2


def test_an_event_whose_reply_was_lost_is_not_another_writers(bucket: Any) -> None:
    once = S3Ledger(bucket, WHERE).append(draft(1), None)

    assert S3Ledger(bucket, WHERE).append(draft(1), None) == once


def test_racing_writers_make_one_chain(bucket: Any) -> None:
    def write(writer: int) -> None:
        ledger = S3Ledger(bucket, WHERE)
        for number in range(4):
            add(ledger, draft(10 * writer + number))

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(3)]
    for it in writers:
        it.start()
    for it in writers:
        it.join()

    events = S3Ledger(bucket, WHERE).read()
    assert len(events) == 12
    assert broken_at(events) is None


def test_what_somebody_put_there_is_found(bucket: Any) -> None:
    add(S3Ledger(bucket, WHERE), draft(1))
    bucket.put_object(Bucket="deployments", Key="staging/ledger/00000002.json", Body=b"hello")

    with pytest.raises(BadEvent, match="s3://deployments/staging/ledger/00000002.json"):
        S3Ledger(bucket, WHERE).read()


def test_no_bucket_is_said(s3: Any) -> None:
    with pytest.raises(OSError, match="S3 says NoSuchBucket"):
        S3Ledger(s3, "s3://nowhere/ledger").read()
