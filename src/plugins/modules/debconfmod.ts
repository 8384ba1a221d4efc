/** Answers to the questions packages ask when they are installed. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { writeTemporary } from '../../kernel/sys/file/temporary.js';
import { isTruthy, mapFrom, type PlainMap, type Value } from '../../kernel/std/value.js';

const LINE = /^([^#\s]\S+)[\t ]+(\S+)[\t ]+(\S+)[\t ]+([^\n]*)$/gm;

async function selections(fetchEmpty: boolean, ctx: Context): Promise<Map<string, Value[]>> {
  const text = str(await ctx.call('cmd.run_stdout', [['debconf-get-selections']], { python_shell: false }));
  const found = new Map<string, Value[]>();
  for (const [, owner = '', question = '', type = '', value = ''] of text.matchAll(LINE)) {
    if (!fetchEmpty && value === '') continue;
    const list = found.get(owner) ?? [];
    found.set(owner, [...list, [question, type, value]]);
  }
  return found;
}

/** Answers in a file become those of the machine. @throws CommandExecutionError with the words of the program */
async function load(path: string, ctx: Context): Promise<true> {
  const done = await ctx.call('cmd.run_all', [['debconf-set-selections', path]], { python_shell: false }) as PlainMap;
  if (done['retcode'] !== 0) throw new CommandExecutionError(str(done['stderr'] ?? ''));
  return true;
}

async function setOne(words: readonly string[], ctx: Context): Promise<true> {
  // A second line would answer another question.
  if (words.some((word) => /[\r\n\0]/.test(word))) throw new InvocationError('An answer of debconf must be one line');
  const path = await writeTemporary(ctx.sys, words.join(' '));
  try {
    return await load(path, ctx);
  } finally {
    await ctx.sys.fs.rm(path, { force: true });
  }
}

async function setFile(path: string, saltenv: string, ctx: Context): Promise<boolean> {
  const cached = await ctx.call('cp.cache_file', [path, saltenv]);
  return isTruthy(cached) ? load(str(cached), ctx) : false;
}

const saltenv = p.string('base');

export default defineModule({
  name: 'debconfmod',
  quickGrains: true,
  serves: 'debconf',
  when: { os_family: ['Debian'] },
  virtual: async (ctx) => ((await ctx.sys.which('debconf-get-selections')) === undefined ? 'The debconfmod module could not be loaded: debconf-utils is not installed.' : true),
  doc: 'Gives and sets answers to the questions packages ask when they are installed.',
  functions: {
    get_selections: fn({
      doc: "Give all answers by package, as lists of question, type and value.\n\nsalt '*' debconf.get_selections",
      params: { fetchempty: p.any(true, 'also questions without an answer') },
      run: async (args, ctx) => mapFrom(await selections(isTruthy(args.fetchempty), ctx)),
    }),
    show: fn({
      doc: "Give the answers for a package, or None.\n\nsalt '*' debconf.show <package name>",
      params: { name: p.string() },
      run: async (args, ctx) => (await selections(true, ctx)).get(args.name) ?? null,
    }),
    set: fn({
      doc: "Set an answer.\n\nsalt '*' debconf.set <package> <question> <type> <value> [<value> ...]",
      params: { package: p.string(), question: p.string(), type: p.string(), value: p.any(), extra: p.rest() },
      run: (args, ctx) => setOne([args.package, args.question, args.type, ...[args.value, ...args.extra].map(str)], ctx),
    }),
    set_template: fn({
      doc: "Set the answers of a template.\n\nsalt '*' debconf.set_template salt://pathto/pkg.selections.jinja jinja context='{}' defaults='{}'",
      params: { path: p.string(), template: p.any(), context: p.any(), defaults: p.any(), saltenv, kwargs: p.keywords() },
      async run({ path, template, context, defaults, saltenv: env, kwargs }, ctx) {
        const rendered = str(await ctx.call('cp.get_template', [], { ...kwargs, path, dest: '', template, saltenv: env, context, defaults }));
        return setFile(rendered, env, ctx);
      },
    }),
    set_file: fn({
      doc: "Set the answers of a file.\n\nsalt '*' debconf.set_file salt://pathto/pkg.selections",
      params: { path: p.string(), saltenv, kwargs: p.keywords() },
      run: (args, ctx) => setFile(args.path, args.saltenv, ctx),
    }),
  },
});
