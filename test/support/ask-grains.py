"""Answers, with the functions of real Salt, what each case of grains gives. Cases come in, answers go out, as JSON."""

import builtins
import json
import os
import platform
import subprocess
import sys
import types

import distro
import salt.grains.core as core
import salt.exceptions
import salt.modules.smbios
import salt.utils.dns
import salt.utils.files
import salt.utils.network
import salt.utils.path
import salt.utils.platform

real_open, real_isfile = builtins.open, os.path.isfile
MOVED = ("/etc/", "/etc.defaults", "/usr/lib/os-release", "/proc/", "/sys/", "/run/", "/sbin/", "/sample")
FOLDERS = ("", "/usr/bin/", "/usr/sbin/", "/sbin/")
core.__opts__ = {}
root = ""


def below(path):
    return root + path if isinstance(path, str) and path.startswith(MOVED) else path


def distribution(_text):
    platform._os_release_candidates = (root + "/etc/os-release", root + "/usr/lib/os-release")
    platform._os_release_cache = None
    os.path.isfile = real_isfile
    release = distro.LinuxDistribution(root_dir=root)
    # Read now, while the functions of files are the real ones.
    release._distro_release_info, release._os_release_info
    salt.utils.platform.distro = release
    os.path.isfile = lambda path: real_isfile(below(path))
    grains = core._linux_distribution_data()
    if grains.get("osrelease"):
        grains.update(core._osrelease_data(grains["os"], grains["osfullname"], grains["osrelease"]))
    return grains


def interfaces(text):
    found = salt.utils.network._interfaces_ip(text)
    core._get_interfaces = lambda: found
    salt.utils.network.interfaces = lambda: found
    grains = {"ipv4": salt.utils.network.ip_addrs(include_loopback=True), "ipv6": salt.utils.network.ip_addrs6(include_loopback=True)}
    for function in (core.ip_interfaces, core.ip4_interfaces, core.ip6_interfaces, core.hwaddr_interfaces):
        grains.update(function())
    return grains


def gpus(text):
    salt.utils.path.which = lambda program: program
    core.subprocess = types.SimpleNamespace(
        run=lambda *args, **kwargs: types.SimpleNamespace(stdout=text), TimeoutExpired=subprocess.TimeoutExpired
    )
    return core._linux_gpu_data()


def firmware(text):
    name, _, value = text.partition(" ")
    return salt.modules.smbios._dmi_isclean(name, value)


def machine(_text):
    """Firmware, kind of machine and init of a whole tree with prepared programs."""
    programs = case["programs"]
    listed = {line.split()[0] for line in programs}

    def which(program):
        if program in listed:
            return program
        return next((folder + program for folder in FOLDERS if program and real_isfile(root + folder + program)), None)

    def run_all(command, **_kwargs):
        line = " ".join(command if isinstance(command, list) else command.split())
        code, text = programs.get(line, [1, ""])
        return {"retcode": code, "stdout": text.rstrip("\r\n")}

    def run(command, **kwargs):
        if command.split()[0] not in listed:
            raise salt.exceptions.CommandExecutionError(command)
        return run_all(command, **kwargs)["stdout"]

    def below_root(function):
        # Some of these functions call the others: no path is moved twice.
        return lambda path, *args, **kwargs: function(path if path.startswith(root) else root + path, *args, **kwargs)

    kept = os.path.isdir, os.path.exists, os.stat, os.access
    salt.utils.path.which = which
    salt.utils.path.which_bin = lambda names: next((name for name in map(which, names) if name), None)
    salt.modules.smbios.salt.modules.cmdmod._run_quiet = run
    core.__salt__.update({"cmd.run_all": run_all, "cmd.run": run, "smbios.get": salt.modules.smbios.get})
    core.__opts__ = {"file_buffer_size": 262144, **case["opts"]}
    os.path.isdir, os.path.exists, os.stat, os.access = map(below_root, kept)
    try:
        grains = {"kernel": "Linux"}
        grains.update(core._hw_data(grains))
        grains.update(core._virtual(grains))
        grains.update(core._virtual_hv(grains))
        grains["init"] = core._linux_init_system()
    finally:
        os.path.isdir, os.path.exists, os.stat, os.access = kept
        core.__opts__ = {}
    del grains["kernel"]
    return grains


def plain(value):
    """Tuples are lists on every way out."""
    return json.loads(json.dumps(value))


ASKED = {
    "distribution": distribution,
    "interfaces": interfaces,
    "resolver": lambda text: salt.utils.dns.parse_resolv("/sample"),
    "machine": machine,
    "cpu": lambda text: core._linux_cpudata(),
    "memory": lambda text: core._linux_memdata(),
    "gpus": gpus,
    "kernelparams": lambda text: core.kernelparams()["kernelparams"],
    "devicetree": lambda text: core._linux_devicetree_platform_data(),
    "firmware": firmware,
}
salt.utils.files.fopen = lambda path, *args, **kwargs: real_open(below(path), *args, **kwargs)
os.path.isfile = lambda path: real_isfile(below(path))
answers = []
for case in json.load(sys.stdin):
    root = case["root"]
    answers.append(plain(ASKED[case["kind"]](case["text"])))
json.dump(answers, sys.stdout)
