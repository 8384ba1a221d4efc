"""Renders templates and reads YAML with real Salt: JSON `{files, cases: [{kind, text, opts}]}` on stdin, a list of results on stdout."""
import json
import logging
import os
import sys
import tempfile
import warnings
from collections import OrderedDict

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
os.environ["TZ"] = "UTC"

import salt.config
import salt.fileclient
import salt.utils.templates
import salt.utils.jinja
import salt.utils.yamlloader
import salt.utils.yaml
import salt.modules.match  # noqa: F401
import salt.utils.network  # noqa: F401
import salt.utils.dictupdate  # noqa: F401
import yaml


class Functions(dict):
    """What stands behind `salt`: functions by name, and modules as attributes."""

    class Module:
        echo = staticmethod(lambda text: text)

    test = Module()


def render_template(case, opts, client):
    own = dict(opts)
    own.update(case.get("opts") or {})
    functions = salt.utils.templates.AliasedLoader(Functions({"test.echo": Functions.Module.echo}))
    context = {"opts": own, "saltenv": "base", "grains": {"os": "Debian", "n": 4}, "pillar": {}, "salt": functions}
    context["fileclient"] = client
    text = case["text"]
    return salt.utils.templates.render_jinja_tmpl(text, context)


def read_yaml(case):
    def loader(*args):
        return salt.utils.yamlloader.SaltYamlSafeLoader(*args, dictclass=OrderedDict)

    return plain(yaml.load(case["text"], Loader=loader))


def plain(value):
    """Mappings print as dicts; everything else as it is."""
    if isinstance(value, dict):
        return "{" + ", ".join("%s: %s" % (plain(key), plain(item)) for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(plain(item) for item in value) + "]"
    return repr(value)


def outcome(case, opts, client):
    kind = case.get("kind", "template")
    try:
        return {"text": render_template(case, opts, client) if kind == "template" else read_yaml(case)}
    except Exception as exc:
        if kind == "yaml":
            return {"error": type(exc).__name__ + ": " + str(exc)}
        return {"error": str(exc)}


def main():
    request = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as root:
        tree = os.path.join(root, "srv")
        for name, text in request.get("files", {}).items():
            path = os.path.join(tree, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        opts = salt.config.minion_config(None)
        opts.update(cachedir=os.path.join(root, "cache"), file_client="local", root_dir=root, file_roots={"base": [tree]}, pillar_roots={"base": [root]})
        client = salt.fileclient.get_file_client(opts)
        json.dump([outcome(case, opts, client) for case in request["cases"]], sys.stdout)


main()
