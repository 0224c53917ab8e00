"""What the fuzzer has to be told of this API: one JSON value a line."""

import json

import schemathesis

NDJSON = "application/x-ndjson"


@schemathesis.serializer(NDJSON)
def to_lines(ctx, value):
    values = value if isinstance(value, list) else [value]
    return "".join(f"{json.dumps(each)}\n" for each in values).encode()


@schemathesis.deserializer(NDJSON)
def from_lines(ctx, response):
    return [json.loads(line) for line in response.content.decode().splitlines() if line]
