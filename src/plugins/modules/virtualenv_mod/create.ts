/** Makes environments of Python, with the program virtualenv or the module venv of an interpreter. */
import { basename, join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface CreateCall {
  readonly path: string;
  readonly venvBin: string | null;
  readonly systemSitePackages: Value;
  readonly clear: Value;
  readonly python: string | null;
  readonly extraSearchDir: Value;
  readonly neverDownload: Value;
  readonly prompt: string | null;
  readonly pip: Value;
  readonly symlinks: Value;
  readonly upgrade: Value;
  readonly user: string | null;
  readonly saltenv: string;
  readonly kwargs: PlainMap;
}

const BINARIES = ['virtualenv', 'virtualenv3', 'virtualenv2'];
const GET_PIP = 'https://bootstrap.pypa.io/get-pip.py';
const isPython = (program: string): boolean => /^(?:python|pypy)[0-9.]*$/i.test(basename(program));
const isGiven = (text: string | null): text is string => text !== null && text.trim() !== '';

/** The program that makes environments where none is named. */
async function defaultBinary(ctx: Context): Promise<string> {
  const configured = ctx.pillar['venv_bin'] ?? ctx.opts['venv_bin'];
  if (isTruthy(configured)) return str(configured ?? null);
  for (const name of BINARIES) if (await ctx.sys.which(name) !== undefined) return name;
  return 'venv';
}

async function checkPython(python: string, ctx: Context): Promise<string> {
  if (python.startsWith('-') || await ctx.sys.which(python) === undefined) throw new CommandExecutionError(`Cannot find requested python (${python}).`);
  return python;
}

/** The first numbers of the version of virtualenv. @throws CommandExecutionError */
export async function virtualenvVersion(venvBin: string, user: string | null, kwargs: PlainMap, ctx: Context): Promise<number[]> {
  const words = [venvBin, '--version'];
  const done = await ctx.call('cmd.run_all', [words], { runas: user, python_shell: false, redirect_stderr: true, ...kwargs }) as PlainMap;
  const word = str(done['stdout'] ?? '').trim().split(/\s+/).find((one) => /^\d.\d*/.test(one));
  if (Number(done['retcode']) > 0 || word === undefined) {
    throw new CommandExecutionError(`Unable to get the virtualenv version output using '${str(words)}'. Returned data: ${str(done)}`);
  }
  return word.replace(/(rc|\+ds).*$/, '').split('.').map(Number);
}

/** Words of an interpreter's venv. */
async function venvWords(binary: string, call: CreateCall, ctx: Context): Promise<string[]> {
  const { python, extraSearchDir, neverDownload, upgrade, symlinks, prompt } = call;
  const isNamed = isPython(binary);
  const words: string[] = [];
  if (binary === 'venv') words.push(isGiven(python) ? await checkPython(python, ctx) : 'python3', '-m', 'venv');
  else if (isNamed && isGiven(python)) throw new CommandExecutionError('Pass the target interpreter either as `venv_bin` or as `python`, not both.');
  else if (isNamed) words.push(await checkPython(binary, ctx), '-m', 'venv');
  else if (isGiven(python)) throw new CommandExecutionError(`The \`python\`(\`--python\`) option is not supported by '${binary}'`);
  else words.push(binary);
  if (isTruthy(extraSearchDir)) throw new CommandExecutionError(`The \`extra_search_dir\`(\`--extra-search-dir\`) option is not supported by '${binary}'`);
  if (neverDownload !== null) throw new CommandExecutionError(`The \`never_download\`(\`--never-download\`) option is not supported by '${binary}'`);
  if (upgrade === true) words.push('--upgrade');
  if (symlinks === true) words.push('--symlinks');
  if (isGiven(prompt)) words.push('--prompt', prompt);
  return words;
}

const isAtLeast = (version: readonly number[], major: number, minor = 0): boolean => (version[0] ?? 0) > major || (version[0] === major && (version[1] ?? 0) >= minor);

async function virtualenvWords(binary: string, call: CreateCall, ctx: Context): Promise<string[]> {
  const { python, extraSearchDir, neverDownload, upgrade, symlinks, prompt, user, kwargs } = call;
  if (upgrade !== null) throw new CommandExecutionError(`The \`upgrade\`(\`--upgrade\`) option is not supported by '${binary}'`);
  if (symlinks !== null) throw new CommandExecutionError(`The \`symlinks\`(\`--symlinks\`) option is not supported by '${binary}'`);
  const version = await virtualenvVersion(binary, user, kwargs, ctx);
  const words = [binary];
  if (isGiven(python)) words.push(`--python=${await checkPython(python, ctx)}`);
  const folders = isList(extraSearchDir) ? extraSearchDir.map(str) : isTruthy(extraSearchDir) ? str(extraSearchDir).split(',').map((one) => one.trim()) : [];
  words.push(...folders.map((folder) => `--extra-search-dir=${folder}`));
  if (neverDownload === true && (isAtLeast(version, 14) || !isAtLeast(version, 1, 10))) words.push('--never-download');
  else if (neverDownload === false && isAtLeast(version, 20)) words.push('--download');
  if (isGiven(prompt)) words.push(`--prompt='${prompt}'`);
  return words;
}

export async function createEnvironment(call: CreateCall, ctx: Context): Promise<PlainMap> {
  const { path, user, saltenv, kwargs } = call;
  if (path.startsWith('-')) throw new InvocationError(`Path '${path}' is not valid`);
  const binary = call.venvBin ?? await defaultBinary(ctx);
  if (binary.startsWith('-')) throw new InvocationError(`Program '${binary}' is not valid`);
  const words = isPython(binary) || binary.includes('venv') && !BINARIES.includes(basename(binary)) ? await venvWords(binary, call, ctx) : await virtualenvWords(binary, call, ctx);
  if (call.clear === true) words.push('--clear');
  if (call.systemSitePackages === true) words.push('--system-site-packages');
  const wasThere = await ctx.sys.exists(path);
  const made = await ctx.call('cmd.run_all', [[...words, path]], { runas: user, python_shell: false, ...kwargs }) as PlainMap;
  if (made['retcode'] !== 0) {
    if (!wasThere) await ctx.sys.fs.rm(path, { recursive: true, force: true });
    return made;
  }
  if (!isTruthy(call.pip) || await ctx.sys.exists(join(path, 'bin/pip'))) return made;
  const script = await ctx.call('cp.cache_file', [GET_PIP, saltenv]);
  if (!isTruthy(script)) throw new CommandExecutionError(`Unable to cache ${GET_PIP}`);
  const added = await ctx.call('cmd.run_all', [[join(path, 'bin/python'), str(script)]], { runas: user, cwd: path, env: { VIRTUAL_ENV: path }, python_shell: false }) as PlainMap;
  const both = (key: string): string => `${str(made[key] ?? '')}\n${str(added[key] ?? '')}`.trim();
  return { ...made, retcode: added['retcode'] ?? 1, stdout: both('stdout'), stderr: both('stderr') };
}
