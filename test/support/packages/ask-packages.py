"""Calls functions of real Salt's package modules one after the other; the calls come in as JSON, the answers go out as JSON."""

import json
import os
import sys

import salt.config
import salt.loader

work = json.load(sys.stdin)
opts = salt.config.minion_config(os.path.join(work["folder"], "minion"))
opts.update(file_client="local", providers=work["providers"], cachedir=work["folder"], grains=work["grains"], test=False)
opts["log_level"] = "quiet"
context = {}
modules = salt.loader.minion_mods(opts, context=context)
answers = []
for fun, args, kwargs in work["calls"]:
    try:
        answers.append({"value": modules[fun](*args, **kwargs)})
    except Exception as err:  # every failure is an answer
        answers.append({"error": str(err)})
print("ANSWERS" + json.dumps(answers, default=sorted))
