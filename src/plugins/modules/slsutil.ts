/** Helps when states are written: merging, serializing, banners, files of the state tree. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { mergeMaps, updateMap } from '../../kernel/std/merge.js';
import { center, padEnd, textLength } from '../../kernel/std/python-space.js';
import { wrapText } from '../../kernel/std/python-wrap.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isPlainMap, isTruthy, mapEntries, mapFrom, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { posix } from 'node:path';
import { serializerOf } from './slsutil/serializers.js';

function mapOf(value: Value): ValueMap {
  if (!isMap(value)) throw new PythonError('TypeError', 'Cannot update using non-dict types in dictupdate.update()');
  return value;
}

interface Strategy {
  readonly strategy: string;
  readonly renderer: string;
  readonly merge_lists: boolean;
}

function merged(a: Value, b: Value, { strategy, renderer, merge_lists: mergeLists }: Strategy): Value {
  const isAggregating = renderer.split('|').at(-1) === 'yamlex' || renderer.startsWith('yamlex_');
  const chosen = strategy === 'smart' ? (isAggregating ? 'aggregate' : 'recurse') : strategy;
  // A strategy that nobody knows merges no lists (observed).
  return mergeMaps(mapOf(a), mapOf(b), chosen, { mergeLists: mergeLists && chosen === 'recurse' });
}

/** One level: what is new takes the place of what was. */
const overlaid = (dest: ValueMap, update: ValueMap): ValueMap => mapFrom(new Map([...mapEntries(dest), ...mapEntries(update)]));

interface Banner {
  readonly width: number;
  readonly commentchar: string;
  readonly borderchar: string;
  readonly blockstart: string | null;
  readonly blockend: string | null;
  readonly title: string | null;
  readonly text: string | null;
  readonly newline: boolean;
}

const TITLE = 'THIS FILE IS MANAGED BY SALT - DO NOT EDIT';
const TEXT = 'The contents of this file are managed by Salt. Any changes to this file may be overwritten automatically and without warning.';
const WIDTH_MAX = 10_000;

function banner(asked: Banner): string {
  const { width, commentchar: mark, borderchar } = asked;
  const [left, right] = [mark.trimEnd(), mark.trim()];
  const room = width - left.length - right.length - 2;
  if (room <= 0) throw new PythonError('salt.exceptions.ArgumentValueError', 'Width is too small to render banner');
  if (width > WIDTH_MAX) throw new InvocationError(`Argument 'width' must be at most ${WIDTH_MAX}`);
  const border = mark + borderchar.slice(0, 1).repeat(width - left.length - right.length) + right;
  const space = mark + ' '.repeat(Math.max(0, width - mark.length * 2)) + mark;
  const lines = (text: string): string[] => wrapText(text, room, '').split('\n').filter((line) => textLength(line) > 0);
  const block = [
    ...(asked.blockstart === null ? [] : [asked.blockstart]), border, space, ...lines(asked.title ?? TITLE).map((line) => `${left} ${center(line, room)} ${right}`), space,
    ...lines(asked.text ?? TEXT).map((line) => `${left} ${padEnd(line, room)} ${right}`), border, ...(asked.blockend === null ? [] : [asked.blockend]),
  ];
  return block.join('\n') + (asked.newline ? '\n' : '');
}

/** Paths of the state tree, asked once in a call of a program. */
async function pathsOf(kind: 'cp.list_master' | 'cp.list_master_dirs', saltenv: string, ctx: Context): Promise<ReadonlySet<string>> {
  const key = `${kind} ${saltenv}`;
  const known = ctx.memory.get(key);
  if (known instanceof Set) return known as Set<string>;
  const found = new Set((await ctx.call(kind, [saltenv]) as readonly Value[]).map(str));
  ctx.memory.set(key, found);
  return found;
}

