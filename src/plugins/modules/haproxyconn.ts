/**
 * Looks at the servers behind haproxy and switches them, at its socket. Source: read, Salt 3006 (`haproxyconn`), which 3008 has no more.
 *
 * Differs: needs no further library; names of backends are compared as a whole, where Salt takes `web` for the beginning of `web2`; what
 * haproxy refuses is an error in its words; a server whose state has two words (`no check`) keeps both; the socket of Debian is found.
 */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { sleep } from '../../kernel/std/async.js';
import { str } from '../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { askHaproxy, readStat, type StatRow } from '../../kernel/sys/haproxy.js';

const SOCKET = '/var/run/haproxy.sock';
const DEBIAN_SOCKET = '/run/haproxy/admin.sock';
const LOOK_EVERY_MS = 500;
const STATES = ['ready', 'drain', 'maint'];

async function pathOf(socket: string, ctx: Context): Promise<string> {
  const there = await ctx.sys.exists(socket);
  if (!there && socket === SOCKET && await ctx.sys.exists(DEBIAN_SOCKET)) return DEBIAN_SOCKET;
  if (!there) throw new CommandExecutionError(`${socket} does not exist.`);
  if (!(await ctx.sys.fs.stat(socket)).isSocket()) throw new CommandExecutionError(`${socket} is not a socket.`);
  return socket;
}

const ask = async (command: string, socket: string, ctx: Context): Promise<string> => (await askHaproxy(await pathOf(socket, ctx), command, ctx.signal)).replace(/\n+$/, '');

/** A command that answers nothing when it worked. */
async function tell(command: string, socket: string, ctx: Context): Promise<void> {
  const answer = await ask(command, socket, ctx);
  if (answer.trim() !== '') throw new CommandExecutionError(answer.trim());
}

/** A name as haproxy lets them be; anything else could be a further word of the command. */
function named(name: string, what: string): string {
  if (!/^[\w.:-]+$/.test(name)) throw new InvocationError(`'${name}' is no name of a ${what} of haproxy`);
  return name;
}
const serverAt = (backend: string, name: string): string => `${named(backend, 'backend')}/${named(name, 'server')}`;

const rowsOf = async (socket: string, ctx: Context): Promise<StatRow[]> => readStat(await ask('show stat', socket, ctx));
const serversIn = (rows: readonly StatRow[], backend: string): StatRow[] => rows.filter((row) => row['pxname'] === backend && row['svname'] !== 'BACKEND');
const proxies = async (kind: 'FRONTEND' | 'BACKEND', socket: string, ctx: Context): Promise<string[]> =>
  (await rowsOf(socket, ctx)).filter((row) => row['svname'] === kind).map((row) => row['pxname'] ?? '');

const lineOf = (row: StatRow): string =>
  `Name: ${row['svname'] ?? ''} Status: ${row['status'] ?? ''} Weight: ${row['weight'] ?? ''} bIn: ${row['bin'] ?? ''} bOut: ${row['bout'] ?? ''}`;
const serverLines = async (backend: string, socket: string, ctx: Context): Promise<string[]> => serversIn(await rowsOf(socket, ctx), backend).map(lineOf);

const numberOf = (text: string | undefined): Value => (text === undefined || text === '' ? 0 : /^-?\d+$/.test(text) ? Number(text) : text);

async function backendFacts(backend: string, socket: string, ctx: Context): Promise<PlainMap> {
  const rows = serversIn(await rowsOf(socket, ctx), backend);
  return Object.fromEntries(rows.map((row) => [row['svname'] ?? '', {
    status: row['status'] ?? '', weight: numberOf(row['weight']), bin: numberOf(row['bin']), bout: numberOf(row['bout']),
  }]));
}

/** Enables or disables a server in one backend, or in all that have it; gives the servers of each backend afterwards. */
async function switched(verb: 'enable' | 'disable', name: string, backend: string, socket: string, ctx: Context): Promise<PlainMap> {
  const everywhere = backend === '*';
  const backends = everywhere ? await proxies('BACKEND', socket, ctx) : [backend];
  const rows = await rowsOf(socket, ctx);
  const having = everywhere ? backends.filter((one) => serversIn(rows, one).some((row) => row['svname'] === name)) : backends;
  if (having.length === 0) throw new CommandExecutionError('No such server.');
  for (const one of having) await tell(`${verb} server ${serverAt(one, name)}`, socket, ctx);
  const lists: PlainMap = {};
  for (const one of backends) lists[one] = (await serverLines(one, socket, ctx)).join('\n');
  return lists;
}

async function weightOf(name: string, backend: string, socket: string, ctx: Context): Promise<string> {
  const answer = await ask(`get weight ${serverAt(backend, name)}`, socket, ctx);
  if (!/^\d+ \(initial \d+\)$/.test(answer)) throw new CommandExecutionError(answer.trim());
  return answer;
}

async function awaited(wish: { backend: string; server: string; value: string; timeout: number; socket: string }, ctx: Context): Promise<boolean> {
  const until = ctx.sys.now() + wish.timeout * 1000;
  for (;;) {
    const row = serversIn(await rowsOf(wish.socket, ctx), wish.backend).find(({ svname }) => svname === wish.server);
    if (row === undefined) throw new CommandExecutionError('No such server.');
    if (row['status']?.toLowerCase() === wish.value.toLowerCase()) return true;
    if (ctx.sys.now() >= until) return false;
    await sleep(LOOK_EVERY_MS, ctx.signal);
  }
}

