/**
 * Events of Docker, or of Podman which speaks the same API: `<tag>/<action>` with the data of the service.
 *
 * Source: documentation of Salt 3005 and of the Docker API (`GET /events`).
 */
import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Context } from '../../kernel/contract/context.js';
import { fireEvent } from '../../kernel/contract/engine.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { isMap, type PlainMap } from '../../kernel/std/value.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { Lines } from './parts/lines.js';

const EVENT_BYTES_MAX = 1024 * 1024;

/** `unix:///run/podman/podman.sock`, also with two slashes as Salt writes it; `tcp://`, `http://`, `https://`. */
function whereOf(url: string): { readonly isSecure: boolean; readonly options: RequestOptions } {
  const local = /^(?:http\+)?unix:\/\/\/*(.+)$/.exec(url);
  if (local !== null) return { isSecure: false, options: { socketPath: `/${local[1] ?? ''}`, host: 'localhost' } };
  const { protocol, hostname, port } = new URL(url.replace(/^tcp:/, 'http:'));
  if (protocol !== 'http:' && protocol !== 'https:') throw new InvocationError(`docker_url has to begin with unix://, tcp://, http:// or https://, not '${url}'`);
  return { isSecure: protocol === 'https:', options: { host: hostname, port: port === '' ? 2375 : port } };
}

function open(url: string, path: string, timeoutMs: number, signal: AbortSignal): Promise<IncomingMessage> {
  const { isSecure, options } = whereOf(url);
  return new Promise((resolve, reject) => {
    const sent = (isSecure ? secureRequest : request)({ ...options, path, method: 'GET', signal }, (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    const timer = setTimeout(() => sent.destroy(new CommandExecutionError(`no answer within ${timeoutMs} ms`)), timeoutMs);
    sent.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    sent.end();
  });
}

async function take(line: string, tag: string, ctx: Context): Promise<void> {
  if (line.trim() === '') return;
  const data = readJson(line);
  if (!isMap(data)) throw new CommandExecutionError('the service sent what is no event');
  // Old services name it `status` only.
  const { Action: action, status } = data as PlainMap;
  await fireEvent(ctx, `${tag}/${String(action ?? status ?? 'unknown')}`, data as PlainMap);
}

export default defineEngine({
  name: 'docker_events',
  doc: 'Fire the events of Docker or Podman on the bus.',
  params: {
    docker_url: p.string('unix://var/run/docker.sock'), timeout: p.int(60, 'seconds to wait for the service'), tag: p.string('salt/engines/docker_events'),
    filters: p.map(null, 'as the Docker API has them: {type: container}'),
  },
  async start({ docker_url: url, timeout, tag, filters }, ctx) {
    const listed = Object.fromEntries(Object.entries(filters ?? {}).map(([name, value]) => [name, (Array.isArray(value) ? value : [value]).map(String)]));
    const query = Object.keys(listed).length === 0 ? '' : `?filters=${encodeURIComponent(JSON.stringify(listed))}`;
    const response = await open(url, `/events${query}`, timeout * 1000, ctx.signal);
    if (response.statusCode !== 200) throw new CommandExecutionError(`the service answered ${String(response.statusCode)}`);
    ctx.log.info({ url }, 'docker_events listens');
    const lines = new Lines(EVENT_BYTES_MAX);
    for await (const chunk of response as AsyncIterable<Buffer>) for (const line of lines.push(chunk)) await take(line, tag, ctx);
    throw new CommandExecutionError('the service ended the stream of events');
  },
});
