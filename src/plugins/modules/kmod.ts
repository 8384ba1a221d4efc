/** Modules of the kernel. */
import { release } from 'node:os';
import { basename, join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { escapePython } from '../../kernel/std/python-regex.js';
import { sortedTexts } from '../../kernel/std/python-order.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

/** Deeper trees of modules do not exist. */
const DEPTH_MAX = 32;

const confPath = (ctx: Context): string => ('systemd' in ctx.grains ? '/etc/modules-load.d/salt_managed.conf' : '/etc/modules');

async function which(program: string, ctx: Context): Promise<string> {
  const path = await ctx.sys.which(program);
  if (path === undefined) throw new CommandExecutionError(`Command '${program}' cannot be found`);
  return path;
}

/** Name and settings of a module, as words for a program. */
function moduleWords(mod: string): [string, ...string[]] {
  const [name, ...rest] = mod.split(/\s+/).filter((word) => word !== '');
  if (name === undefined || name.startsWith('-') || mod.includes('\0')) throw new InvocationError(`Kernel module '${mod}' is not valid`);
  return [name, ...rest];
}

async function lsmod(ctx: Context): Promise<PlainMap[]> {
  const text = str(await ctx.call('cmd.run', [[await which('lsmod', ctx)]], { python_shell: false }));
  return splitLines(text).map((line) => line.split(/\s+/).filter((word) => word !== '')).flatMap(([module, size, depcount, deps]) =>
    (module === undefined || size === undefined || depcount === undefined || module === 'Module' ? [] : [{ size, module, depcount, deps: deps === undefined ? [] : deps.split(',') }]));
}

const loaded = async (ctx: Context): Promise<string[]> => sortedTexts(new Set((await lsmod(ctx)).map((row) => str(row['module'] ?? ''))));

async function persistent(ctx: Context): Promise<string[]> {
  const lines = splitLines(await ctx.sys.readText(confPath(ctx)) ?? '').map((line) => line.trim());
  return sortedTexts(new Set(lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(/\s+/)[0] ?? '')));
}

async function objectsBelow(folder: string, ctx: Context, depth = 0): Promise<string[]> {
  if (depth > DEPTH_MAX) return [];
  try {
    const found: string[] = [];
    for (const entry of await ctx.sys.fs.readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) found.push(...await objectsBelow(join(folder, entry.name), ctx, depth + 1));
      else if (entry.name.includes('.ko')) found.push(entry.name.slice(0, entry.name.indexOf('.ko')).replaceAll('-', '_'));
    }
    return found;
  } catch (error) {
    if (isOsError(error)) return [];
    throw error;
  }
}

async function available(ctx: Context): Promise<string[]> {
  const folder = join('/lib/modules', release());
  const builtIn = (await ctx.sys.readText(join(folder, 'modules.builtin')) ?? '').split('\n').filter((line) => line !== '').map((line) => basename(line, '.ko'));
  const extra = str(ctx.grains['os_family'] ?? '').includes('Arch') ? await objectsBelow(`/lib/modules/extramodules-${release().slice(0, 3)}-ARCH`, ctx) : [];
  return sortedTexts([...builtIn, ...await objectsBelow(folder, ctx), ...extra]);
}

async function persist(mod: string, ctx: Context): Promise<string[]> {
  const path = confPath(ctx);
  const [name] = moduleWords(mod);
  if (!await ctx.sys.exists(path)) await ctx.call('file.touch', [path]);
  if ((await persistent(ctx)).includes(name) || !(await available(ctx)).includes(name)) return [];
  const pattern = escapePython(mod);
  if (isTruthy(await ctx.call('file.search', [path, `^#[\t ]*${pattern}[\t ]*$`], { multiline: true }))) await ctx.call('file.uncomment', [path, pattern]);
  else await ctx.call('file.append', [path, mod]);
  return [name];
}

async function forget(mod: string, comment: Value, ctx: Context): Promise<string[]> {
  const [name] = moduleWords(mod);
  if (!(await persistent(ctx)).includes(name)) return [];
  const pattern = `^[\t ]*${escapePython(mod)}[\t ]?`;
  if (isTruthy(comment)) await ctx.call('file.comment', [confPath(ctx), pattern]);
  else await ctx.call('file.sed', [confPath(ctx), pattern, '']);
  return [name];
}

interface Work {
  readonly program: 'modprobe' | 'rmmod';
  readonly failed: string;
  /** What is new of two lists. */
  readonly news: (before: readonly string[], after: readonly string[]) => string[];
  readonly lasting: () => Promise<string[]>;
}

/** Names of modules that came or went, or the words of the program. */
async function change(mod: string, work: Work, ctx: Context): Promise<Value> {
  const words = moduleWords(mod);
  const before = await loaded(ctx);
  const done = await ctx.call('cmd.run_all', [[await which(work.program, ctx), ...words]], { python_shell: false }) as PlainMap;
  if (done['retcode'] !== 0) return `${work.failed} ${mod}: ${str(done['stderr'] ?? '')}`;
  return sortedTexts(new Set([...work.news(before, await loaded(ctx)), ...await work.lasting()]));
}

const onlyIn = (list: readonly string[], other: readonly string[]): string[] => list.filter((name) => !other.includes(name));
const mod = p.string();

export default defineModule({
  name: 'kmod',
  when: { kernel: ['Linux'] },
  doc: 'Loads, removes and lists modules of the kernel.',
  functions: {
    available: fn({
      doc: "List the modules that can be loaded.\n\nsalt '*' kmod.available",
      run: (_args, ctx) => available(ctx),
    }),
    check_available: fn({
      doc: "Say whether a module can be loaded.\n\nsalt '*' kmod.check_available kvm",
      params: { mod },
      run: async (args, ctx) => (await available(ctx)).includes(args.mod),
    }),
    lsmod: fn({
      doc: "List loaded modules with size, uses and who uses them.\n\nsalt '*' kmod.lsmod",
      run: (_args, ctx) => lsmod(ctx),
    }),
    mod_list: fn({
      doc: "List names of loaded modules, or of those loaded at each start.\n\nsalt '*' kmod.mod_list",
      params: { only_persist: p.any(false) },
      run: (args, ctx) => (isTruthy(args.only_persist) ? persistent(ctx) : loaded(ctx)),
    }),
    load: fn({
      doc: "Load a module; gives the names of those that came.\n\nsalt '*' kmod.load kvm",
      params: { mod, persist: p.any(false, 'also at each start') },
      run: (args, ctx) => change(args.mod, {
        program: 'modprobe', failed: 'Error loading module', news: (before, after) => onlyIn(after, before),
        lasting: () => (isTruthy(args.persist) ? persist(args.mod, ctx) : Promise.resolve([])),
      }, ctx),
    }),
    is_loaded: fn({
      doc: "Say whether a module is loaded.\n\nsalt '*' kmod.is_loaded kvm",
      params: { mod },
      run: async (args, ctx) => (await loaded(ctx)).includes(args.mod),
    }),
    remove: fn({
      doc: "Remove a module; gives the names of those that went.\n\nsalt '*' kmod.remove kvm",
      params: { mod, persist: p.any(false, 'also from those loaded at each start'), comment: p.any(true, 'leave it as a comment there') },
      run: (args, ctx) => change(args.mod, {
        program: 'rmmod', failed: 'Error removing module', news: onlyIn,
        lasting: () => (isTruthy(args.persist) ? forget(args.mod, args.comment, ctx) : Promise.resolve([])),
      }, ctx),
    }),
  },
});
