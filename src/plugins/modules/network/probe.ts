/** Asks other hosts: ping, traceroute, dig, a connection. Source: read and observed, Salt 3008.3. */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP } from 'node:net';
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { floatOf, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { fields, needProgram, runAll } from '../lookup/programs.js';

const NAME_CHARS_MAX = 255;
const TRACE_SECONDS = 120;
const CONNECT_SECONDS = 5;
const CONNECT_SECONDS_MAX = 3600;

/** What no host name has is dropped, as Salt does; what is left must not be an option. */
export function cleanHost(host: string): string {
  const clean = isIP(host) > 0 ? host : host.slice(0, NAME_CHARS_MAX).replace(/[^A-Za-z0-9._-]/g, '');
  if (clean === '' || clean.startsWith('-')) throw new InvocationError(`Host '${host}' is not valid`);
  return clean;
}

export async function ping(host: string, timeout: Value, onlyWhether: boolean, ctx: Context): Promise<Value> {
  const wait = isTruthy(timeout) ? ['-W', secondsText(timeout)] : [];
  const argv = ['ping', ...wait, '-c', '4', cleanHost(host)];
  if (onlyWhether) return (await runAll(ctx, argv)).retcode === 0;
  return ctx.call('cmd.run', [argv], { python_shell: false });
}

function secondsText(timeout: Value): string {
  const text = str(timeout);
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new InvocationError(`Timeout '${text}' is not a number of seconds`);
  return text;
}

export async function dig(host: string, ctx: Context): Promise<Value> {
  await needProgram(ctx, 'dig');
  return ctx.call('cmd.run', [['dig', cleanHost(host)]], { python_shell: false });
}

export async function traceroute(host: string, ctx: Context): Promise<PlainMap[]> {
  await needProgram(ctx, 'traceroute');
  const output = str(await ctx.call('cmd.run', [['traceroute', cleanHost(host)]], { python_shell: false, timeout: TRACE_SECONDS }));
  if (output.includes('Timed out after')) return [];
  const version = str(await ctx.call('cmd.run', [['traceroute', '--version']], { python_shell: false }));
  return readTrace(output, version);
}

/** Old programs print their columns otherwise. */
export function readTrace(output: string, versionText: string): PlainMap[] {
  const [, major = '0', minor = '0', patch = '0'] = /.*[Vv]ersion (\d+)\.([\w+]+)\.*(\w*)/.exec(versionText) ?? [];
  const isNew = Number(major) >= 2 && (Number(patch) >= 14 || Number(minor) > 0);
  const lines = output.split('\n').filter((line) => line.includes(' ') && !line.startsWith('traceroute'));
  if (/Darwin|FreeBSD/.test(minor)) return lines.map(bsdHop);
  return lines.map(isNew ? newHop : oldHop);
}

function newHop(line: string): PlainMap {
  const [count = '', host = '', ...times] = line.split('  ');
  if (host === '* * *') return { count: Number(count), hostname: '*' };
  if (times.length < 3) return {};
  const [hostname = '', ip = ''] = fields(host);
  const ms = (at: number): Value => floatOf(Number(fields(times[at] ?? '')[0]));
  return { count: Number(count), hostname, ip: ip.replace(/^[()]+|[()]+$/g, ''), ms1: ms(0), ms2: ms(1), ms3: ms(2) };
}

function oldHop(line: string): PlainMap {
  const [count = '', hostname = '', ip = '', ping1 = '', ms1 = '', ping2 = '', ms2 = '', ping3 = '', ms3] = fields(line);
  return ms3 === undefined ? {} : { count, hostname, ip, ms1, ms2, ms3, ping1, ping2, ping3 };
}

function bsdHop(line: string): PlainMap {
  const [, count = '', hostname = '', ip = '', rest = ''] = /\s*(\d*)\s+(.*)\s+\((.*)\)\s+(.*)$/.exec(line) ?? [];
  if (ip === '') return { count: /\s*(\d*)/.exec(line)?.[1] ?? '', hostname: '*' };
  const delays = [...rest.matchAll(/(\d+\.\d+)\s*ms/g)].map(([, delay = ''], at) => [`ms${at + 1}`, delay]);
  return { count, hostname, ip, ...Object.fromEntries(delays) as PlainMap };
}

interface Wanted {
  readonly proto: 'tcp' | 'udp';
  readonly family: 0 | 4 | 6;
  readonly timeoutMs: number;
}

function readWanted(options: PlainMap): Wanted {
  const seconds = Number(options['timeout'] ?? CONNECT_SECONDS);
  const family = options['family'] === 'ipv4' ? 4 : options['family'] === 'ipv6' ? 6 : 0;
  return { proto: options['proto'] === 'udp' ? 'udp' : 'tcp', family, timeoutMs: Math.min(Number.isFinite(seconds) ? seconds : CONNECT_SECONDS, CONNECT_SECONDS_MAX) * 1000 };
}

/** Says whether a port of a host takes connections; for UDP whether it answers. */
export async function connect(host: string, port: Value, options: PlainMap, ctx: Context): Promise<PlainMap> {
  if (host === '') return { result: false, comment: 'Required argument, host, is missing.' };
  if (!isTruthy(port)) return { result: false, comment: 'Required argument, port, is missing.' };
  const wanted = readWanted(options);
  const where = `${wanted.proto} port ${str(port)}`;
  const address = await lookup(cleanHost(host), { family: wanted.family }).catch(() => undefined);
  const number = await portNumber(str(port), wanted.proto, ctx);
  if (address === undefined || number === undefined) return { result: false, comment: `Unable to resolve host ${host} on ${where}` };
  const answers = await (wanted.proto === 'udp' ? answersUdp : answersTcp)(address.address, number, wanted.timeoutMs);
  const comment = `${answers ? 'Successfully connected' : 'Unable to connect'} to ${host} (${address.address}) on ${where}`;
  return { result: answers, comment };
}

/** A number, or the name of a service. */
async function portNumber(port: string, proto: string, ctx: Context): Promise<number | undefined> {
  if (/^\d+$/.test(port)) return Number(port) <= 0xffff ? Number(port) : undefined;
  if (!/^[a-z][a-z0-9-]*$/i.test(port) || (await ctx.sys.which('getent')) === undefined) return undefined;
  const { code, stdout } = await ctx.sys.run(['getent', 'services', `${port}/${proto}`], { signal: ctx.signal });
  return code === 0 ? Number(/\s(\d+)\//.exec(Buffer.from(stdout).toString('utf8'))?.[1]) : undefined;
}

function answersTcp(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host, port });
    const end = (answers: boolean): void => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(timeoutMs, () => { end(false); });
    socket.once('connect', () => { end(true); });
    socket.once('error', () => { end(false); });
  });
}

function answersUdp(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
    const timer = setTimeout(() => { end(false); }, timeoutMs);
    const end = (answers: boolean): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answers);
    };
    socket.once('message', () => { end(true); });
    socket.once('error', () => { end(false); });
    socket.connect(port, host, () => { socket.send(`${port}`); });
  });
}
