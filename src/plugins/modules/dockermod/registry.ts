/**
 * Pulling and pushing images, and who we are at a registry. Credentials stand in `docker-registries` of the configuration or the pillar,
 * else in the file of the command `docker login`; they go to the service alone and never into a log or a message.
 *
 * Source: read, Salt 3006; Docker Engine API 1.41, "Authentication".
 */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { DockerError } from '../../../kernel/sys/docker/client.js';
import { imageParts } from '../../../kernel/sys/docker/names.js';
import { readJson } from '../../../kernel/yaml/read-json.js';
import { images } from './lists.js';
import { ask, asking, elapsedSince, openClient, type Question } from './server.js';

/** What the configuration calls the registry that is asked by default, and how the API names it. */
const HUB = 'hub';
const HUB_ADDRESS = 'https://index.docker.io/v1/';

const addressOf = (registry: string): string => (registry.toLowerCase() === HUB ? HUB_ADDRESS : registry);

async function configured(ctx: Context, errors: string[]): Promise<PlainMap> {
  const all: PlainMap = {};
  const registries = await ctx.call('config.get', ['docker-registries', {}]);
  if (isPlainMap(registries)) Object.assign(all, registries);
  else errors.push("'docker-registries' Pillar value must be a dictionary");
  const more = await ctx.call('config.option', ['*-docker-registries'], { wildcard: true });
  for (const [name, value] of Object.entries(isPlainMap(more) ? more : {})) {
    if (isPlainMap(value)) Object.assign(all, value);
    else errors.push(`Docker registry '${name}' was not specified as a dictionary`);
  }
  return all;
}

/** What `docker login` left in its file. */
async function fromFile(address: string, ctx: Context): Promise<PlainMap | undefined> {
  const folder = ctx.sys.env['DOCKER_CONFIG'] ?? join(ctx.sys.env['HOME'] ?? '/root', '.docker');
  const text = await ctx.sys.readText(join(folder, 'config.json'));
  const kept = text === undefined ? null : readJson(text);
  const auths = isPlainMap(kept) ? kept['auths'] ?? null : null;
  const entry = isPlainMap(auths) ? auths[address] ?? null : null;
  if (!isPlainMap(entry) || typeof entry['auth'] !== 'string') return undefined;
  const [username = '', ...rest] = Buffer.from(entry['auth'], 'base64').toString('utf8').split(':');
  return { username, password: rest.join(':'), serveraddress: address };
}

async function headersFor(registry: string | undefined, ctx: Context): Promise<Record<string, string>> {
  const entry = (await configured(ctx, []))[registry ?? HUB];
  const address = addressOf(registry ?? HUB);
  const login = isPlainMap(entry) && entry['username'] !== undefined && entry['password'] !== undefined
    ? { username: str(entry['username']), password: str(entry['password']), serveraddress: address } : await fromFile(address, ctx);
  if (login === undefined) return {};
  const encoded = Buffer.from(JSON.stringify(login)).toString('base64url');
  // Filled up with `=`: without it the service cannot read it.
  return { 'x-registry-auth': encoded.padEnd(Math.ceil(encoded.length / 4) * 4, '=') };
}

/** Asks the registries whether they take us; nothing is kept. Differs: Salt 3006 hands the password to the command `docker` in its arguments. */
export async function login(wanted: readonly string[], ctx: Context): Promise<PlainMap> {
  const errors: string[] = [];
  const known = await configured(ctx, errors);
  const results: PlainMap = {};
  for (const registry of wanted.length === 0 ? Object.keys(known) : wanted) {
    const entry = known[registry] ?? null;
    const missing = isPlainMap(entry) ? ['username', 'password'].find((name) => entry[name] === undefined) : undefined;
    if (entry === null) errors.push(`No match found for registry '${registry}'`);
    else if (!isPlainMap(entry)) errors.push(`Invalid configuration for registry '${registry}'`);
    else if (missing !== undefined) errors.push(`Missing '${missing}' for registry '${registry}'`);
    else {
      const body = { username: str(entry['username'] ?? ''), password: str(entry['password'] ?? ''), serveraddress: addressOf(registry) };
      const refused = await ask({ method: 'POST', path: '/auth', body }, ctx).then(() => undefined, refusalOf);
      results[registry] = refused === undefined;
      if (refused !== undefined) errors.push(refused);
    }
  }
  return { retcode: errors.length === 0 ? 0 : 1, Errors: errors, Results: results };
}

