"""Runs the cases of `NAME.cases.json` with a module of real Salt that keeps files, and writes what happened beside it.

Usage: <python of a Salt 3008.3 installation> record-ip.py NAME   (NAME is debian_ip, netplan_ip, nm_ip or rh_ip)

A case has files by path and steps [function, args, kwargs]. Files lie below a temporary folder: the module's own paths
are pointed there, and calls of other modules give true and are kept.
"""
import importlib, json, logging, os, sys, tempfile

logging.disable(logging.CRITICAL)
name = sys.argv[1]
here = os.path.dirname(os.path.abspath(__file__))
cases = json.load(open(f"{here}/{name}.cases.json"))
module = importlib.import_module(f"salt.modules.{name}")
PATHS = {key: value for key, value in vars(module).items() if isinstance(value, str) and value.startswith("/etc/")}
GRAINS = {"os": "Debian", "osfullname": "Debian", "os_family": "Debian", "osrelease": "12", "osrelease_info": [12], "osmajorrelease": 12}


class Others(dict):
    def __init__(self, calls):
        super().__init__()
        self.calls = calls

    def __getitem__(self, fun):
        def call(*args, **kwargs):
            if fun == "file.set_mode":
                os.chmod(args[0], int(args[1], 8))
            else:
                self.calls.append([fun, list(args)])
            return True

        return call


def swapped(value, root):
    if isinstance(value, str):
        return value.replace(root, "")
    if isinstance(value, (list, tuple)):
        return [swapped(one, root) for one in value]
    return {key: swapped(one, root) for key, one in value.items()} if isinstance(value, dict) else value


out = []
for case in cases:
    with tempfile.TemporaryDirectory() as root:
        for path, text in case["files"].items():
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            if not path.endswith("/"):
                open(root + path, "w").write(text)
        for key, path in PATHS.items():
            setattr(module, key, root + path)
        calls = []
        module.__grains__ = {**GRAINS, **case.get("grains", {})}
        module.__salt__ = Others(calls)
        module.__opts__ = {"test": False}
        module.__salt_system_encoding__ = "utf-8"
        results = []
        for fun, args, kwargs in case["steps"]:
            before = len(calls)
            try:
                results.append({"value": swapped(getattr(module, fun)(*args, **kwargs), root)})
            except Exception as error:
                results.append({"error": [type(error).__name__, swapped(str(error), root)]})
            # Real Salt installs packages in a test run, and before it looks at the settings. Ours does not: these calls are left out.
            if kwargs.get("test") or "error" in results[-1]:
                del calls[before:]
        files = {}
        for folder, _, names in os.walk(root):
            for one in names:
                path = os.path.join(folder, one)
                files[path.replace(root, "")] = [oct(os.stat(path).st_mode & 0o777)[2:], open(path).read()]
        out.append({"results": results, "files": files, "calls": calls})
json.dump(out, open(f"{here}/{name}.recorded.json", "w"), indent=1, sort_keys=True)
print(len(out), "cases")
