/**
 * Servers behind haproxy with too many sessions, asked at its socket. Source: read, Salt (`salt.beacons.haproxy`); HAProxy's management
 * guide, `show stat`. Differs: needs no further library; the option `socket` says where the socket is.
 */
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, mapEntries, mapGet, type PlainMap } from '../../kernel/std/value.js';
import { askHaproxy, readStat } from '../../kernel/sys/haproxy.js';
import { checkList } from './lookup/verdict.js';

const SOCKETS = ['/var/run/haproxy.sock', '/run/haproxy/admin.sock'];

export default defineBeacon({
  name: 'haproxy',
  doc: 'Servers behind haproxy with too many sessions: `backends: {www: {threshold: 45, servers: [web1]}}`, `socket`.',
  validate: (config) => checkList('haproxy', config, ({ backends }) => {
    if (backends === undefined) return 'Configuration for haproxy beacon requires backends.';
    if (!isMap(backends)) return 'Backends for haproxy beacon must be a dictionary.';
    for (const [, backend] of mapEntries(backends)) {
      const servers = isMap(backend) ? mapGet(backend, 'servers') : undefined;
      if (servers === undefined) return 'Backends for haproxy beacon require servers.';
      if (!isList(servers)) return 'Servers for haproxy beacon must be a list.';
    }
    return undefined;
  }),
  async beacon(config, ctx) {
    const { backends = {}, socket } = beaconOptions(config);
    const sessions = readSessions(await askHaproxy(socket === undefined ? await usualSocket(ctx) : str(socket), 'show stat', ctx.signal));
    return (isMap(backends) ? mapEntries(backends) : []).flatMap(([backend, rule]): PlainMap[] => {
      const { threshold = null, servers } = beaconOptions([rule]);
      return (isList(servers ?? null) ? servers as readonly string[] : []).flatMap((server) => {
        const scur = sessions.get(`${str(backend)}/${str(server)}`);
        return scur !== undefined && scur > Number(threshold) ? [{ server, scur, threshold }] : [];
      });
    });
  },
});

async function usualSocket(ctx: Context): Promise<string> {
  for (const path of SOCKETS) if (await ctx.sys.exists(path)) return path;
  throw new CommandExecutionError(`There is no socket of haproxy: ${SOCKETS.join(', ')}`);
}

const readSessions = (text: string): Map<string, number> => new Map(readStat(text).map((row) => [`${row['pxname'] ?? ''}/${row['svname'] ?? ''}`, Number(row['scur'] ?? 0)]));
