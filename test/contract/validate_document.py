"""The document is valid OpenAPI 3.1, and every example in it is what its own schema says."""

import json
import sys
from urllib.parse import quote

from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

ROOT = "urn:document"


def pointer(path):
    parts = (quote(str(part).replace("~", "~0").replace("/", "~1")) for part in path)
    return f"{ROOT}#/" + "/".join(parts)


def with_examples(node, path=()):
    """Every pair of a schema's path and an example for it."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from with_examples(each, (*path, index))
    elif isinstance(node, dict):
        if isinstance(node.get("schema"), dict):
            for name in ("example",):
                if name in node:
                    yield (*path, "schema"), node[name]
            for example in (node.get("examples") or {}).values():
                yield (*path, "schema"), example["value"]
        elif "type" in node or "$ref" in node or "anyOf" in node:
            examples = node.get("examples")
            for example in examples if isinstance(examples, list) else []:
                yield path, example
            if "example" in node:
                yield path, node["example"]
        for name, each in node.items():
            if name not in ("example", "examples", "default", "enum", "const"):
                yield from with_examples(each, (*path, name))


def main():
    document = json.load(sys.stdin)
    problems = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
        for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]
    registry = Registry().with_resource(ROOT, DRAFT202012.create_resource(document))
    count = 0
    for path, example in with_examples(document):
        media_type = path[-2] if len(path) > 1 else ""
        if media_type in ("text/csv", "application/x-ndjson"):
            continue
        count += 1
        validator = Draft202012Validator(
            {"$ref": pointer(path)}, registry=registry, format_checker=FormatChecker()
        )
        for error in validator.iter_errors(example):
            where = "/".join(map(str, error.absolute_path))
            problems.append(f"{'/'.join(map(str, path))} at {where or 'its top'}: {error.message[:200]}")
    print("\n".join(problems) or f"{count} examples are as their schemas say")
    sys.exit(1 if problems or count == 0 else 0)


main()
