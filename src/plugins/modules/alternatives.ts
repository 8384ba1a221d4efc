/** Alternatives: which of several programs a common name leads to. */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';

const LINKS = '/etc/alternatives';
/** Where systems of a family keep what is known of a name; others are asked through the program. */
const RECORDS: Readonly<Record<string, string>> = { RedHat: '/var/lib/alternatives', Suse: '/var/lib/rpm/alternatives' };

const family = (ctx: Context): string => str(ctx.grains['os_family'] ?? '');

interface Done {
  readonly retcode: number;
  readonly stdout: string;
  readonly stderr: string;
}
async function program(words: readonly string[], ctx: Context, options: PlainMap = {}): Promise<Done> {
  const name = family(ctx) === 'RedHat' ? 'alternatives' : 'update-alternatives';
  return await ctx.call('cmd.run_all', [[name, ...words]], { python_shell: false, ...options }) as unknown as Done;
}

/** The words of the program: its error output when it failed. */
async function answered(words: readonly string[], ctx: Context): Promise<string> {
  const done = await program(words, ctx);
  return done.retcode > 0 ? done.stderr : done.stdout;
}

const isRefused = (done: Done): boolean => done.retcode > 0 && done.stderr !== '';

/** Where the link of a name leads; undefined when it is none. */
async function target(name: string, ctx: Context): Promise<string | undefined> {
  try {
    return await ctx.sys.fs.readlink(join(LINKS, name));
  } catch (error) {
    if (isOsError(error)) return undefined;
    throw error;
  }
}

async function recordedLink(folder: string, name: string, ctx: Context): Promise<Value> {
  try {
    return splitLines(await ctx.sys.readText(join(folder, name)) ?? '')[1] ?? false;
  } catch (error) {
    if (isOsError(error)) return false;
    throw error;
  }
}

async function link(name: string, ctx: Context): Promise<Value> {
  const folder = RECORDS[family(ctx)];
  if (folder !== undefined) return recordedLink(folder, name, ctx);
  const done = await program(['--query', name], ctx, { ignore_retcode: true });
  if (isRefused(done)) return false;
  const [head = ''] = done.stdout.split('\n\n', 1);
  const line = head.split('\n').find((one) => one.startsWith('Link:'));
  return line === undefined ? false : line.slice('Link:'.length).trim();
}

const name = p.string();
const path = p.string();

export default defineModule({
  name: 'alternatives',
  virtual: async (ctx) => ((await ctx.sys.exists(LINKS)) ? true : 'Cannot load alternatives module: /etc/alternatives dir not found'),
  doc: 'Says and sets which of several programs a common name leads to.',
  functions: {
    display: fn({
      doc: "Give what the program says of a name.\n\nsalt '*' alternatives.display editor",
      params: { name },
      outputter: 'txt',
      async run(args, ctx) {
        const done = await program(['--display', args.name], ctx, { ignore_retcode: true });
        return isRefused(done) ? done.stderr : done.stdout;
      },
    }),
    show_link: fn({
      doc: "Give the path that a name makes, or False.\n\nsalt '*' alternatives.show_link editor",
      params: { name },
      run: (args, ctx) => link(args.name, ctx),
    }),
    show_current: fn({
      doc: "Give the path a name leads to, or False.\n\nsalt '*' alternatives.show_current editor",
      params: { name },
      run: async (args, ctx) => (await target(args.name, ctx)) ?? false,
    }),
    check_exists: fn({
      doc: "Say whether a path can be chosen for a name.\n\nsalt '*' alternatives.check_exists editor /usr/bin/nano",
      params: { name, path },
      async run(args, ctx) {
        const done = await program(['--display', args.name], ctx, { ignore_retcode: true });
        return !isRefused(done) && splitLines(done.stdout).some((line) => line.startsWith(args.path));
      },
    }),
    check_installed: fn({
      doc: "Say whether a name leads to a path.\n\nsalt '*' alternatives.check_installed editor /usr/bin/nano",
      params: { name, path },
      run: async (args, ctx) => (await target(args.name, ctx)) === args.path,
    }),
    install: fn({
      doc: "Add a path for a name.\n\nsalt '*' alternatives.install editor /usr/bin/editor /usr/bin/nano 50",
      params: { name, link: p.string(), path, priority: p.any() },
      outputter: 'txt',
      async run(args, ctx) {
        const done = await program(['--install', args.link, args.name, args.path, str(args.priority)], ctx);
        return isRefused(done) ? done.stderr : done.stdout;
      },
    }),
    remove: fn({
      doc: "Take a path away from a name.\n\nsalt '*' alternatives.remove editor /usr/bin/nano",
      params: { name, path },
      outputter: 'txt',
      run: (args, ctx) => answered(['--remove', args.name, args.path], ctx),
    }),
    auto: fn({
      doc: "Let the priorities decide for a name.\n\nsalt '*' alternatives.auto editor",
      params: { name },
      run: (args, ctx) => answered(['--auto', args.name], ctx),
    }),
    set: fn({
      doc: "Choose a path for a name.\n\nsalt '*' alternatives.set editor /usr/bin/nano",
      params: { name, path },
      run: (args, ctx) => answered(['--set', args.name, args.path], ctx),
    }),
  },
});
