#!/usr/bin/env python3
"""schemas - the JSON Schemas of docs/protocol.md against what the program writes.

    schemas.py PROTOCOL.md KIND=FILE...     KIND: card, statement or envelope

Prints "ok" / "not ok" lines: each FILE fits its schema; the examples in the text fit; and a changed FILE
(a member more, each required member less) does not. Called by schema.sh.
"""
import copy
import json
import re
import sys

import jsonschema

failed = False


def report(name, good):
    global failed
    failed |= not good
    print(("ok " if good else "not ok ") + name)


def fits(schema, value):
    return not list(jsonschema.Draft202012Validator(schema).iter_errors(value))


blocks = [json.loads(b) for b in re.findall(r"^```json\n(.*?)^```$", open(sys.argv[1], encoding="utf-8").read(), re.M | re.S)]
schemas = {b["$id"].split(":")[1]: b for b in blocks if "$id" in b}
for schema in schemas.values():
    jsonschema.Draft202012Validator.check_schema(schema)
for example in (b for b in blocks if "$id" not in b):
    kind = "envelope" if "parts" in example else "statement"
    report(f"the example of {kind} fits", fits(schemas[kind], example))
for argument in sys.argv[2:]:
    kind, path = argument.split("=")
    value = json.load(open(path, encoding="utf-8"))
    report(f"{path} fits the schema of {kind}", fits(schemas[kind], value))
    more = dict(value, extra="x")
    report(f"{path} with a member more does not", not fits(schemas[kind], more))
    for member in schemas[kind]["required"]:
        less = copy.deepcopy(value)
        del less[member]
        report(f"{path} without {member} does not", not fits(schemas[kind], less))
sys.exit(failed)
