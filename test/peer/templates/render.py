"""Renders templates with the Jinja of real Salt: a JSON list on stdin, a JSON list of results on stdout."""
import json
import logging
import os
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
os.environ["TZ"] = "UTC"

import salt.config
import salt.utils.templates
import salt.utils.jinja
import salt.modules.match  # noqa: F401
import salt.utils.network  # noqa: F401
import salt.utils.dictupdate  # noqa: F401


def main():
    with tempfile.TemporaryDirectory() as root:
        opts = salt.config.minion_config(None)
        opts.update(cachedir=root, file_client="local", root_dir=root, file_roots={"base": [root]}, pillar_roots={"base": [root]})
        results = []
        for template in json.load(sys.stdin):
            context = {"opts": opts, "saltenv": "base", "grains": {"os": "Debian", "n": 4}, "pillar": {}, "salt": {}}
            try:
                results.append({"text": salt.utils.templates.render_jinja_tmpl(template, context)})
            except Exception as exc:
                results.append({"error": str(exc).split("\n")[0].split("; line ")[0]})
        json.dump(results, sys.stdout)


main()
