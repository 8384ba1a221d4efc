/** What `http_json` and `http_yaml` share: the address for one minion, and the answer as text. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { asError } from '../../../kernel/std/async.js';
import { traverse } from '../../../kernel/std/traverse.js';
import { isMap, isTruthy, mapEntries, type Value } from '../../../kernel/std/value.js';

export const HTTP_PARAMS = {
  url: p.string(), with_grains: p.any(false), header_dict: p.any(null), auth: p.any(null), username: p.string(null), password: p.string(null), timeout: p.any(20),
};

export interface HttpArgs {
  readonly url: string;
  readonly with_grains: Value;
  readonly header_dict: Value;
  readonly auth: Value;
  readonly username: string | null;
  readonly password: string | null;
  readonly timeout: Value;
}

const BYTES_MAX = 32 * 1024 * 1024;
const REDIRECTS_MAX = 5;
const SCHEMES = new Set(['http:', 'https:']);

/** `%s` stands for the id; with `with_grains`, `<name>` for a grain. @throws CommandExecutionError for a grain that is not there */
export function addressFor({ url, with_grains: withGrains }: Pick<HttpArgs, 'url' | 'with_grains'>, id: string, ctx: Context): string {
  const named = url.replaceAll('%s', encodeURIComponent(id));
  if (!isTruthy(withGrains)) return named;
  return named.replace(/<(\w[\w:.-]*)>/g, (_, name: string) => {
    const grain = traverse<undefined>(ctx.grains, name, undefined, ':');
    if (grain === undefined || grain === null || typeof grain === 'object') throw new CommandExecutionError(`Unable to get minion '${id}' grain: '${name}'`);
    return encodeURIComponent(String(grain));
  });
}

/** The text behind an address; a status that is no success is an error. Redirects never leave http and https. */
export async function fetchText(args: HttpArgs, id: string, ctx: Context): Promise<string> {
  const limit = AbortSignal.timeout(Math.max(1, Number(args.timeout) || 20) * 1000);
  const signal = AbortSignal.any([ctx.signal, limit]);
  let url = readAddress(addressFor(args, id, ctx));
  for (let hops = 0; hops <= REDIRECTS_MAX; hops += 1) {
    const answer = await ask(url, args, signal);
    const next = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : null;
    if (next === null) return textOf(answer, url);
    await answer.body?.cancel();
    const target = readAddress(new URL(next, url).href);
    // A login is for the server it was written for.
    if (target.host !== url.host) args = { ...args, username: null, password: null, auth: null, header_dict: null };
    url = target;
  }
  throw new CommandExecutionError(`${shown(url)} redirects more than ${REDIRECTS_MAX} times`);
}

function readAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !SCHEMES.has(url.protocol)) throw new CommandExecutionError('The address of an external pillar is neither http nor https');
  return url;
}

async function ask(url: URL, { header_dict: headers, auth, username, password }: HttpArgs, signal: AbortSignal): Promise<Response> {
  const login = username === null ? (Array.isArray(auth) ? (auth as readonly Value[]).map(String) : [url.username, url.password].map(decodeURIComponent)) : [username, password ?? ''];
  const [user = '', secret = ''] = login;
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  const sent = isMap(headers) ? Object.fromEntries(mapEntries(headers).map(([name, value]) => [String(name), String(value)])) : {};
  try {
    return await fetch(bare, {
      signal, redirect: 'manual', headers: { ...(user === '' ? {} : { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` }), ...sent },
    });
  } catch (cause) {
    const { message, cause: why } = asError(cause) as Error & { cause?: unknown };
    throw new CommandExecutionError(`${shown(url)} cannot be reached: ${why instanceof Error ? why.message : message}`, { cause });
  }
}

async function textOf(answer: Response, url: URL): Promise<string> {
  if (!answer.ok) throw new CommandExecutionError(`${shown(url)} answers ${answer.status}`);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += (part as Uint8Array).length;
    if (bytes > BYTES_MAX) throw new CommandExecutionError(`${shown(url)} answers with more than ${BYTES_MAX} bytes`);
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Without login and query, which may hold a token. */
const shown = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

/** Reads an answer; what cannot be read is an error that tells none of it. */
export function readAnswer(text: string, read: (text: string) => Value, format: string): Value {
  try {
    const value = read(text);
    return isMap(value) ? value : {};
  } catch (cause) {
    throw new CommandExecutionError(`The answer is no ${format}`, { cause });
  }
}
