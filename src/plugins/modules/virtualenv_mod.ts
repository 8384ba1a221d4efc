/** Environments of Python. */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { tupleOf } from '../../kernel/std/sequences.js';
import { str } from '../../kernel/std/python-text.js';
import { type PlainMap } from '../../kernel/std/value.js';
import { createEnvironment, virtualenvVersion } from './virtualenv_mod/create.js';

const none = p.any(null);
const off = p.any(false);
const text = p.string(null);

/** Runs a piece of Python in an environment; words reach it as arguments, never as code. @throws CommandExecutionError */
async function inEnvironment(venv: string, code: string, words: readonly string[], ctx: Context): Promise<string> {
  const python = join(venv, 'bin/python');
  if (!await ctx.sys.exists(python)) throw new CommandExecutionError(`Path '${venv}' does not appear to be a virtualenv: '${python}' not found.`);
  const done = await ctx.call('cmd.run_all', [[python, '-c', code, ...words]], { python_shell: false }) as PlainMap;
  if (done['retcode'] !== 0) throw new CommandExecutionError(`${str(done['stdout'] ?? '')}\n${str(done['stderr'] ?? '')}`);
  return str(done['stdout'] ?? '');
}

/** Words that Salt refuses, since it puts them into code. */
const REFUSED = ['import', ';', 'subprocess', 'eval', 'open', 'file', 'exec', 'input'];

function checkWords(...words: readonly (string | null)[]): string[] {
  const bad = words.find((word) => word !== null && REFUSED.some((part) => word.includes(part)));
  if (bad !== undefined) throw new InvocationError(`Unsafe python code detected in '${str(bad)}'`);
  return words.map(str);
}

const DISTRIBUTION = 'import sys\ntry:\n    import importlib.metadata as metadata\n    print(str(metadata.distribution(sys.argv[1]).locate_file("")).rstrip("/"))\nexcept ImportError:\n    import pkg_resources\n    print(pkg_resources.get_distribution(sys.argv[1]).location)';
const RESOURCE = { package: text, resource: text };

export default defineModule({
  name: 'virtualenv_mod',
  serves: 'virtualenv',
  when: { kernel: ['Linux'] },
  doc: 'Makes environments of Python and looks into them.',
  functions: {
    virtualenv_ver: fn({
      doc: "Give the version of virtualenv.\n\nsalt '*' virtualenv.virtualenv_ver /usr/bin/virtualenv",
      params: { venv_bin: p.string(), user: text, kwargs: p.keywords() },
      run: async ({ venv_bin: bin, user, kwargs }, ctx) => tupleOf(await virtualenvVersion(bin, user, kwargs, ctx)),
    }),
    create: fn({
      doc: "Make an environment.\n\nsalt '*' virtualenv.create /path/to/new/virtualenv",
      params: {
        path: p.string(), venv_bin: text, system_site_packages: off, distribute: p.any(false, 'without meaning since virtualenv 1.10'), clear: off, python: text,
        extra_search_dir: none, never_download: none, prompt: text, pip: off, symlinks: none, upgrade: none, user: text, use_vt: off, saltenv: p.string('base'), kwargs: p.keywords(),
      },
      run: (args, ctx) => createEnvironment({
        path: args.path, venvBin: args.venv_bin, systemSitePackages: args.system_site_packages, clear: args.clear, python: args.python, extraSearchDir: args.extra_search_dir,
        neverDownload: args.never_download, prompt: args.prompt, pip: args.pip, symlinks: args.symlinks, upgrade: args.upgrade, user: args.user, saltenv: args.saltenv, kwargs: args.kwargs,
      }, ctx),
    }),
    get_site_packages: fn({
      doc: "Give the folder of the packages of an environment.\n\nsalt '*' virtualenv.get_site_packages /path/to/my/venv",
      params: { venv: p.string() },
      run: ({ venv }, ctx) => inEnvironment(venv, 'import sysconfig; print(sysconfig.get_path("purelib"))', [], ctx),
    }),
    get_distribution_path: fn({
      doc: "Give the folder a package lies in.\n\nsalt '*' virtualenv.get_distribution_path /path/to/my/venv my_distribution",
      params: { venv: p.string(), distribution: p.string() },
      run: ({ venv, distribution }, ctx) => inEnvironment(venv, DISTRIBUTION, checkWords(distribution), ctx),
    }),
    get_resource_path: fn({
      doc: "Give the path of a file of a package.\n\nsalt '*' virtualenv.get_resource_path /path/to/my/venv my_package my/resource.xml",
      params: { venv: p.string(), ...RESOURCE },
      run: ({ venv, package: name, resource }, ctx) =>
        inEnvironment(venv, 'import sys, pkg_resources; print(pkg_resources.resource_filename(sys.argv[1], sys.argv[2]))', checkWords(name, resource), ctx),
    }),
    get_resource_content: fn({
      doc: "Give a file of a package.\n\nsalt '*' virtualenv.get_resource_content /path/to/my/venv my_package my/resource.xml",
      params: { venv: p.string(), ...RESOURCE },
      run: ({ venv, package: name, resource }, ctx) =>
        inEnvironment(venv, 'import sys, pkg_resources; print(pkg_resources.resource_string(sys.argv[1], sys.argv[2]))', checkWords(name, resource), ctx),
    }),
  },
});
