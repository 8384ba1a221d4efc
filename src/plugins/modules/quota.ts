/** Quotas of users and groups on file systems. Source: read, Salt 3008.3; output of quota 4.06. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import type { PlainMap, Value, ValueMap } from '../../kernel/std/value.js';
import { runAll, word } from './lookup/programs.js';
import { parseModes, parseReport, shownReport, type Kind, type Report } from './quota/report.js';

const LIMITS = ['block-soft-limit', 'block-hard-limit', 'file-soft-limit', 'file-hard-limit'] as const;
const OPTIONS: Readonly<Record<Kind, string>> = { Users: '-u', Groups: '-g' };

/** Differs: what fails is an error in the words of the program; Salt answers as if all was well. */
async function succeed(argv: readonly string[], ctx: Context): Promise<string> {
  const done = await runAll(ctx, argv);
  if (done.retcode !== 0) throw new CommandExecutionError(done.stderr.trim() || done.stdout.trim());
  return done.stdout;
}

const reportOf = async (mount: string, kind: Kind, ctx: Context): Promise<Report> => parseReport(await succeed(['repquota', '-vp', OPTIONS[kind], word(mount, 'Mount')], ctx));

async function report(mount: string, ctx: Context): Promise<Value> {
  const [users, groups] = [await reportOf(mount, 'Users', ctx), await reportOf(mount, 'Groups', ctx)];
  return { [mount]: { 'User Quotas': shownReport('Users', users), 'Group Quotas': shownReport('Groups', groups) } };
}

/** Reports tell names; users and groups may be given by number. */
async function nameOf(kind: Kind, given: string, ctx: Context): Promise<string> {
  if (!/^\d+$/.test(given)) return given;
  const found = kind === 'Users' ? await ctx.sys.userById(Number(given)) : await ctx.sys.groupById(Number(given));
  return found?.name ?? given;
}

function ownerOf(kwargs: PlainMap): { kind: Kind; name: string } {
  const { user, group } = kwargs;
  if (user !== undefined && group !== undefined) throw new InvocationError('Please specify a user or group, not both.');
  if (user === undefined && group === undefined) throw new CommandExecutionError('A valid user or group was not found');
  return user === undefined ? { kind: 'Groups', name: word(group ?? null, 'Group') } : { kind: 'Users', name: word(user, 'User') };
}

/** Differs: limits that are not given stay as they are; Salt looks for them in the wrong place and takes them away. */
async function set(device: string, kwargs: PlainMap, ctx: Context): Promise<Value> {
  const { kind, name } = ownerOf(kwargs);
  const known = await nameOf(kind, name, ctx);
  const now = (await reportOf(device, kind, ctx)).rows.find(([one]) => one === known)?.[1] ?? {};
  const limits = Object.fromEntries(LIMITS.map((limit): [string, Value] => [limit, kwargs[limit] ?? Number(now[limit] ?? 0)]));
  const done = await runAll(ctx, ['setquota', OPTIONS[kind], name, ...Object.values(limits).map((limit) => word(limit, 'Limit')), word(device, 'Device')]);
  if (done.retcode !== 0) throw new CommandExecutionError(`Unable to set desired quota. Error follows: \n${done.stderr}`);
  return { [`${kind === 'Users' ? 'User' : 'Group'}: ${str((kind === 'Users' ? kwargs['user'] : kwargs['group']) ?? '')}`]: limits };
}

/** quotaon ends with an error for what is off, too: only its words count. */
async function modes(device: string, ctx: Context): Promise<ValueMap> {
  const done = await runAll(ctx, ['quotaon', '-p', word(device, 'Device')]);
  return parseModes(`${done.stderr}\n${done.stdout}`, device);
}

const device = p.string();

export default defineModule({
  name: 'quota',
  virtual: async (ctx) => ((await ctx.sys.which('setquota')) === undefined ? 'The quota execution module cannot be loaded: the module is only available on POSIX-like systems with the setquota binary available.' : true),
  doc: 'Quotas of users and groups on file systems.',
  functions: {
    report: fn({ doc: "Give the quotas of a file system.\n\nsalt '*' quota.report /media/data", params: { mount: p.string() }, run: ({ mount }, ctx) => report(mount, ctx) }),
    set: fn({
      doc: "Set limits of a user or a group.\n\nsalt '*' quota.set /media/data user=larry block-soft-limit=1048576",
      params: { device, kwargs: p.keywords() },
      run: (args, ctx) => set(args.device, args.kwargs, ctx),
    }),
    warn: fn({
      doc: "Send mails to who uses more than allowed. Differs: by warnquota; the program that Salt starts does not exist.\n\nsalt '*' quota.warn",
      async run(_args, ctx) { await succeed(['warnquota'], ctx); return null; },
    }),
    stats: fn({
      doc: "Give what the kernel counts of quotas.\n\nsalt '*' quota.stats",
      run: async (_args, ctx) => Object.fromEntries((await succeed(['quotastats'], ctx)).split('\n').filter((line) => line.includes(': ')).map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)])),
    }),
    on: fn({ doc: "Turn quotas on.\n\nsalt '*' quota.on /", params: { device }, async run(args, ctx) { await succeed(['quotaon', word(args.device, 'Device')], ctx); return true; } }),
    off: fn({ doc: "Turn quotas off.\n\nsalt '*' quota.off /", params: { device }, async run(args, ctx) { await succeed(['quotaoff', word(args.device, 'Device')], ctx); return true; } }),
    get_mode: fn({ doc: "Say whether quotas are on or off.\n\nsalt '*' quota.get_mode /", params: { device }, run: (args, ctx) => modes(args.device, ctx) }),
  },
});
