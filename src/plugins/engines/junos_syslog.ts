/**
 * Messages of Juniper devices as events `jnpr/syslog/<host>/<event>`.
 *
 * Source: documentation of Salt 3005. Differs: it also listens on TCP when asked to.
 */
import { fireEvent } from '../../kernel/contract/engine.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { listenSyslog } from './parts/syslog-listener.js';
import { readSyslog } from './parts/syslog-message.js';

/** `UI_COMMIT_COMPLETED: commit complete`. */
const EVENT = /^([A-Z][A-Z0-9_]+):? ?([^]*)$/;
const PREFIX = 'jnpr/syslog';
const TOPIC = `${PREFIX}/hostname/event`;
const FIELDS: ReadonlySet<string> = new Set(['hostip', 'hostname', 'daemon', 'event', 'severity', 'facility', 'priority', 'pid', 'timestamp', 'message']);

/** Undefined for what names no event of Junos. */
export function junosData(text: string, hostip: string, now: Date): PlainMap | undefined {
  const read = readSyslog(text);
  const [, event, message] = EVENT.exec(read?.text ?? '') ?? [];
  if (read === undefined || event === undefined) return undefined;
  const { priority, facility, severity, host, program, pid } = read;
  return {
    daemon: program, event, facility, hostip, hostname: host, message: message ?? '', pid, priority, raw: text.trimEnd(), severity,
    timestamp: now.toISOString().slice(0, 19).replace('T', ' '),
  };
}

function tagOf(topic: readonly string[], data: PlainMap): string {
  const word = (name: string): string => String(data[name] ?? '').replace(/[/\s]/g, '_');
  return [PREFIX, ...topic.map(word)].join('/');
}

export default defineEngine({
  name: 'junos_syslog',
  doc: 'Fire the messages of Juniper devices as events.',
  params: {
    port: p.int(516), topic: p.string(TOPIC, 'which fields stand in the tag'), address: p.string('0.0.0.0'), protocol: p.strings(['udp'], 'udp, tcp or both'),
  },
  async start({ port, topic, address, protocol }, ctx) {
    const fields = topic.replace(/^jnpr\/syslog\/?/, '').split('/').filter((name) => name !== '');
    const unknown = fields.find((name) => !FIELDS.has(name));
    if (unknown !== undefined) throw new InvocationError(`topic has no field '${unknown}'; there are ${[...FIELDS].join(', ')}`);
    await listenSyslog({ address, port, protocols: protocol.includes('tcp') ? (protocol.includes('udp') ? ['udp', 'tcp'] : ['tcp']) : ['udp'] }, ctx, async (text, from) => {
      const data = junosData(text, from, new Date(ctx.sys.now()));
      if (data === undefined) ctx.log.debug({ from, text: text.slice(0, 200) }, 'no message of Junos');
      else await fireEvent(ctx, tagOf(fields, data), data);
    });
  },
});