const socket = p.string(SOCKET, 'socket of haproxy, with level admin for changes');
const backend = p.string();
const name = p.string();

export default defineModule({
  name: 'haproxyconn',
  serves: 'haproxy',
  when: { kernel: ['Linux'] },
  doc: 'Looks at the servers behind haproxy and switches them, at its socket.',
  functions: {
    list_servers: fn({
      doc: "List the servers of a backend, a line for each.\n\nsalt '*' haproxy.list_servers mysql",
      params: { backend, socket, objectify: p.bool(false, 'give a list of the lines') },
      async run(args, ctx) {
        const lines = await serverLines(args.backend, args.socket, ctx);
        return args.objectify ? lines : lines.join('\n');
      },
    }),
    wait_state: fn({
      doc: "Wait until a server is in a state; False when it was not in time.\n\nsalt '*' haproxy.wait_state mysql server01 up 60",
      params: { backend, server: p.string(), value: p.string('up'), timeout: p.float(300, 'seconds'), socket },
      run: (args, ctx) => awaited(args, ctx),
    }),
    get_backend: fn({
      doc: "Give state, weight and bytes of the servers of a backend.\n\nsalt '*' haproxy.get_backend mysql",
      params: { backend, socket },
      run: (args, ctx) => backendFacts(args.backend, args.socket, ctx),
    }),
    enable_server: fn({
      doc: "Enable a server in a backend, or in all with `*`.\n\nsalt '*' haproxy.enable_server web1.example.com www",
      params: { name, backend, socket },
      run: (args, ctx) => switched('enable', args.name, args.backend, args.socket, ctx),
    }),
    disable_server: fn({
      doc: "Disable a server in a backend, or in all with `*`.\n\nsalt '*' haproxy.disable_server db1.example.com mysql",
      params: { name, backend, socket },
      run: (args, ctx) => switched('disable', args.name, args.backend, args.socket, ctx),
    }),
    get_weight: fn({
      doc: "Give the weight of a server and the one it began with.\n\nsalt '*' haproxy.get_weight web1.example.com www",
      params: { name, backend, socket },
      run: (args, ctx) => weightOf(args.name, args.backend, args.socket, ctx),
    }),
    set_weight: fn({
      doc: "Set the weight of a server, also in percent of the first one (`50%`), and give it.\n\nsalt '*' haproxy.set_weight web1.example.com www 13",
      params: { name, backend, weight: p.any(0), socket },
      async run(args, ctx) {
        const weight = str(args.weight);
        if (!/^\d+%?$/.test(weight)) throw new InvocationError(`'${weight}' is no weight`);
        await tell(`set weight ${serverAt(args.backend, args.name)} ${weight}`, args.socket, ctx);
        return weightOf(args.name, args.backend, args.socket, ctx);
      },
    }),
    set_state: fn({
      doc: "Set the state of a server: ready, drain (no new sessions) or maint.\n\nsalt '*' haproxy.set_state my_proxy_server my_backend ready",
      params: { name, backend, state: p.string(), socket },
      async run(args, ctx) {
        if (!STATES.includes(args.state)) throw new InvocationError(`The state of a server must be one of ${STATES.join(', ')}`);
        await tell(`set server ${serverAt(args.backend, args.name)} state ${args.state}`, args.socket, ctx);
        return '';
      },
    }),
    show_frontends: fn({
      doc: "Give the names of the front ends, a line for each.\n\nsalt '*' haproxy.show_frontends",
      params: { socket },
      run: async (args, ctx) => (await proxies('FRONTEND', args.socket, ctx)).join('\n'),
    }),
    list_frontends: fn({
      doc: "List the front ends.\n\nsalt '*' haproxy.list_frontends",
      params: { socket },
      run: (args, ctx) => proxies('FRONTEND', args.socket, ctx),
    }),
    show_backends: fn({
      doc: "Give the names of the backends, a line for each.\n\nsalt '*' haproxy.show_backends",
      params: { socket },
      run: async (args, ctx) => (await proxies('BACKEND', args.socket, ctx)).join('\n'),
    }),
    list_backends: fn({
      doc: "List the backends, with the facts of their servers.\n\nsalt '*' haproxy.list_backends",
      params: { servers: p.bool(true), socket },
      async run(args, ctx) {
        const names = await proxies('BACKEND', args.socket, ctx);
        if (!args.servers) return names;
        const facts: PlainMap = {};
        for (const one of names) facts[one] = await backendFacts(one, args.socket, ctx);
        return facts;
      },
    }),
    get_sessions: fn({
      doc: "Give the number of sessions of a server now.\n\nsalt '*' haproxy.get_sessions web1.example.com www",
      params: { name, backend, socket },
      run: async (args, ctx) => serversIn(await rowsOf(args.socket, ctx), args.backend).find((row) => row['svname'] === args.name)?.['scur'] ?? null,
    }),
  },
});
