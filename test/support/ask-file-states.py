"""Runs states of real Salt and looks at the folder of each case after each call.

Comes in as JSON: a list of [folder, [[test, low, chunks], ...]]. Goes out: for each call what the state returned and what
lies in the folder, in the form of `pictureOf` in state-host.ts.
"""

import json
import os
import stat
import sys

import salt.client
import salt.output
import salt.state

caller = salt.client.Caller(sys.argv[1] + "/minion")
ENGINE_KEYS = ("__run_num__", "start_time", "duration", "__sls__", "__id__", "__state_ran__")
engines = {
    test: salt.state.State(dict(caller.opts, test=test, grains=caller.sminion.opts["grains"]), pillar_override=None)
    for test in (False, True)
}


def look(path, shown, picture):
    facts = os.lstat(path)
    rights = f"{stat.S_IMODE(facts.st_mode):o} {facts.st_uid}:{facts.st_gid}"
    if stat.S_ISLNK(facts.st_mode):
        picture[shown] = f"link {facts.st_uid}:{facts.st_gid} {os.readlink(path)}"
    elif stat.S_ISREG(facts.st_mode):
        with open(path, "rb") as handle:
            picture[shown] = f"file {rights} {facts.st_nlink} {handle.read().decode('latin-1')}"
    elif not stat.S_ISDIR(facts.st_mode):
        picture[shown] = f"{'pipe' if stat.S_ISFIFO(facts.st_mode) else 'device'} {rights}"
    else:
        picture[shown] = f"folder {rights}"
        for name in sorted(os.listdir(path)):
            look(os.path.join(path, name), f"{shown}/{name}", picture)
    return picture


def ask(folder, test, low, chunks):
    ret = engines[test].call(low, chunks=chunks)
    return {
        "returned": {key: value for key, value in ret.items() if key not in ENGINE_KEYS},
        "picture": look(folder, ".", {}),
    }


answers = [[ask(folder, *call) for call in calls] for folder, calls in json.load(sys.stdin)]
sys.stdout.write("\nANSWERS")
json.dump(answers, sys.stdout, default=lambda value: value.decode("latin-1") if isinstance(value, bytes) else list(value))
