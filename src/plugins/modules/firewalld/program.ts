/** firewall-cmd: words in, its output or its complaint out. Source: read, Salt 3008.3; firewall-cmd(1). */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { runAll } from '../lookup/programs.js';

/** Differs: words from a list; Salt hands one line to a shell, which runs what a name holds. @throws CommandExecutionError */
export async function firewallCmd(words: readonly string[], ctx: Context): Promise<string> {
  if (words.some((word) => /[\0\n]/.test(word))) throw new InvocationError('A word for firewall-cmd is one line');
  const path = await ctx.sys.which('firewall-cmd');
  if (path === undefined) throw new CommandExecutionError('firewall-cmd is not installed');
  const done = await runAll(ctx, [path, ...words]);
  if (done.retcode !== 0) throw new CommandExecutionError(`firewall-cmd failed: ${done.stderr === '' ? done.stdout : done.stderr}`);
  return done.stdout;
}

export interface Where {
  /** The default zone when there is none. */
  readonly zone?: string | null;
  readonly permanent: Value;
}

export const ask = (option: string, { zone = null, permanent }: Where, ctx: Context): Promise<string> =>
  firewallCmd([...(zone === null || zone === '' ? [] : [`--zone=${zone}`]), option, ...(isTruthy(permanent) ? ['--permanent'] : [])], ctx);

export const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

/** `--list-all` and its like: a zone at the margin, its settings below, further lines of a setting behind a tab. */
export function parseZones(text: string): PlainMap {
  const zones: Record<string, Record<string, string[]>> = {};
  let zone: Record<string, string[]> = {};
  let values: string[] = [];
  for (const line of linesOf(text)) {
    if (/^[a-z0-9]/i.test(line)) zones[line.trimEnd()] = zone = {};
    else if (line.startsWith('\t')) values.push(line.trim());
    else {
      const [, name = '', first = ''] = /^([^:]*):?(.*)$/.exec(line) ?? [];
      zone[name.trim()] = values = [first.trim()];
    }
  }
  return zones;
}

/** `port=80:proto=tcp:toport=8080:toaddr=192.0.2.1`; an address of IPv6 has colons of its own. */
export function parseForward(line: string): PlainMap {
  const [, source = '', protocol = '', port = '', address = ''] = /^port=([^:]*):proto=([^:]*):toport=([^:]*):toaddr=(.*)$/.exec(line.trim()) ?? [];
  return { 'Source port': source, Protocol: protocol, 'Destination port': port, 'Destination address': address };
}
