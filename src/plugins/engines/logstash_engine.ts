/**
 * Sends events to Logstash as lines of JSON, over TCP or as datagrams.
 *
 * Source: documentation of Salt 3005; the form of a line is that of python-logstash, version 1, which Salt uses.
 */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { eventJson } from './parts/event-json.js';
import { forwardEvents } from './parts/forward.js';
import { LineSink } from './parts/line-sink.js';

/** The time of the event, as it came. */
function lineOf(tag: string, data: PlainMap, host: string, nowMs: number): PlainMap {
  return {
    ...data, '@timestamp': new Date(nowMs).toISOString(), '@version': '1', message: tag, host, path: 'salt/engines/logstash_engine.py', tags: [],
    type: 'logstash', level: 'INFO', logger_name: 'python-logstash-logger',
  };
}

export default defineEngine({
  name: 'logstash_engine',
  serves: 'logstash',
  doc: 'Send events to Logstash as lines of JSON, over TCP or as datagrams.',
  params: {
    host: p.string(), port: p.int(5959), tag: p.string('salt/engine/logstash', 'the message of each line'), proto: p.string('udp', 'udp or tcp'),
    tags: p.strings(null, 'only these tags, globs (tsalt only)'), funs: p.strings(null, 'only events of these functions (tsalt only)'),
  },
  async start({ host, port, tag, proto, tags, funs }, ctx) {
    if (proto !== 'udp' && proto !== 'tcp') throw new CommandExecutionError(`proto must be udp or tcp, not '${proto}'`);
    using sink = new LineSink({ host, port, proto });
    await forwardEvents(ctx, { tags: tags ?? [], funs: funs ?? [] }, ({ data }) => sink.send(eventJson(lineOf(tag, data, ctx.sys.hostname(), ctx.sys.now()))));
  },
});
