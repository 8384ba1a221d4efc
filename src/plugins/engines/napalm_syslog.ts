/**
 * Messages of network devices of many makers as events `napalm/syslog/<os>/<error>/<host>`.
 *
 * Source: documentation of Salt 3005 and of napalm-logs. Differs: no napalm-logs in between; messages come from the devices themselves,
 * over syslog, and are told apart by patterns, those of the option `patterns` first.
 */
import type { Context } from '../../kernel/contract/context.js';
import { fireEvent } from '../../kernel/contract/engine.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { linearMatch } from '../../kernel/std/linear-regex.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { isMap, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { DEVICE_PATTERNS, type DevicePattern } from './parts/device-patterns.data.js';
import { listenSyslog } from './parts/syslog-listener.js';
import { readSyslog } from './parts/syslog-message.js';

interface Lists {
  readonly os: Allowed;
  readonly error: Allowed;
  readonly host: Allowed;
}
interface Allowed {
  readonly white: readonly string[];
  readonly black: readonly string[];
}

const passes = (name: string, { white, black }: Allowed): boolean =>
  (white.length === 0 || white.some((glob) => fnmatch(name, glob))) && !black.some((glob) => fnmatch(name, glob));

function patternOf(value: Value): DevicePattern {
  const text = (name: string): string => (isMap(value) ? String(mapGet(value, name) ?? '') : '');
  return { os: text('os'), error: text('error'), match: text('match') };
}

/** Undefined for what no pattern fits. */
export function deviceData(text: string, ip: string, now: number, patterns: readonly DevicePattern[]): PlainMap | undefined {
  const read = readSyslog(text);
  if (read === undefined) return undefined;
  const { priority, facility, severity, time, host, program, pid } = read;
  // Some makers write their tag where others have the name of the program.
  const said = program === '' ? read.text : `${program}: ${read.text}`;
  for (const { os, error, match } of patterns) {
    const found = linearMatch(match, said, 'search');
    if (found === undefined) continue;
    const named = Object.fromEntries([...found.names].map(([name, at]) => [name, found.groups[at] ?? null]));
    const { error: foundError, ...details } = named;
    return {
      error: foundError ?? error, facility, host: host === '' ? ip : host, ip, os, severity, timestamp: Math.floor(now / 1000), yang_message: details, yang_model: '',
      message_details: { facility, host, message: read.text, pri: String(priority), processId: pid, processName: program, severity, time },
    };
  }
  return undefined;
}

async function take(data: PlainMap, lists: Lists, ctx: Context): Promise<void> {
  const word = (name: string): string => String(data[name]).replace(/[/\s]/g, '_');
  const [os, error, host] = [word('os'), word('error'), word('host')];
  if (passes(os, lists.os) && passes(error, lists.error) && passes(host, lists.host)) await fireEvent(ctx, `napalm/syslog/${os}/${error}/${host}`, data);
}

export default defineEngine({
  name: 'napalm_syslog',
  doc: 'Fire the messages of network devices as events.',
  params: {
    address: p.string('0.0.0.0'), port: p.int(10_514), protocol: p.strings(['udp'], 'udp, tcp or both'),
    patterns: p.list([], 'maps of os, error and match: a regular expression, whose named groups are the details'),
    os_whitelist: p.strings(null), os_blacklist: p.strings(null), error_whitelist: p.strings(null), error_blacklist: p.strings(null),
    host_whitelist: p.strings(null), host_blacklist: p.strings(null),
  },
  async start(config, ctx) {
    const patterns = [...config.patterns.map(patternOf), ...DEVICE_PATTERNS];
    // Said at the start, not with the first message.
    for (const { match } of patterns) linearMatch(match, '', 'search');
    const lists: Lists = {
      os: { white: config.os_whitelist ?? [], black: config.os_blacklist ?? [] }, error: { white: config.error_whitelist ?? [], black: config.error_blacklist ?? [] },
      host: { white: config.host_whitelist ?? [], black: config.host_blacklist ?? [] },
    };
    const { address, port, protocol } = config;
    await listenSyslog({ address, port, protocols: protocol.includes('tcp') ? (protocol.includes('udp') ? ['udp', 'tcp'] : ['tcp']) : ['udp'] }, ctx, async (text, from) => {
      const data = deviceData(text, from, ctx.sys.now(), patterns);
      if (data === undefined) ctx.log.debug({ from, text: text.slice(0, 200) }, 'no pattern fits a syslog message');
      else await take(data, lists, ctx);
    });
  },
});
