"""Adds to command-names.data.ts the names of all methods on the classes behind the ports of an installed Salt, and all names of
commands that its programs send. Names of other releases that are in the file stay. Run it with the Python of that Salt."""

import ast
import glob
import os
import re

import salt

HERE = os.path.dirname(os.path.abspath(__file__))
PATH = os.path.join(HERE, "command-names.data.ts")
HEAD = "/** Names of methods that any release of Salt has on the classes behind its ports, declared there or not; made by gather-command-names.py. */\n"
SALT = os.path.dirname(salt.__file__)
SERVERS = ["master.py", "daemons/masterapi.py", "fileserver/__init__.py", "channel/server.py", "crypt.py"]


def methods(path):
    with open(path, encoding="utf-8") as source:
        tree = ast.parse(source.read())
    for cls in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        for node in cls.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                hidden = node.name.startswith("__") and not node.name.endswith("__")
                yield f"_{cls.name}{node.name}" if hidden else node.name
            elif isinstance(node, ast.Assign):
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def sent(path):
    with open(path, encoding="utf-8", errors="replace") as source:
        yield from re.findall(r'"cmd":\s*"([A-Za-z_]+)"', source.read())


with open(PATH, encoding="utf-8") as old:
    names = set(re.findall(r"'([^']+)'", old.read()))
for name in SERVERS:
    if os.path.exists(os.path.join(SALT, name)):
        names.update(methods(os.path.join(SALT, name)))
for path in glob.glob(os.path.join(SALT, "**", "*.py"), recursive=True):
    names.update(sent(path))
words = [f"'{name}'," for name in sorted(names)]
lines = ["  " + " ".join(words[at : at + 6]) for at in range(0, len(words), 6)]
with open(PATH, "w", encoding="utf-8") as new:
    new.write(HEAD + "export const COMMAND_NAMES: readonly string[] = [\n" + "\n".join(lines) + "\n];\n")
