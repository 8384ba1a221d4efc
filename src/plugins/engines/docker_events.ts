/**
 * Events of Docker, or of Podman which speaks the same API: `<tag>/<action>` with the data of the service.
 *
 * Source: documentation of Salt 3005 and of the Docker API (`GET /events`).
 */
import type { Context } from '../../kernel/contract/context.js';
import { fireEvent } from '../../kernel/contract/engine.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { isMap, type PlainMap } from '../../kernel/std/value.js';
import { DockerClient } from '../../kernel/sys/docker/client.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { Lines } from './parts/lines.js';

const EVENT_BYTES_MAX = 1024 * 1024;

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
    const query = Object.keys(listed).length === 0 ? {} : { filters: JSON.stringify(listed) };
    const { response } = await new DockerClient(url, '', 'docker_url').open({ path: '/events', query, silenceMs: 0, signal: ctx.signal, headersMs: timeout * 1000 });
    ctx.log.info({ url }, 'docker_events listens');
    const lines = new Lines(EVENT_BYTES_MAX);
    for await (const chunk of response as AsyncIterable<Buffer>) for (const line of lines.push(chunk)) await take(line, tag, ctx);
    throw new CommandExecutionError('the service ended the stream of events');
  },
});