const isFile = async (path: string, saltenv: string, ctx: Context): Promise<boolean> => (await pathsOf('cp.list_master', saltenv, ctx)).has(path);
const isFolder = async (path: string, saltenv: string, ctx: Context): Promise<boolean> => (await pathsOf('cp.list_master_dirs', saltenv, ctx)).has(path);
const isThere = async (path: string, saltenv: string, ctx: Context): Promise<boolean> => await isFile(path, saltenv, ctx) || isFolder(path, saltenv, ctx);

async function findUp(start: string, filenames: Value, saltenv: string, ctx: Context): Promise<string> {
  let folder = start === '' ? '' : posix.normalize(start).replace(/(.)\/$/, '$1');
  if (folder !== '' && !await isThere(folder, saltenv, ctx)) throw new InvocationError(`Starting path not found in the state tree: ${folder}`);
  const names = typeof filenames === 'string' ? [filenames] : filenames;
  if (!Array.isArray(names)) throw new InvocationError('Filenames argument must be a string or list of strings');
  for (;;) {
    for (const name of (names as readonly Value[]).map(str)) {
      const path = posix.join(folder, name);
      if (await isThere(path, saltenv, ctx)) return path;
    }
    if (folder === '' || folder === '/') throw new CommandExecutionError('File pattern(s) not found in path ancestry');
    folder = posix.dirname(folder) === '.' ? '' : posix.dirname(folder);
  }
}

interface Rendering {
  readonly path: string | null;
  readonly string: string | null;
  readonly default_renderer: string;
  readonly kwargs: PlainMap;
}

/** As a state file is: a first line `#!jinja|yaml` names the renderers. Other keywords are variables of the text. */
async function render({ path, string, default_renderer: renderer, kwargs }: Rendering, ctx: Context): Promise<Value> {
  if (!isTruthy(path) && !isTruthy(string)) throw new InvocationError('Must pass path or string.');
  if (isTruthy(path) && isTruthy(string)) throw new InvocationError('Must not pass both path and string.');
  const { saltenv: env = 'base', sls = '', context = {}, ...others } = kwargs;
  const saltenv = str(env);
  const file = isTruthy(path) ? await fileOf(path ?? '', saltenv, ctx) : undefined;
  if (isTruthy(path) && file === undefined) return {};
  const variables = Object.fromEntries(Object.entries({ ...others, ...(isPlainMap(context) ? context : {}) }).filter(([key]) => !key.startsWith('__')));
  return ctx.port('render').pipe(file?.text ?? string ?? '', { saltenv, sls: str(sls), variables, renderer, path: file?.path ?? STRING_PATH });
}

/** A file that is not there, or blank, gives nothing but a line in the log, as in Salt (observed). */
async function fileOf(path: string, saltenv: string, ctx: Context): Promise<{ text: string; path: string } | undefined> {
  const found = await ctx.call('cp.get_url', [path], { saltenv });
  const text = typeof found === 'string' && found !== '' ? await ctx.sys.readText(found) : undefined;
  if (typeof found === 'string' && text !== undefined && text.trim() !== '') return { text, path: found };
  ctx.log.error({ path, saltenv }, text === undefined ? 'template does not exist' : 'template is nothing but white space');
  return undefined;
}

/** What a text that is no file sees as its own path (observed). */
const STRING_PATH = ':string:';
const STRATEGY = { strategy: p.string('smart'), renderer: p.string('yaml'), merge_lists: p.bool(false) };
const PLACE = { path: p.string(), saltenv: p.string('base') };
const mod_kwargs = p.keywords();
const ownOptions = (kwargs: PlainMap): PlainMap => Object.fromEntries(Object.entries(kwargs).filter(([key]) => !key.startsWith('__')));

