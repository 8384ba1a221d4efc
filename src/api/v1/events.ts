/** Events as server-sent events, by tag. */
import Type from 'typebox';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { headerOf } from '../http/exchange.js';
import { HttpError } from '../http/http-error.js';
import { streamOf } from '../events/stream.js';
import { Written } from '../events/written.js';
import { counted } from './counted.js';
import type { Call, Route, V1Host } from './route.js';

const written = new Written(({ id, json }) => `id: ${id}\ndata: ${json}\n\n`);

async function events({ ask, token, query: { tag } }: Call, host: V1Host) {
  const { door, feed, validity } = host;
  const seen = await door.view(token, { address: ask.address, signal: ask.signal });
  if (seen === undefined) throw new HttpError(401);
  const view = seen;
  async function* lines(): AsyncGenerator<string | Buffer> {
    yield 'retry: 1000\n\n';
    for await (const got of streamOf(feed, { view, after: headerOf(ask, 'last-event-id'), watch: (end) => validity.watch(token, ask.address, end), signal: ask.signal })) {
      if (got.kind !== 'events') {
        yield got.kind === 'missed' ? 'event: missed\ndata: {}\n\n' : ':\n\n';
        continue;
      }
      const wanted = tag === undefined ? got.events : got.events.filter((event) => fnmatch(event.tag, String(tag)));
      if (wanted.length > 0) yield written.of(wanted);
    }
  }
  return { status: 200, headers: { 'Content-Type': 'text/event-stream;charset=utf-8', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' }, body: counted(lines(), host) };
}

export const eventRoutes: readonly Route[] = [{
  method: 'GET', path: '/events', summary: 'Events while they come, from `Last-Event-ID` on; `event: missed` when some are no longer kept',
  query: Type.Object({ tag: Type.Optional(Type.String({ description: 'A pattern of tags, such as salt/job/*' })) }, { additionalProperties: false }),
  answers: { status: 200, type: 'text/event-stream', schema: Type.Object({ tag: Type.String(), data: Type.Object({}) }) }, run: events,
}];
