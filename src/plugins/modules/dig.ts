/** Questions to servers of names, by the program dig. */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn, type Fn } from '../../kernel/contract/plugin.js';
import { parseIpAddress } from '../../kernel/std/ip-address.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

/** Policies that include each other end here. */
const INCLUDES_MAX = 10;
const WIDTHS = { 4: [1, 32], 6: [8, 128] } as const;

/** True for an address, or one with a prefix. */
function isAddress(text: Value): boolean {
  if (typeof text !== 'string') return false;
  const at = text.lastIndexOf('/');
  const address = parseIpAddress(at < 0 ? text : text.slice(0, at));
  if (address === undefined) return false;
  const [min, max] = WIDTHS[address.version];
  const prefix = text.slice(at + 1);
  return at < 0 || (/^\d+$/.test(prefix) && Number(prefix) >= min && Number(prefix) <= max);
}

/** Words of dig begin with `-`, `+` or `@`: a name may not. */
function name(text: string): string {
  if (/^[-+@]/.test(text) || /[\s\0]/.test(text)) throw new InvocationError(`'${text}' is not a name to ask for`);
  return text;
}

/** Lines of the answer; undefined when the program failed. */
async function ask(words: readonly string[], server: string | null, ctx: Context): Promise<string | undefined> {
  const done = await ctx.call('cmd.run_all', [['dig', '+short', ...words, ...(server === null ? [] : [`@${name(server)}`])]], { python_shell: false }) as PlainMap;
  if (done['retcode'] === 0) return str(done['stdout'] ?? '');
  ctx.log.warn({ code: done['retcode'] }, 'dig returned exit code');
  return undefined;
}

const record = (host: string, type: string, server: string | null, ctx: Context): Promise<string | undefined> => ask([name(host), type], server, ctx);
const lines = async (answer: Promise<string | undefined>): Promise<string[]> => (await answer)?.split('\n') ?? [];

async function addresses(host: string, type: 'A' | 'AAAA', server: string | null, ctx: Context): Promise<string[]> {
  return (await lines(record(host, type, server, ctx))).filter(isAddress);
}

async function nameServers(domain: string, resolve: Value, server: string | null, ctx: Context): Promise<string[]> {
  const hosts = await lines(record(domain, 'NS', server, ctx));
  if (!isTruthy(resolve)) return hosts;
  const found: string[] = [];
  for (const host of hosts.filter((one) => one !== '')) found.push(...await addresses(host, 'A', server, ctx));
  return found;
}

/** Preference and host; with `resolve` the first address of the host. */
async function mailServers(domain: string, resolve: Value, server: string | null, ctx: Context): Promise<Value> {
  const rows = (await lines(record(domain, 'MX', server, ctx))).map((line) => line.split(/\s+/).filter((word) => word !== ''));
  if (!isTruthy(resolve)) return rows;
  const found: Value[] = [];
  for (const [preference, host] of rows) {
    if (preference === undefined || host === undefined) continue;
    const [address] = await addresses(host, 'A', server, ctx);
    if (address !== undefined) found.push([preference, address]);
  }
  return found;
}

interface Policy {
  readonly type: string;
  readonly server: string | null;
  readonly depth: number;
}

/** Networks that may send mail for a domain, with those of the policies it includes. */
async function senders(domain: string, { type, server, depth }: Policy, ctx: Context): Promise<string[]> {
  if (depth > INCLUDES_MAX) return [];
  const answer = await record(domain, type, server, ctx);
  if (answer === undefined) return [];
  if (answer === '' && type === 'SPF') return senders(domain, { type: 'TXT', server, depth }, ctx);
  const [version, ...sections] = answer.replaceAll('"', '').split(/\s+/).filter((word) => word !== '');
  if (version !== 'v=spf1') return [];
  const deeper = { type: 'SPF', server, depth: depth + 1 };
  if (sections[0]?.startsWith('redirect=') === true) return senders(sections[0].slice('redirect='.length), deeper, ctx);
  const found: string[] = [];
  for (const section of sections) {
    const [, mechanism, value = ''] = /^[+~]?(ip[46]|include):(.+)/.exec(section) ?? [];
    if (mechanism === 'include') found.push(...await senders(value, deeper, ctx));
    else if (mechanism !== undefined && isAddress(value)) found.push(value);
  }
  return found;
}

const host = p.string();
const nameserver = p.string(null, 'ask this server');
const addressFn = (type: 'A' | 'AAAA'): Fn => fn({
  doc: `Give the ${type} records of a host.\n\nsalt '*' dig.${type} www.google.com`,
  params: { host, nameserver },
  run: (args, ctx) => addresses(args.host, type, args.nameserver, ctx),
});

export default defineModule({
  name: 'dig',
  virtual: async (ctx) => ((await ctx.sys.which('dig')) === undefined ? 'The dig execution module cannot be loaded: the dig binary is not in the path.' : true),
  doc: 'Asks servers of names.',
  aliases: { a: 'A', aaaa: 'AAAA', ptr: 'PTR', cname: 'CNAME', ns: 'NS', spf: 'SPF', mx: 'MX' },
  functions: {
    check_ip: fn({
      doc: "Say whether a text is an address, or one with a prefix.\n\nsalt '*' dig.check_ip 127.0.0.1",
      params: { addr: p.any() },
      run: (args) => isAddress(args.addr),
    }),
    A: addressFn('A'),
    AAAA: addressFn('AAAA'),
    PTR: fn({
      doc: "Give the names of an address.\n\nsalt '*' dig.PTR 1.2.3.4",
      params: { host, nameserver },
      run: (args, ctx) => lines(ask(['-x', name(args.host)], args.nameserver, ctx)),
    }),
    CNAME: fn({
      doc: "Give the CNAME record of a host.\n\nsalt '*' dig.CNAME mail.google.com",
      params: { host, nameserver },
      run: async (args, ctx) => (await record(args.host, 'CNAME', args.nameserver, ctx)) ?? [],
    }),
    NS: fn({
      doc: "Give the servers of a domain; their addresses unless resolve=False.\n\nsalt '*' dig.NS google.com",
      params: { domain: p.string(), resolve: p.any(true), nameserver },
      run: (args, ctx) => nameServers(args.domain, args.resolve, args.nameserver, ctx),
    }),
    SPF: fn({
      doc: "Give the networks that may send mail for a domain.\n\nsalt '*' dig.SPF google.com",
      params: { domain: p.string(), record: p.string('SPF'), nameserver },
      run: (args, ctx) => senders(args.domain, { type: name(args.record), server: args.nameserver, depth: 0 }, ctx),
    }),
    MX: fn({
      doc: "Give the mail servers of a domain.\n\nsalt '*' dig.MX google.com",
      params: { domain: p.string(), resolve: p.any(false), nameserver },
      run: (args, ctx) => mailServers(args.domain, args.resolve, args.nameserver, ctx),
    }),
    TXT: fn({
      doc: "Give the TXT records of a host.\n\nsalt '*' dig.TXT google.com",
      params: { host, nameserver },
      run: (args, ctx) => lines(record(args.host, 'TXT', args.nameserver, ctx)),
    }),
  },
});