function refusalOf(error: unknown): string {
  if (error instanceof DockerError) return error.message;
  throw error;
}

interface Progress {
  readonly layers: Map<string, string[]>;
  readonly errors: string[];
  status: string | undefined;
}

function note(progress: Progress, kind: string, layer: Value): void {
  const known = progress.layers.get(kind) ?? [];
  progress.layers.set(kind, known);
  if (!known.includes(str(layer))) known.push(str(layer));
}

function errorOf(event: PlainMap): string | undefined {
  const detail = event['errorDetail'] ?? null;
  if (isPlainMap(detail)) return [...detail['code'] === undefined ? [] : [str(detail['code'])], str(detail['message'] ?? event['error'] ?? '')].join(': ');
  return event['error'] === undefined ? undefined : str(event['error']);
}

function readEvent(progress: Progress, event: Value, known: readonly string[]): void {
  if (!isPlainMap(event)) throw new CommandExecutionError(`Unable to interpret API event: '${str(event)}'`);
  const error = errorOf(event);
  if (error !== undefined) progress.errors.push(error);
  const [status, id] = [str(event['status'] ?? ''), event['id'] ?? null];
  if (status.startsWith('Status: ')) progress.status = status.slice('Status: '.length);
  else if (id === null) return;
  else if (status === 'Already exists' || (status === 'Download complete' && known.includes(str(id)))) note(progress, 'Already_Pulled', id);
  else if (status === 'Pull complete' || status === 'Download complete') note(progress, 'Pulled', id);
  else if (status === 'Image already pushed' || status === 'Layer already exists') note(progress, 'Already_Pushed', id);
  else if (status === 'Image successfully pushed' || status === 'Pushed') note(progress, 'Pushed', id);
}

export interface Transfer {
  readonly api_response: boolean;
  readonly client_timeout: number;
}

/** One pull or push: its progress read, errors found inside the stream of a good answer. */
async function transfer(image: string, question: Question, { api_response: isWhole, client_timeout: seconds }: Transfer, ctx: Context): Promise<PlainMap> {
  const known = Object.keys(await images(true, false, ctx)).map((id) => id.slice(0, 12));
  const started = ctx.sys.now();
  const events = await (await openClient(ctx)).values(asking({ ...question, seconds, headers: await headersFor(imageParts(image).registry, ctx) }, ctx));
  const progress: Progress = { layers: new Map(), errors: [], status: undefined };
  for (const event of events) readEvent(progress, event, known);
  return {
    Time_Elapsed: elapsedSince(started, ctx), retcode: progress.errors.length === 0 ? 0 : 1, ...isWhole ? { API_Response: events } : {},
    ...progress.layers.size === 0 ? {} : { Layers: Object.fromEntries(progress.layers) }, ...progress.status === undefined ? {} : { Status: progress.status },
    ...progress.errors.length === 0 ? {} : { Errors: progress.errors },
  };
}

export function pull(image: string, how: Transfer, ctx: Context): Promise<PlainMap> {
  const { repository, tag } = imageParts(image);
  return transfer(image, { method: 'POST', path: '/images/create', query: { fromImage: repository, tag } }, how, ctx);
}

export function push(image: string, how: Transfer, ctx: Context): Promise<PlainMap> {
  const { repository, tag } = imageParts(image);
  return transfer(image, { method: 'POST', path: `/images/${repository}/push`, query: { tag } }, how, ctx);
}
