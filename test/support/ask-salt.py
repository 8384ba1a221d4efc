"""Calls execution modules of real Salt: a list of [function, args, kwargs] comes in as JSON, values or errors go out."""

import json
import sys

import salt.client

caller = salt.client.Caller(sys.argv[1] + "/minion")
functions = caller.sminion.functions


def ask(fun, args, kwargs):
    try:
        return {"value": functions[fun](*args, **kwargs)}
    except Exception as error:
        return {"error": type(error).__name__, "text": str(error)}


answers = [ask(*call) for call in json.load(sys.stdin)]
json.dump(answers, sys.stdout, default=lambda value: value.decode() if isinstance(value, bytes) else list(value))
