/** Elasticsearch or OpenSearch over HTTP: documents by their id, in indexes that are made when they are not there. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { ReturnerContext } from '../../../kernel/contract/returner.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { jsonOf, mapOfJson } from '../shared/json.js';
import { flagOption, numberOption, textOption } from '../shared/options.js';
import { basicLogin, shown, webCall, type WebCall } from '../web/call.js';

const PORT = 9200;
const WHAT = 'Elasticsearch';
/** Indexes that are known to be there, by their name. */
const KNOWN_MAX = 10_000;

/** Writes each document under its id: a second copy is the first again. */
export async function putDocument(index: string, id: string, body: Value, ctx: ReturnerContext): Promise<void> {
  await ensureIndex(index, ctx);
  await ask('PUT', `/${encodeURIComponent(index)}/_doc/${encodeURIComponent(id)}`, jsonOf(body, 'elasticsearch'), ctx);
}

export async function putDocuments(index: string, documents: readonly (readonly [id: string, body: Value])[], ctx: ReturnerContext): Promise<void> {
  if (documents.length === 0) return;
  await ensureIndex(index, ctx);
  const lines = documents.flatMap(([id, body]) => [jsonOf({ index: { _index: index, _id: id } }, 'elasticsearch'), jsonOf(body, 'elasticsearch')]);
  const answer = mapOfJson(await ask('POST', '/_bulk', `${lines.join('\n')}\n`, ctx, 'application/x-ndjson'));
  if (answer['errors'] === true) throw new CommandExecutionError(`${WHAT} refuses documents: ${shown(Buffer.from(jsonOf(answer['items'] ?? null, 'elasticsearch')))}`);
}

/** Undefined when there is none. */
export async function getDocument(index: string, id: string, ctx: ReturnerContext): Promise<PlainMap | undefined> {
  const { _source: source, found } = mapOfJson(await ask('GET', `/${encodeURIComponent(index)}/_doc/${encodeURIComponent(id)}`, undefined, ctx, undefined, [404]));
  return found === true && isPlainMap(source) ? source : undefined;
}

/** As Salt makes it: `NAME-v1` with the alias `NAME`. */
async function ensureIndex(index: string, ctx: ReturnerContext): Promise<void> {
  const known = `index ${hosts(ctx).join()} ${index}`;
  if (ctx.memory.has(known)) return;
  const head = await request('HEAD', `/${encodeURIComponent(index)}`, {}, ctx, [404]);
  if (head.status === 404) {
    const { options } = ctx;
    const settings = { number_of_shards: numberOption(options, 'number_of_shards', 1), number_of_replicas: numberOption(options, 'number_of_replicas', 0) };
    const made = await request('PUT', `/${encodeURIComponent(`${index}-v1`)}`, { body: jsonOf({ settings, aliases: { [index]: {} } }, 'elasticsearch') }, ctx, [400]);
    // Somebody else may have made it in this moment.
    if (made.status === 400 && !made.body.includes('resource_already_exists_exception')) throw new CommandExecutionError(`${WHAT} makes no index: ${shown(made.body)}`);
  }
  if (ctx.memory.size >= KNOWN_MAX) ctx.memory.clear();
  ctx.memory.set(known, true);
}

async function ask(method: string, path: string, body: string | undefined, ctx: ReturnerContext, type?: string, also: readonly number[] = []): Promise<string> {
  const answer = await request(method, path, { ...(body === undefined ? {} : { body }), ...(type === undefined ? {} : { type }) }, ctx, also);
  return answer.body.toString('utf8');
}

/** The first host that answers. A refusal is an answer. */
async function request(method: string, path: string, { body, type = 'application/json' }: { body?: string; type?: string }, ctx: ReturnerContext, also: readonly number[]) {
  const { options } = ctx;
  const call: Omit<WebCall, 'url'> = {
    method, also, headers: { ...(body === undefined ? {} : { 'Content-Type': type }), ...login(ctx) }, ...(body === undefined ? {} : { body }),
    verify: options['verify_certs'] !== false, ca: textOption(options, 'ca_certs'), timeoutMs: numberOption(options, 'timeout', 10) * 1000,
  };
  let failure: unknown;
  for (const host of hosts(ctx)) {
    try {
      return await webCall(WHAT, { ...call, url: `${host}${path}` }, ctx);
    } catch (error) {
      failure = error;
      if (!(error instanceof CommandExecutionError && /cannot be reached/.test(error.message))) throw error;
    }
  }
  throw failure;
}

function login(ctx: ReturnerContext): Record<string, string> {
  const { options } = ctx;
  const apiKey = textOption(options, 'api_key');
  if (apiKey !== undefined) return { Authorization: `ApiKey ${apiKey}` };
  const { http_auth: both } = options;
  if (isList(both) && both.length === 2) return basicLogin(String(both[0]), String(both[1]));
  if (typeof both === 'string' && both.includes(':')) return basicLogin(both.slice(0, both.indexOf(':')), both.slice(both.indexOf(':') + 1));
  return basicLogin(textOption(options, 'username'), textOption(options, 'password'));
}

/** `host`, `host:port` or a whole address, one or a list. */
function hosts({ options }: ReturnerContext): string[] {
  const given = options['hosts'] ?? options['host'] ?? 'localhost';
  const all = isList(given) ? given.map(String) : [String(given)];
  const scheme = flagOption(options, 'use_ssl') ? 'https' : 'http';
  return all.map((one) => {
    if (/^https?:\/\//.test(one)) return one.replace(/\/+$/, '');
    return `${scheme}://${/:\d+$/.test(one) ? one : `${one}:${PORT}`}`;
  });
}
