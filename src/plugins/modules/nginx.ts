/** nginx: version, configuration, signals, counters. Source: the documentation of Salt 3006, which 3008 has no more. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { runAll, type Done } from './lookup/programs.js';

const SIGNALS = ['start', 'reopen', 'stop', 'quit', 'reload'];

async function nginx(words: readonly string[], ctx: Context): Promise<Done> {
  return runAll(ctx, [await ctx.sys.which('nginx') ?? 'nginx', ...words]);
}

/** Its words on either output. @throws CommandExecutionError Differs: Salt takes the words of a failure for the answer. */
async function told(words: readonly string[], ctx: Context): Promise<string[]> {
  const done = await nginx(words, ctx);
  const text = [done.stdout, done.stderr].filter((part) => part !== '').join('\n');
  if (done.retcode !== 0) throw new CommandExecutionError(text === '' ? `nginx ended with exit code ${done.retcode}` : text);
  return text.split('\n');
}

async function buildInfo(ctx: Context): Promise<PlainMap> {
  const lines = await told(['-V'], ctx);
  const isArguments = (line: string): boolean => line.startsWith('configure argument');
  const words = lines.filter(isArguments).flatMap((line) => (line.match(/(?:[^\s']*'[^']*'[^\s']*)+|[^\s]+/g) ?? []).slice(2));
  return { info: lines.filter((line) => !isArguments(line)), ...(lines.some(isArguments) ? { 'build arguments': words } : {}) };
}

async function configTest(ctx: Context): Promise<PlainMap> {
  const done = await nginx(['-t'], ctx);
  if (done.retcode !== 0) return { comment: 'Syntax Error', stderr: done.stderr, result: false };
  return { comment: 'Syntax OK', stdout: done.stderr, result: true };
}

async function signal(name: Value, ctx: Context): Promise<Value> {
  if (typeof name !== 'string' || !SIGNALS.includes(name)) return null;
  const words = name === 'start' ? [] : ['-s', name];
  const done = await nginx(words, ctx);
  if (done.stderr !== '') return done.stderr.trim();
  return done.stdout === '' ? `Command: "${['nginx', ...words].join(' ')}" completed successfully!` : done.stdout.trim();
}

/** What the page of the module stub_status counts; nothing when it is no such page. */
async function status(url: string, ctx: Context): Promise<Value> {
  const answer = await ctx.call('http.query', [url], { text: true, status: true });
  const text = isPlainMap(answer) ? str(answer['text'] ?? answer['body'] ?? '') : '';
  const counts = /^Active connections:\s+(\d+)\s*\nserver accepts handled requests[^\n]*\n\s*(\d+)\s+(\d+)\s+(\d+)[^\n]*\nReading:\s+(\d+)\s+Writing:\s+(\d+)\s+Waiting:\s+(\d+)/.exec(text)?.slice(1).map(Number);
  if (counts === undefined) return null;
  const names = ['active connections', 'accepted', 'handled', 'requests', 'reading', 'writing', 'waiting'];
  return Object.fromEntries(names.map((name, at) => [name, counts[at] ?? 0]));
}

export default defineModule({
  name: 'nginx',
  virtual: async (ctx) => ((await ctx.sys.which('nginx')) === undefined ? 'The nginx execution module cannot be loaded: nginx is not installed.' : true),
  doc: 'The web server nginx.',
  card: { title: 'nginx', version: '1.0' },
  functions: {
    version: fn({ doc: "Give the version of nginx.\n\nsalt '*' nginx.version", run: async (_, ctx) => ((await told(['-v'], ctx))[0] ?? '').split('/').at(-1) ?? '' }),
    build_info: fn({ doc: "Give how nginx was built.\n\nsalt '*' nginx.build_info", run: (_, ctx) => buildInfo(ctx) }),
    configtest: fn({ doc: "Say whether the configuration can be read.\n\nsalt '*' nginx.configtest", run: (_, ctx) => configTest(ctx) }),
    signal: fn({ doc: "Start nginx, or send it reopen, stop, quit or reload.\n\nsalt '*' nginx.signal reload", params: { signal: p.any(null) }, run: (args, ctx) => signal(args.signal, ctx) }),
    status: fn({ doc: "Give the counters of nginx from its page.\n\nsalt '*' nginx.status http://127.0.0.1/status", params: { url: p.string('http://127.0.0.1/status') }, run: (args, ctx) => status(args.url, ctx) }),
  },
});
