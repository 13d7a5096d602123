# SPDX-License-Identifier: GPL-2.0
"""
Documentation/openapi.yaml, held against what a broker answers: each answer must
be one that is described, and each that is described must have been seen.
"""
import json
import os
import re

import jsonschema
import yaml

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Contract:
    def __init__(self):
        with open(f"{TOP}/Documentation/openapi.yaml") as f:
            self.doc = yaml.safe_load(f)
        self.seen = set()
        self.resolver = jsonschema.RefResolver("", self.doc)
        self.paths = [(re.compile("^" + re.sub(r"\{\w+\}", "[^/]+", path) + "$"), path, item)
                      for path, item in self.doc["paths"].items()]

    def _follow(self, item):
        return self.resolver.resolve(item["$ref"])[1] if "$ref" in item else item

    def operation(self, method, target):
        path = target.split("?")[0]
        for pattern, name, item in self.paths:
            if pattern.match(path) and method.lower() in item:
                return name, item[method.lower()]
        return None, None

    def schema(self, name):
        return self.doc["components"]["schemas"][name]

    def valid(self, schema, value):
        """None, or what is wrong with @value."""
        errors = jsonschema.Draft202012Validator(schema, resolver=self.resolver).iter_errors(value)
        return next((error.message for error in errors), None)

    def _wrong_body(self, response, answer):
        kind = answer.headers.get("Content-Type", "").split(";")[0]
        content = response.get("content", {})
        if not content:
            return None if not answer.body else "a body where none is described"
        if kind not in content:
            return f"{kind!r} instead of {list(content)}"
        text = answer.body.decode()
        return self.valid(content[kind]["schema"], json.loads(text) if kind.endswith("json") else text)

    def wrong(self, method, target, answer):
        """None, or how @answer is not as it is described."""
        path, operation = self.operation(method, target)
        if not operation:
            if answer.status not in (404, 405):
                return f"{answer.status} for what is not described"
            return self.valid(self.schema("Problem"), answer.json)
        response = operation["responses"].get(str(answer.status))
        if not response:
            return f"status {answer.status} is not described: {answer.body[:300]!r}"
        response = self._follow(response)
        for name in response.get("headers", {}):
            if name not in answer.headers:
                return f"no {name}"
        self.seen.add((method, path, answer.status))
        return self._wrong_body(response, answer)

    def unseen(self):
        described = {(method.upper(), path, int(status))
                     for path, item in self.doc["paths"].items()
                     for method, operation in item.items() if method != "parameters"
                     for status in operation["responses"]}
        return sorted(described - self.seen)
