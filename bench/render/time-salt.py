"""Times of real Salt: JSON `{tree, work: [{name, texts, pipe, sls, runs}]}` comes in, medians of processor time in milliseconds go out."""
import json
import logging
import statistics
import sys
import time
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import salt.client
import salt.loader
import salt.template

request = json.load(sys.stdin)
caller = salt.client.Caller(request["config"])
opts = caller.opts
functions = caller.sminion.functions
renderers = salt.loader.render(opts, functions)


def run(work):
    for text in work["texts"]:
        path = work.get("path") or ":string:"
        salt.template.compile_template(path, renderers, work["pipe"], None, None, saltenv="base", sls=work["sls"], input_data=text)


answers = {}
for work in request["work"]:
    for _ in range(2):
        run(work)
    times = []
    for _ in range(work["runs"]):
        began = time.process_time()
        run(work)
        times.append((time.process_time() - began) * 1000)
    answers[work["name"]] = statistics.median(times)
json.dump(answers, sys.stdout)
