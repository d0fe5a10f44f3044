"""The items of a distributed Map: where they come from, and how they are put together.

moto reads neither JSON lines nor an inventory's manifest, and knows no ItemBatcher.

Rules: docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html and
.../input-output-itembatcher.html
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from localaws.stepfunctions import taskerrors
from localaws.stepfunctions.jsontext import written

DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
LARGEST_INPUT = 256 * 1024  # bytes of a child execution's input


class Item(NamedTuple):
    """An item, and what $$.Map.Item tells of it beside its number."""

    value: Any
    key: str | None = None


class ReadingError(Exception):
    """What is States.ItemReaderFailed: a data set that cannot be read."""


def of_state(value: Any) -> list[Item]:
    """Items of the state's own input: a list, or an object, of whose fields each is one.

    Raises:
        ReadingError: it is neither.
    """
    if isinstance(value, list):
        return [Item(each) for each in value]
    if isinstance(value, dict):
        return [Item({"Key": key, "Value": each}, key) for key, each in value.items()]
    raise ReadingError("The items are neither an array nor an object.")


def read(resource: str, given: dict[str, Any], s3: Any) -> list[Item]:
    """Items from S3.

    Args:
        resource: ItemReader's Resource.
        given: its Parameters or Arguments as `Asked`, and its ReaderConfig.
        s3: a client.

    Raises:
        ReadingError: they cannot be read.
    """
    config = given.get("ReaderConfig") or {}
    asked = given.get("Asked") or {}
    try:
        if resource.endswith(":listObjectsV2"):
            items = _listed(s3, asked)
        else:
            body = s3.get_object(**asked)["Body"].read()
            items = _parsed(body, config, s3)
    except ClientError as error:
        raise ReadingError(taskerrors.of_sdk("s3", error)[1]) from error
    except (ValueError, KeyError, csv.Error) as error:
        raise ReadingError(f"Failed to read the data set: {error}") from error
    most = config.get("MaxItems")
    return [Item(each) for each in (items if most is None else items[: int(most)])]


def _listed(s3: Any, asked: dict[str, Any]) -> list[Any]:
    pages = s3.get_paginator("list_objects_v2").paginate(**asked)
    return [_object(each) for page in pages for each in page.get("Contents", [])]


def _object(listed: dict[str, Any]) -> dict[str, Any]:
    return {
        "Etag": listed["ETag"],
        "Key": listed["Key"],
        "LastModified": int(listed["LastModified"].timestamp()),
        "Size": listed["Size"],
        "StorageClass": listed.get("StorageClass", "STANDARD"),
    }


def _parsed(body: bytes, config: dict[str, Any], s3: Any) -> list[Any]:
    kind = config.get("InputType", "JSON")
    if kind == "CSV":
        return list(_rows(body.decode(), config))
    if kind == "JSONL":
        return [json.loads(line) for line in body.decode().splitlines() if line.strip()]
    if kind == "MANIFEST":
        return _inventory(json.loads(body), s3)
    if kind != "JSON":
        raise ValueError(f"InputType {kind} is not known here.")
    value = json.loads(body)
    for step in filter(None, config.get("ItemsPointer", "").split("/")):
        value = value[step]
    if isinstance(value, dict):
        return [{"Key": key, "Value": each} for key, each in value.items()]
    if not isinstance(value, list):
        raise ValueError("Attempting to map over non-iterable node.")
    return value


def _rows(text: str, config: dict[str, Any]) -> Iterator[dict[str, str]]:
    delimiter = DELIMITERS[config.get("CSVDelimiter", "COMMA")]
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    headers = config.get("CSVHeaders") or next(rows, [])
    if len(set(headers)) < len(headers):
        raise ValueError("CSV headers cannot contain duplicates.")
    for row in rows:
        cells = row + [""] * (len(headers) - len(row))
        yield dict(zip(headers, cells, strict=False))


def _inventory(manifest: dict[str, Any], s3: Any) -> list[dict[str, str]]:
    """docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html"""
    bucket = manifest["destinationBucket"].rsplit(":", 1)[-1]
    headers = [name.strip() for name in manifest["fileSchema"].split(",")]
    found = []
    for file in manifest["files"]:
        body = gzip.decompress(s3.get_object(Bucket=bucket, Key=file["key"])["Body"].read())
        found += list(_rows(body.decode(), {"CSVHeaders": headers}))
    return found


def batches(inputs: list[Any], batcher: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Put the inputs of items together to inputs of child executions.

    Args:
        inputs: what ItemSelector has made of each item.
        batcher: ItemBatcher's fields, its paths replaced by what they found.
    """
    most = batcher.get("MaxItemsPerBatch") or len(inputs)
    largest = min(batcher.get("MaxInputBytesPerBatch") or LARGEST_INPUT, LARGEST_INPUT)
    common = {"BatchInput": batcher["BatchInput"]} if "BatchInput" in batcher else {}

    def made(items: list[Any]) -> dict[str, Any]:
        return {**common, "Items": items}

    return _grouped(inputs, int(most), largest, made)


def _grouped(
    inputs: list[Any], most: int, largest: int, made: Callable[[list[Any]], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    batch: list[Any] = []
    size = empty = len(written(made([])).encode())
    for each in inputs:
        bytes_more = len(written(each).encode()) + 1
        if batch and (len(batch) == most or size + bytes_more > largest):
            yield made(batch)
            batch, size = [], empty
        batch.append(each)
        size += bytes_more
    if batch:
        yield made(batch)
