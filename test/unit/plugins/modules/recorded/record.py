"""Runs the cases of a `*.cases.json` with real Salt and writes what happened beside it.

Usage: <python of a Salt 3008.3 installation> record.py NAME   (reads NAME.cases.json, writes NAME.recorded.json)

A case has the text of one file (`$F` in arguments is its path, null: no file yet) and steps [function, args, kwargs].
crontab is a small program that keeps tables in a folder, so that no table of the machine is touched.
"""
import json, logging, os, sys, tempfile
import salt.config, salt.loader

logging.disable(logging.CRITICAL)
name = sys.argv[1]
here = os.path.dirname(os.path.abspath(__file__))
cases = json.load(open(f"{here}/{name}.cases.json"))
CRONTAB = '#!/bin/sh\ncase "$1" in -u) shift 2;; esac\n' \
    'if [ "$1" = -l ]; then cat "$CRON_TABLE" 2>/dev/null || { echo no crontab >&2; exit 1; }; else cp "$1" "$CRON_TABLE"; fi\n'

def swap(value, path, back=False):
    if isinstance(value, str):
        return value.replace(path, "$F") if back else value.replace("$F", path)
    if isinstance(value, dict):
        return {swap(k, path, back): swap(v, path, back) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [swap(v, path, back) for v in value]
    return value

out = []
for case in cases:
    with tempfile.TemporaryDirectory() as root:
        path = f"{root}/file"
        if case.get("file") is not None:
            open(path, "w").write(case["file"])
        os.makedirs(f"{root}/bin"); os.makedirs(f"{root}/cache")
        open(f"{root}/bin/crontab", "w").write(CRONTAB); os.chmod(f"{root}/bin/crontab", 0o755)
        os.environ["PATH"] = f"{root}/bin:" + os.environ["PATH"]
        os.environ["CRON_TABLE"] = path
        opts = salt.config.minion_config(None)
        opts.update({"hosts.file": path, "cachedir": f"{root}/cache", "root_dir": root, "file_client": "local", "extension_modules": f"{root}/ext"})
        opts["grains"] = {"kernel": "Linux", "os": "Debian", "os_family": "Debian", **case.get("grains", {})}
        mods = salt.loader.minion_mods(opts)
        results = []
        for step in case["steps"]:
            fun, args, kwargs = (step + [[], {}])[:3] if len(step) < 3 else step
            kwargs = kwargs or {}
            try:
                results.append({"value": swap(mods[fun](*swap(args, path), **swap(kwargs, path)), path, True)})
            except Exception as exc:
                results.append({"error": [type(exc).__name__, swap(str(exc), path, True)]})
        after = open(path).read() if os.path.exists(path) else None
        cached = f"{root}/cache/mounts"
        out.append({"results": results, "after": after, **({"cache": open(cached).read()} if os.path.exists(cached) else {})})
json.dump(out, open(f"{here}/{name}.recorded.json", "w"), indent=1)
print(len(out), "cases")