export default defineModule({
  name: 'slsutil',
  quickGrains: true,
  doc: 'Helps when states are written: merging, serializing, banners, files of the state tree.',
  functions: {
    update: fn({
      doc: "Give a mapping brought up to date with another.\n\nsalt '*' slsutil.update '{foo: Foo}' '{bar: Bar}'", params: { dest: p.any(), upd: p.any(), recursive_update: p.bool(true), merge_lists: p.bool(false) },
      run: ({ dest, upd, recursive_update: deep, merge_lists: mergeLists }) => (deep ? updateMap(mapOf(dest), mapOf(upd), { mergeLists }) : overlaid(mapOf(dest), mapOf(upd))),
    }),
    merge: fn({
      doc: "Merge two mappings by a strategy.\n\nsalt '*' slsutil.merge '{foo: Foo}' '{bar: Bar}'", params: { obj_a: p.any(), obj_b: p.any(), ...STRATEGY },
      run: ({ obj_a: a, obj_b: b, ...strategy }) => merged(a, b, strategy),
    }),
    merge_all: fn({
      doc: "Merge mappings one after the other.\n\nsalt '*' slsutil.merge_all '[{foo: Foo}, {foo: Bar}]'", params: { lst: p.list(), ...STRATEGY },
      run: ({ lst, ...strategy }) => lst.reduce<Value>((all, one) => merged(all, one, strategy), {}),
    }),
    renderer: fn({
      doc: "Render a file or a text as a state file would be.\n\nsalt '*' slsutil.renderer salt://path/to/file",
      params: { path: p.string(null), string: p.string(null), default_renderer: p.string('jinja|yaml'), kwargs: p.keywords() }, run: (args, ctx) => render(args, ctx),
    }),
    serialize: fn({
      doc: "Give a value as text: json, yaml, yamlex, toml, configparser, msgpack.\n\nsalt '*' --no-parse=obj slsutil.serialize 'json' obj=\"{'foo': 'Foo!'}\"", params: { serializer: p.string(), obj: p.any(), mod_kwargs },
      run: ({ serializer, obj, mod_kwargs: options }, ctx) => serializerOf(serializer).serialize(obj, ownOptions(options), ctx),
    }),
    deserialize: fn({
      doc: "Give the value behind a text: json, yaml, yamlex, toml, configparser, msgpack.\n\nsalt '*' slsutil.deserialize 'json' '{\"foo\": \"Foo!\"}'", params: { serializer: p.string(), stream_or_string: p.any(), mod_kwargs },
      run: ({ serializer, stream_or_string: text }, ctx) => serializerOf(serializer).deserialize(text, ctx),
    }),
    banner: fn({
      doc: "Give a comment that says who manages a file.\n\nsalt '*' slsutil.banner width=60 commentchar='//'",
      params: {
        width: p.int(72), commentchar: p.string('#'), borderchar: p.string('#'), blockstart: p.string(null), blockend: p.string(null), title: p.string(null), text: p.string(null), newline: p.bool(false),
      },
      run: (args) => banner(args),
    }),
    boolstr: fn({
      doc: "Give one text for what is true and another for what is false.\n\nsalt '*' slsutil.boolstr True true=yes false=no", params: { value: p.any(), true: p.any('true'), false: p.any('false') },
      run: (args) => (isTruthy(args.value) ? args.true : args.false),
    }),
    file_exists: fn({ doc: "Say whether the state tree has a file.\n\nsalt '*' slsutil.file_exists nginx/defaults.yaml", params: PLACE, run: ({ path, saltenv }, ctx) => isFile(path, saltenv, ctx) }),
    dir_exists: fn({ doc: "Say whether the state tree has a folder.\n\nsalt '*' slsutil.dir_exists nginx/files", params: PLACE, run: ({ path, saltenv }, ctx) => isFolder(path, saltenv, ctx) }),
    path_exists: fn({ doc: "Say whether the state tree has a file or folder.\n\nsalt '*' slsutil.path_exists nginx/defaults.yaml", params: PLACE, run: ({ path, saltenv }, ctx) => isThere(path, saltenv, ctx) }),
    findup: fn({
      doc: "Look for a file in a folder of the state tree and those above it.\n\nsalt '*' slsutil.findup formulas/shared/nginx map.jinja", params: { startpath: p.string(), filenames: p.any(), saltenv: p.string('base') },
      run: ({ startpath, filenames, saltenv }, ctx) => findUp(startpath, filenames, saltenv, ctx),
    }),
  },
});
