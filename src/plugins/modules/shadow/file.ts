/** The file of password hashes, shadow(5). */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { accountLines } from '../lookup/account-files.js';

/** No password fits it. */
export const NO_ENTRY = '!';

const FIELDS = 9;
const DAY_MS = 86_400_000;
const days = (text: string | undefined): number => (text === undefined || text === '' ? -1 : Number(text));

/** The entry of a user; empty texts when there is none or no file. */
export async function shadowInfo(name: string, root: string | null, ctx: Context): Promise<PlainMap> {
  const fields = (await linesOf(root, ctx)).find(([first]) => first === name);
  if (fields === undefined) return { name: '', passwd: '', lstchg: '', min: '', max: '', warn: '', inact: '', expire: '' };
  const [, passwd = '', lstchg, min, max, warn, inact, expire] = fields;
  return { name, passwd, lstchg: days(lstchg), min: days(min), max: days(max), warn: days(warn), inact: days(inact), expire: days(expire) };
}

async function linesOf(root: string | null, ctx: Context): Promise<string[][]> {
  try {
    return await accountLines('shadow', root, ctx);
  } catch (err) {
    if (!(err instanceof PythonError)) throw err;
    ctx.log.debug({ err }, 'no file of password hashes');
    return [];
  }
}

export async function shadowNames(root: string | null, ctx: Context): Promise<string[]> {
  return (await accountLines('shadow', root, ctx)).map(([name = '']) => name).toSorted();
}

/** Puts a hash into the file, with today as day of change; false when there is no file. */
export async function storeHash(name: string, hash: string, root: string | null, ctx: Context): Promise<boolean> {
  const path = join(root ?? '/', 'etc/shadow');
  const text = await ctx.sys.readText(path);
  if (text === undefined) return false;
  const now = ctx.sys.now();
  const today = String(Math.floor((now - new Date(now).getTimezoneOffset() * 60_000) / DAY_MS));
  let found = false;
  const lines = (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => {
    const fields = line.trim().split(':').slice(0, FIELDS);
    if (fields[0] !== name) return line;
    found = true;
    const rest = Array.from({ length: FIELDS - 3 }, (_none, at) => fields[at + 3] ?? '');
    return `${[name, hash, today, ...rest].join(':')}\n`;
  });
  if (!found) {
    ctx.log.warn({ name }, `shadow entry not present for user ${name}, adding`);
    lines.push(`${text === '' || text.endsWith('\n') ? '' : '\n'}${[name, hash, today, '', '', '', '', '', ''].join(':')}\n`);
  }
  await ctx.sys.writeFile(path, lines.join(''));
  return true;
}
