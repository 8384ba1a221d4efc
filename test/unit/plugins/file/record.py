"""Fills in what real Salt answers: `python record.py recorded/*.json`, with a Python that can import salt.

Each case has `before` (what lies in the temporary folder), `calls` ([function, args, kwargs]) and optionally `test`
and `opts`. This script writes `expect`: one answer for each call (`return`, or `error` with class and text) and `after`,
what lies in the folder then. `@TMP@` stands for the temporary folder; see `normal` for what else is made alike.
"""
import base64, json, os, re, shutil, stat, sys, tempfile

import salt.config
import salt.loader
import salt.version

NUMBERS = {"pid", "inode", "atime", "mtime", "ctime", "st_atime", "st_mtime", "st_ctime"}
STAMPS = [
    (re.compile(r"\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d"), "@STAMP@"),
    (re.compile(r"[A-Z][a-z]{2}_[A-Z][a-z]{2}_\d\d_\d\d:\d\d:\d\d_\d{6}_\d{4}"), "@BACKUP@"),
    (re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d\.\d{6}"), "@TIME@"),
    (re.compile(r"__salt\.tmp\.\w+"), "__salt.tmp.@"),
]


def normal(value, top):
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin-1")}
    if isinstance(value, str):
        value = value.replace(top, "@TMP@")
        for pattern, word in STAMPS:
            value = pattern.sub(word, value)
        return value
    if isinstance(value, dict):
        return {
            normal(str(key), top): "@NUMBER@" if key in NUMBERS else normal(item, top) for key, item in value.items()
        }
    if isinstance(value, (list, tuple, set)):
        return [normal(item, top) for item in value]
    return value


def prepare(top, entries):
    for entry in entries:
        path = os.path.join(top, entry["path"])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if entry.get("dir"):
            os.makedirs(path, exist_ok=True)
        elif "link" in entry:
            os.symlink(entry["link"].replace("@TMP@", top), path)
        else:
            data = entry.get("text", "").replace("@TMP@", top).encode()
            if "latin1" in entry:
                data = entry["latin1"].encode("latin-1")
            with open(path, "wb") as handle:
                handle.write(data * entry.get("times", 1))
        if "mode" in entry:
            os.chmod(path, int(entry["mode"], 8))
        if "owner" in entry:
            os.chown(path, *entry["owner"])
        if "mtime" in entry:
            os.utime(path, (entry["mtime"], entry["mtime"]))


def listing(top):
    found = {}
    for folder, dirs, files in os.walk(top):
        for name in dirs + files:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            entry = {"mode": oct(stat.S_IMODE(info.st_mode))[2:], "owner": [info.st_uid, info.st_gid]}
            if stat.S_ISLNK(info.st_mode):
                entry = {"link": normal(os.readlink(path), top)}
            elif stat.S_ISDIR(info.st_mode):
                entry["dir"] = True
            elif stat.S_ISREG(info.st_mode):
                with open(path, "rb") as handle:
                    data = handle.read()
                entry["latin1"] = normal(data.decode("latin-1"), top) if len(data) < 4000 else len(data)
            else:
                entry["special"] = stat.S_IFMT(info.st_mode)
            key = normal(os.path.relpath(path, top), top)
            # Several backups have one name once their times are made alike.
            found[f"{key} {entry['latin1']}" if "@BACKUP@" in key else key] = entry
    return found


def place(value, top):
    if isinstance(value, str):
        return value.replace("@TMP@", top)
    if isinstance(value, dict):
        if set(value) == {"bytes"}:
            return value["bytes"].encode("latin-1")
        return {place(key, top): place(item, top) for key, item in value.items()}
    return [place(item, top) for item in value] if isinstance(value, list) else value


def record(case, base):
    top = os.path.realpath(tempfile.mkdtemp())
    try:
        prepare(top, case.get("before", []))
        opts = dict(base, test=case.get("test", False), cachedir=os.path.join(top, "cache"), file_client="local")
        opts.update(place(case.get("opts", {}), top))
        opts["file_roots"] = {"base": [os.path.join(top, "srv")]}
        opts["extension_modules"] = os.path.join(top, "none")
        opts["hash_type"] = "sha256"
        opts["grains"] = {"kernel": "Linux", "os": "Debian", "os_family": "Debian"}
        mods = salt.loader.minion_mods(opts, utils=salt.loader.utils(opts))
        os.umask(0o022)
        answers = []
        for fun, args, kwargs in case["calls"]:
            try:
                answers.append({"return": normal(mods[fun](*place(args, top), **place(kwargs, top)), top)})
            except Exception as exc:
                answers.append({"error": [type(exc).__name__, normal(str(exc), top)]})
        # What Salt's own file client leaves in the cache is none of the module's doing.
        after = {path: entry for path, entry in listing(top).items() if not re.match(r"cache($|/(?!file_backup))|srv", path)}
        return {"answers": answers, "after": after}
    finally:
        shutil.rmtree(top)


def main():
    base = salt.config.DEFAULT_MINION_OPTS.copy()
    base["id"] = "m1"
    for name in sys.argv[1:]:
        with open(name) as handle:
            book = json.load(handle)
        book["salt"] = salt.version.__version__
        for case in book["cases"]:
            case["expect"] = record(case, base)
        with open(name, "w") as handle:
            handle.write('{"salt": %s, "cases": [\n' % json.dumps(book["salt"]))
            handle.write(",\n".join(json.dumps(case, ensure_ascii=False) for case in book["cases"]))
            handle.write("\n]}\n")


main()
