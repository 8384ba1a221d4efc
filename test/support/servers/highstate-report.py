"""Reports of real Salt's returner highstate: `{grains, cases: [[ret, setup], ...]}` comes in as JSON, a list of texts goes out."""

import json
import sys
import tempfile

import salt.returners.highstate_return as highstate

asked = json.load(sys.stdin)
texts = []
highstate.__grains__ = asked["grains"]
highstate.__salt__ = {"test.arg": lambda: {"kwargs": {}, "args": []}, "test.ping": lambda: True}
for ret, setup in asked["cases"]:
    with tempfile.NamedTemporaryFile("r") as kept:
        report, failed = highstate._generate_report(ret, setup)
        if report:
            highstate._produce_output(report, failed, dict(setup, report_delivery="file", file_output=kept.name))
        texts.append(kept.read())
json.dump(texts, sys.stdout)
