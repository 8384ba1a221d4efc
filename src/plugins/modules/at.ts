/** Jobs that run once, at a time. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, CommandNotFoundError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

interface Job extends PlainMap {
  readonly job: number;
  readonly date: string;
  readonly time: string;
  readonly queue: string;
  readonly user: string;
  readonly tag: string;
}
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** `3\tFri Nov 21 20:00:00 2026 a root` */
const QUEUED = /^(\d+)\t\w+ (\w+) +(\d+) (\d\d:\d\d):\d\d (\d{4}) (\S+) (\S+)$/;
const TAG = /^### SALT: (\w+)/m;

async function program(name: string, words: readonly string[], ctx: Context): Promise<string> {
  const path = await ctx.sys.which(name);
  if (path === undefined) throw new CommandNotFoundError(`${name}: command not found`);
  return str(await ctx.call('cmd.run_stdout', [[path, ...words]], { python_shell: false }));
}

async function readQueued(line: string, ctx: Context): Promise<Job[]> {
  const [, job = '', month = '', day = '', clock = '', year = '', queue = '', user = ''] = QUEUED.exec(line) ?? [];
  if (job === '') return [];
  const date = `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`;
  const tag = TAG.exec(await program('at', ['-c', job], ctx))?.[1] ?? '';
  return [{ job: Number(job), date, time: `${clock}:00`, queue, user, tag }];
}

async function queued(ctx: Context): Promise<Job[]> {
  const text = ctx.grains['os_family'] === 'RedHat' ? await program('at', ['-l'], ctx) : await program('atq', [], ctx);
  const jobs: Job[] = [];
  for (const line of splitLines(text)) jobs.push(...await readQueued(line, ctx));
  return jobs;
}

/** Jobs with a tag or a number. */
async function atq(tag: Value, ctx: Context): Promise<{ jobs: Job[] }> {
  const jobs = await queued(ctx);
  return { jobs: isTruthy(tag) ? jobs.filter((job) => job.tag === tag || job.job === tag) : jobs };
}

async function atrm(args: readonly Value[], ctx: Context): Promise<PlainMap> {
  const [first, tag = null] = args;
  const words = args.map(str);
  const jobs = first === undefined ? [] : (await atq(first === 'all' ? tag : null, ctx)).jobs;
  const removed = jobs.map((job) => String(job.job)).filter((job) => first === 'all' || words.includes(job));
  if (removed.length > 0) await program('at', ['-d', ...removed], ctx);
  return { jobs: { removed, tag: first === 'all' ? tag : null } };
}

/** The text of a job goes to the program as input; only a time may come from its argument. */
async function add(timespec: string, command: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  if (timespec.startsWith('-') || timespec.includes('\0')) throw new InvocationError(`Time '${timespec}' is not valid`);
  const path = await ctx.sys.which('at');
  if (path === undefined) return { jobs: [] };
  const { tag, runas } = kwargs;
  if (tag !== undefined && /[\r\n]/.test(str(tag))) throw new InvocationError('A tag must be one line');
  const head = tag === undefined ? '' : `### SALT: ${str(tag)}\n`;
  const told = str(await ctx.call('cmd.run', [[path, timespec]], { stdin: `${head}${command}\n`, python_shell: false, ...(runas === undefined ? {} : { runas }) }));
  if (told.endsWith('Garbled time')) return { jobs: [], error: 'invalid timespec' };
  const number = /^job (\d+) at /m.exec(told)?.[1];
  if (number === undefined) throw new CommandExecutionError(told);
  return atq(Number(number), ctx);
}

const twoDigits = (value: Value): string => String(Number(str(value))).padStart(2, '0');
const yearOf = (value: Value): string => (str(value).length === 2 ? `20${str(value)}` : str(value));
/** Each condition: what of a job must equal what is asked for. */
const CONDITIONS: readonly (readonly [name: string, part: (job: Job) => string | undefined, wanted: (value: Value) => string])[] = [
  ['runas', (job) => job.user, str], ['tag', (job) => job.tag, str],
  ['hour', (job) => job.time.split(':')[0], twoDigits], ['minute', (job) => job.time.split(':')[1], twoDigits],
  ['day', (job) => job.date.split('-')[2], twoDigits], ['month', (job) => job.date.split('-')[1], twoDigits], ['year', (job) => job.date.split('-')[0], yearOf],
];

async function jobcheck(kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  if (Object.keys(kwargs).length === 0) return { error: 'You have given a condition' };
  const all = await queued(ctx);
  const asked = CONDITIONS.filter(([name]) => isTruthy(kwargs[name]));
  const jobs = all.filter((job) => asked.every(([name, part, wanted]) => part(job) === wanted(kwargs[name] ?? null)));
  return all.length > 0 && jobs.length === 0 ? { jobs, note: 'No match jobs or time format error' } : { jobs };
}

export default defineModule({
  name: 'at',
  virtual: async (ctx) => ((await ctx.sys.which('at')) === undefined ? 'The at module could not be loaded: at command not found' : true),
  doc: 'Adds, lists and removes jobs that run once, at a time.',
  functions: {
    atq: fn({
      doc: "List jobs; only those with a tag or a number when one is given.\n\nsalt '*' at.atq\nsalt '*' at.atq [tag]",
      params: { tag: p.any(null) },
      run: (args, ctx) => atq(args.tag, ctx),
    }),
    atrm: fn({
      doc: "Remove jobs by number, or all, or all with a tag.\n\nsalt '*' at.atrm <jobid> <jobid>\nsalt '*' at.atrm all [tag]",
      params: { args: p.rest() },
      run: (args, ctx) => atrm(args.args, ctx),
    }),
    at: fn({
      doc: "Add a job.\n\nsalt '*' at.at 12:05am '/sbin/reboot' tag=reboot runas=jim",
      params: { args: p.rest(), kwargs: p.keywords() },
      run({ args: [time, ...words], kwargs }, ctx) {
        return time === undefined || words.length === 0 ? { jobs: [] } : add(str(time), words.map(str).join(' '), kwargs, ctx);
      },
    }),
    atc: fn({
      doc: "Give the text of a job.\n\nsalt '*' at.atc <jobid>",
      params: { jobid: p.string() },
      async run({ jobid }, ctx) {
        const text = /^\d+$/.test(jobid) ? await program('at', ['-c', jobid], ctx) : '';
        return text === '' ? { error: `invalid job id '${jobid}'` } : text;
      },
    }),
    jobcheck: fn({
      doc: "List jobs that meet conditions: runas, tag, hour, minute, day, month, year.\n\nsalt '*' at.jobcheck runas=jam day=13",
      params: { kwargs: p.keywords() },
      run: (args, ctx) => jobcheck(args.kwargs, ctx),
    }),
  },
});
