/** Starts ipset and reads its lists. Source: read, Salt 3008.3; lists of ipset 7.17. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { PlainMap } from '../../../kernel/std/value.js';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  /** All that it printed, as Salt's `cmd.run` gives it. */
  readonly text: string;
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** Words of the caller, which must be no options of ipset. */
export function plainWords(words: readonly string[]): string[] {
  const wrong = words.find((word) => word === '' || word.startsWith('-') || word.includes('\n'));
  if (wrong !== undefined) throw new CommandExecutionError(`'${wrong}' is no word for ipset`);
  return [...words];
}

export async function ipset(command: readonly string[], words: readonly string[], ctx: Context): Promise<Said> {
  const { code, stdout, stderr } = await ctx.sys.run(['ipset', ...command, ...plainWords(words)], { signal: ctx.signal });
  return { code, stdout: textOf(stdout).replace(/\n+$/, ''), text: `${textOf(stdout)}${textOf(stderr)}`.replace(/\n+$/, '') };
}

function factsOf(lines: readonly string[]): PlainMap {
  return Object.fromEntries(lines.flatMap((line) => {
    const at = line.indexOf(':');
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 2)]];
  }));
}

/** A failure other than that there is none. */
function checked(said: Said): Said | undefined {
  if (said.code === 0) return said;
  if (!said.text.includes('does not exist')) throw new CommandExecutionError(said.text);
  return undefined;
}

/** Facts about a set, without its members. */
export async function setFacts(name: string, ctx: Context): Promise<PlainMap | undefined> {
  const said = checked(await ipset(['list', '-t'], [name], ctx));
  return said === undefined ? undefined : factsOf(said.stdout.split('\n'));
}

export async function membersOf(name: string, ctx: Context): Promise<string[]> {
  const lines = checked(await ipset(['list'], [name], ctx))?.stdout.split('\n') ?? [];
  const at = lines.findIndex((line) => line.startsWith('Members:'));
  return at < 0 ? [] : lines.slice(at + 1);
}

export async function allSets(ctx: Context): Promise<PlainMap[]> {
  const said = await ipset(['list', '-t'], [], ctx);
  if (said.code !== 0) throw new CommandExecutionError(said.text);
  return said.stdout.split('\n\n').filter((block) => block !== '').map((block) => factsOf(block.split('\n')));
}
