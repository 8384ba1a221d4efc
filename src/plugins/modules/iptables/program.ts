/** Starts iptables and its sisters, and knows where rules are kept. Source: read, Salt 3008.3. */
import { dirname } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, CommandNotFoundError } from '../../../kernel/contract/errors.js';
import { compilePython, PatternError } from '../../../kernel/std/python-regex.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, type Value } from '../../../kernel/std/value.js';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const nameOf = (family: string): string => (family === 'ipv6' ? 'ip6tables' : 'iptables');

export async function programPath(family: string, ctx: Context, suffix = ''): Promise<string> {
  const name = `${nameOf(family)}${suffix}`;
  const path = await ctx.sys.which(name);
  if (path === undefined) throw new CommandNotFoundError(`The program ${name} is not installed`);
  return path;
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8').replace(/\n+$/, '');

async function run(argv: readonly [string, ...string[]], ctx: Context): Promise<Said> {
  const { code, stdout, stderr } = await ctx.sys.run(argv, { signal: ctx.signal });
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) };
}

/** `--wait` where the program knows it: another one may hold the lock. */
export async function waitWord(family: string, ctx: Context): Promise<string> {
  const key = `wait ${family}`;
  const known = ctx.memory.get(key);
  if (typeof known === 'string') return known;
  const word = (await run([await programPath(family, ctx), '--help'], ctx)).stdout.includes('--wait') ? '--wait' : '';
  ctx.memory.set(key, word);
  return word;
}

export async function iptables(family: string, words: readonly string[], ctx: Context): Promise<Said> {
  const wait = await waitWord(family, ctx);
  return run([await programPath(family, ctx), ...wait === '' ? [] : [wait], ...words], ctx);
}

/** @throws CommandExecutionError in the words of the program */
export async function savedText(family: string, ctx: Context, words: readonly string[] = []): Promise<string> {
  const said = await run([await programPath(family, ctx, '-save'), ...words], ctx);
  if (said.code !== 0) throw new CommandExecutionError(said.stderr);
  return said.stdout;
}

const FILES: Readonly<Record<string, readonly [ipv4: string, ipv6: string]>> = {
  RedHat: ['/etc/sysconfig/iptables', '/etc/sysconfig/ip6tables'], Arch: ['/etc/iptables/iptables.rules', '/etc/iptables/ip6tables.rules'],
  Debian: ['/etc/iptables/rules.v4', '/etc/iptables/rules.v6'], Gentoo: ['/var/lib/iptables/rules-save', '/var/lib/ip6tables/rules-save'],
  Suse: ['/etc/sysconfig/scripts/SuSEfirewall2-custom', '/etc/sysconfig/scripts/SuSEfirewall2-custom'],
  Void: ['/etc/iptables/iptables.rules', '/etc/iptables/ip6tables.rules'], Alpine: ['/etc/iptables/rules-save', '/etc/iptables/rules6-save'],
};

export function rulesFile(family: string, ctx: Context): string {
  const files = FILES[str(ctx.grains['os_family'] ?? '')] ?? FILES[str(ctx.grains['os'] ?? '')];
  if (files === undefined) throw new CommandExecutionError(`Saving iptables to file is not supported on ${str(ctx.grains['os'] ?? null)}. Please file an issue with SaltStack`);
  return files[family === 'ipv6' ? 1 : 0];
}

/** Without the lines that `iptables.save_filters` names. */
async function filtered(text: string, ctx: Context): Promise<string> {
  const patterns = await ctx.call('config.option', ['iptables.save_filters', []]);
  const known = (isList(patterns) ? patterns.map(str) : []).flatMap((source) => {
    try {
      return [compilePython(source)];
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      ctx.log.warn({ pattern: source, err: error }, 'Skipping regex rule');
      return [];
    }
  });
  return text.split('\n').filter((line) => !known.some((pattern) => pattern.search(line) !== undefined)).join('\n');
}

export async function saveRules(filename: Value, family: string, ctx: Context): Promise<Value> {
  const path = isTruthy(filename) ? str(filename) : rulesFile(family, ctx);
  await ctx.sys.fs.mkdir(dirname(path), { recursive: true });
  return ctx.call('file.write', [path, await filtered(await savedText(family, ctx), ctx)]);
}
