#!/usr/bin/env python3
"""Trims Google's Discovery documents to what the twins serve.

usage: trim.py DOCUMENTS_FOLDER

DOCUMENTS_FOLDER is googleapiclient/discovery_cache/documents of the PyPI package
google-api-python-client. Kept: the methods named below, every schema that they
reach, and of both only what a validator needs (no prose).
"""

import json
import pathlib
import re
import sys

RUN, RUN_SERVICE = "projects.locations.", "projects.locations.services."
KEEP = {
    "run.v2": [RUN_SERVICE + m for m in (
        "create", "delete", "get", "getIamPolicy", "list", "patch", "setIamPolicy",
        "revisions.delete", "revisions.get", "revisions.list")]
        + [RUN + "operations." + m for m in ("get", "list")],
    "cloudfunctions.v2": ["projects.locations.functions." + m for m in (
        "create", "delete", "get", "getIamPolicy", "list", "patch", "setIamPolicy")]
        + ["projects.locations.operations.get", "projects.locations.operations.list"],
    "pubsub.v1": ["projects.topics." + m for m in ("create", "get", "list")]
        + ["projects.subscriptions." + m for m in (
            "create", "delete", "get", "getIamPolicy", "list", "modifyPushConfig",
            "patch", "setIamPolicy")],
    "cloudscheduler.v1": ["projects.locations.jobs." + m for m in (
        "create", "delete", "get", "list", "patch", "pause", "resume", "run")],
    "artifactregistry.v1": ["projects.locations.repositories." + m for m in (
        "get", "list", "getIamPolicy", "setIamPolicy", "dockerImages.get", "dockerImages.list",
        "packages.tags.get")],
    "storage.v1": ["objects.get"],
}
# Answered inside an operation, where the document says only "any".
ALSO = {"cloudfunctions.v2": ["GoogleCloudFunctionsV2OperationMetadata"]}
# Discovery documents give an enum's names but not its numbers, which are the
# positions in the list; the exceptions among what a request may hold:
NUMBERS = {
    # google/api/launch_stage.proto
    "LAUNCH_STAGE_UNSPECIFIED": {
        "LAUNCH_STAGE_UNSPECIFIED": 0, "EARLY_ACCESS": 1, "ALPHA": 2, "BETA": 3, "GA": 4,
        "DEPRECATED": 5, "UNIMPLEMENTED": 6, "PRELAUNCH": 7},
}
FIELDS = ("id", "httpMethod", "flatPath", "path", "request", "response", "parameters")
TYPE = ("type", "format", "enum", "readOnly", "location",
        "$ref", "items", "properties", "additionalProperties")


def lean(node):
    out = {}
    for key in TYPE:
        if key not in node:
            continue
        value = node[key]
        if key in ("items", "additionalProperties"):
            value = lean(value)
        elif key == "properties":
            value = {k: lean(v) for k, v in value.items()}
        out[key] = value
    if "enum" in out:
        numbers = NUMBERS.get(out["enum"][0])
        if numbers:
            out["x-enumNumbers"] = [numbers[name] for name in out["enum"]]
    return out


def refs(node):
    if isinstance(node, dict):
        if "$ref" in node and isinstance(node["$ref"], str):
            yield node["$ref"]
        for value in node.values():
            yield from refs(value)


def main():
    documents = pathlib.Path(sys.argv[1])
    for api, keep in KEEP.items():
        whole = json.loads((documents / f"{api}.json").read_text())
        methods = {}
        for name in keep:
            *path, last = name.split(".")
            at = whole
            for step in path:
                at = at["resources"][step]
            method = {k: at["methods"][last][k] for k in FIELDS if k in at["methods"][last]}
            method["parameters"] = {k: lean(v) for k, v in method.get("parameters", {}).items()}
            methods[method["id"]] = method
        wanted, schemas = list(refs(methods)) + ALSO.get(api, []), {}
        while wanted:
            name = wanted.pop()
            if name not in schemas:
                schemas[name] = lean(whole["schemas"][name])
                wanted.extend(refs(schemas[name]))
        trimmed = {k: whole[k] for k in ("name", "version", "revision", "servicePath")}
        trimmed["parameters"] = {k: lean(v) for k, v in whole["parameters"].items()}
        trimmed["methods"] = methods
        trimmed["schemas"] = dict(sorted(schemas.items()))
        text = json.dumps(trimmed, indent=None, separators=(",", ":"))
        # One method and one schema a line: small, and still readable in a diff.
        text = re.sub(r'(?<=[{,])("(?:methods|schemas)":\{)', r"\n\1\n", text)
        for name in list(methods) + list(schemas):
            text = text.replace(f',"{name}":{{', f',\n"{name}":{{', 1)
        (pathlib.Path(__file__).parent / f"{api}.json").write_text(text + "\n")


main()
