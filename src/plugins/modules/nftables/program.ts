/** Starts nft and reads what it lists. Source: read, Salt 3008.3; nft(8). */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';

export interface Said {
  readonly worked: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

const FAMILIES: ReadonlyMap<string, string> = new Map([
  ['ipv4', 'ip'], ['ip4', 'ip'], ['ip', 'ip'], ['ipv6', 'ip6'], ['ip6', 'ip6'], ['inet', 'inet'], ['arp', 'arp'], ['bridge', 'bridge'], ['netdev', 'netdev'],
]);

/** In the order in which they are saved. */
export const NFT_FAMILIES: readonly string[] = [...new Set(FAMILIES.values())];

export function nftFamily(family: string): string {
  const name = FAMILIES.get(family);
  if (name === undefined) throw new CommandExecutionError(`nftables has no family '${family}'`);
  return name;
}

/** A name of a table or chain. nft joins its arguments and reads them as a script: what is no name could be a command. */
export function nftName(value: Value): string {
  const name = str(value);
  if (!/^[A-Za-z_][\w./\\-]*$/.test(name)) throw new CommandExecutionError(`'${name}' is no name for nftables`);
  return name;
}

/** A word of a hook, a type or a policy. */
export function nftWord(value: Value, what: string): string {
  const word = str(value);
  if (!/^[A-Za-z]+$/.test(word)) throw new CommandExecutionError(`'${word}' is no ${what} of nftables`);
  return word;
}

/** A number, or a name with a number: `filter - 5`. */
export function nftPriority(value: Value): string {
  const priority = str(value);
  if (!/^(?:-?\d+|[A-Za-z]+(?: ?[+-] ?\d+)?)$/.test(priority)) throw new CommandExecutionError(`'${priority}' is no priority of nftables`);
  return priority;
}

export function nftHandle(value: Value): string {
  const handle = str(value);
  if (!/^\d+$/.test(handle)) throw new CommandExecutionError(`'${handle}' is no handle of a rule`);
  return handle;
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8').replace(/\n+$/, '');

export async function nft(words: readonly string[], ctx: Context): Promise<Said> {
  const { code, stdout, stderr } = await ctx.sys.run(['nft', ...words], { signal: ctx.signal });
  return { worked: code === 0, stdout: textOf(stdout), stderr: textOf(stderr) };
}

/** @throws CommandExecutionError in the words of the program */
export async function nftText(words: readonly string[], ctx: Context): Promise<string> {
  const said = await nft(words, ctx);
  if (!said.worked) throw new CommandExecutionError(said.stderr);
  return said.stdout;
}

/** What is listed of a table or chain; nothing where there is none. */
export async function listed(words: readonly string[], ctx: Context): Promise<string> {
  const said = await nft(words, ctx);
  if (!said.worked && !said.stderr.includes('No such file or directory')) throw new CommandExecutionError(said.stderr);
  return said.worked ? said.stdout : '';
}

/** Where the rules of this system are kept. */
export function rulesFile(filename: Value, ctx: Context): string {
  if (isTruthy(filename)) return str(filename);
  const known = ['RedHat', 'Arch', 'Debian'].includes(str(ctx.grains['os_family'] ?? '')) || ctx.grains['os'] === 'Gentoo';
  if (!known) throw new CommandExecutionError(`There is no known file for rules of nftables on ${str(ctx.grains['os'] ?? null)}: name one`);
  return '/etc/nftables';
}
