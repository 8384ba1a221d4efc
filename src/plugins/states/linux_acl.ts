/** Access lists of files. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapEntries, mapGet, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { tried } from './outcome/failure.js';

const OCTAL: Readonly<Record<string, number>> = { r: 4, w: 2, x: 1, X: 1, '-': 0 };
const NO_TYPE = 'ACL Type does not exist';
const FINE = 'Permissions are in the desired state';
const octalOf = (perms: string): number => perms.split('').reduce((sum, letter) => sum + (OCTAL[letter] ?? 0), 0);
const lettersOf = (octal: number): string => [[4, 'r'], [2, 'w'], [1, 'x']].map(([bit, letter]) => ((octal & Number(bit)) === 0 ? '-' : String(letter))).join('');

interface Wish {
  readonly name: string;
  readonly type: string;
  readonly perms: string;
  readonly recurse: Value;
  readonly force: Value;
}

/** Rights by the names of one kind. */
type Held = Map<string, number>;

/** The lists of a file, or of all below a folder, as far as one kind of entry goes. */
interface Lists {
  /** False when the file has no entry of this kind. */
  readonly hasType: boolean;
  /** Whose the file is, for an entry without a name. */
  readonly owner: string;
  readonly own: Held;
  readonly byPath: readonly (readonly [path: string, held: Held])[];
}

const mapOr = (value: Value | undefined): ValueMap => (isMap(value) ? value : {});

function heldOf(entries: Value | undefined): Held {
  const rows = isList(entries) ? entries.flatMap((row) => (isMap(row) ? mapEntries(row) : [])) : [];
  return new Map(rows.map(([name, entry]) => [str(name), Number(mapGet(mapOr(entry), 'octal') ?? 0)]));
}

async function look(name: string, type: string, recurse: Value, ctx: Context): Promise<Lists> {
  const all = mapOr(await ctx.call('acl.getfacl', [name], { recursive: recurse }));
  const isDefault = /^(d|default):/.test(type);
  const kind = isDefault ? type.slice(type.indexOf(':') + 1) : type;
  const entries = (path: ValueMap): Held => heldOf(mapGet(isDefault ? mapOr(mapGet(path, 'defaults')) : path, kind));
  const facts = mapOr(mapGet(all, name));
  const byPath: [string, Held][] = [];
  for (const [path, found] of mapEntries(all)) {
    // Only folders have entries for what is made in them.
    if (!isDefault || (await ctx.sys.fs.stat(str(path))).isDirectory()) byPath.push([str(path), entries(mapOr(found))]);
  }
  const own = entries(facts);
  return { hasType: isDefault || own.size > 0, owner: str(mapGet(mapOr(mapGet(facts, 'comment')), kind) ?? ''), own, byPath };
}

async function apply(wish: Wish, names: readonly string[], ctx: Context): Promise<string | undefined> {
  const options = { recursive: wish.recurse, raise_err: true };
  const work = async (): Promise<void> => {
    if (isTruthy(wish.force)) await ctx.call('acl.wipefacls', [wish.name], options);
    for (const one of names) await ctx.call('acl.modfacl', [wish.type, one, wish.perms, wish.name], options);
  };
  const outcome = await tried(work());
  return 'failure' in outcome ? outcome.failure.message : undefined;
}

/** True when a name has the rights; `X` gives the right to run only where somebody has it. */
function fits(octal: number | undefined, perms: string): boolean {
  const wanted = octalOf(perms);
  return octal === wanted || (perms.endsWith('X') && octal !== undefined && octal % 2 === 0 && octal === wanted - 1);
}

async function present(wish: Wish, aclName: string, ctx: Context): Promise<PlainMap> {
  const { name, type, perms } = wish;
  if (!await ctx.sys.exists(name)) return failed(name, `${name} does not exist`);
  const lists = await look(name, type, wish.recurse, ctx);
  if (!lists.hasType) return failed(name, NO_TYPE);
  const who = aclName === '' ? lists.owner : aclName;
  const before = lists.own.get(who);
  const isFine = isTruthy(wish.recurse) ? lists.byPath.every(([, held]) => fits(held.get(who), perms)) : before === octalOf(perms);
  if (before !== undefined && isFine) return done(name, FINE);
  const entry = { acl_name: aclName, acl_type: type };
  const changes: PlainMap = { new: { ...entry, perms }, ...(before === undefined ? {} : { old: { ...entry, perms: lettersOf(before) } }) };
  if (ctx.test) return wouldChange(name, before === undefined ? `New permissions will be applied for ${aclName}: ${perms}` : `Updated permissions will be applied for ${aclName}: ${lettersOf(before)} -> ${perms}`, changes);
  const trouble = await apply(wish, [aclName], ctx);
  if (trouble !== undefined) return failed(name, `Error updating permissions for ${aclName}: ${trouble}`);
  return done(name, before === undefined ? `Applied new permissions for ${aclName}` : `Updated permissions for ${aclName}`, changes);
}

async function listPresent(wish: Wish, names: readonly string[], ctx: Context): Promise<PlainMap> {
  const { name, type, perms } = wish;
  if (!await ctx.sys.exists(name)) return failed(name, `${name} does not exist`);
  const { hasType, own } = await look(name, type, false, ctx);
  if (!hasType) return failed(name, NO_TYPE);
  const wanted = octalOf(perms);
  const differing = names.filter((one) => own.get(one) !== wanted);
  if (differing.length === 0) return done(name, FINE);
  const entry = { acl_name: names.join(', '), acl_type: type };
  // The last one that differs gives the words, as in Salt.
  const before = own.get((ctx.test ? differing[0] : differing.at(-1)) ?? '');
  const old = str(before ?? null);
  const changes: PlainMap = before === undefined ? { new: { ...entry, perms } } : { new: { ...entry, perms: wanted }, old: { ...entry, perms: old } };
  const shown = repr([...names]);
  if (ctx.test) return wouldChange(name, before === undefined ? `New permissions will be applied for ${shown}: ${perms}` : `Updated permissions will be applied for ${shown}: ${old} -> ${perms}`, changes);
  const trouble = await apply(wish, names, ctx);
  if (trouble !== undefined) return failed(name, `Error updating permissions for ${shown}: ${trouble}`);
  return done(name, before === undefined ? `Applied new permissions for ${names.join(', ')}` : `Updated permissions for ${shown}`, changes);
}

async function absent(name: string, type: string, names: readonly string[] | undefined, recurse: Value, ctx: Context): Promise<PlainMap> {
  if (!await ctx.sys.exists(name)) return failed(name, `${name} does not exist`);
  const lists = await look(name, type, recurse, ctx);
  if (!lists.hasType) return failed(name, NO_TYPE);
  const held = (names ?? [lists.owner]).filter((one) => lists.byPath.some(([, entries]) => entries.has(one)));
  if (held.length === 0) return done(name, FINE);
  if (ctx.test) return wouldChange(name, 'Removing permissions');
  for (const one of names ?? ['']) await ctx.call('acl.delfacl', [type, one, name], { recursive: recurse });
  const left = (await look(name, type, recurse, ctx)).byPath.filter(([, entries]) => held.some((one) => entries.has(one)));
  return left.length === 0 ? done(name, 'Removing permissions') : failed(name, `Permissions of ${held.join(', ')} are left on ${left.map(([path]) => path).join(', ')}`);
}

const name = p.string();
const type = p.string();
const perms = p.string('');
const recurse = p.any(false);
const force = p.any(false, 'remove all other entries before');
const namesOf = (value: Value): string[] => (isList(value) ? value.map(str) : value === null ? [] : [str(value)]);

export default defineState({
  name: 'linux_acl',
  serves: 'acl',
  virtual: async (ctx) => ((await ctx.sys.which('getfacl')) !== undefined && (await ctx.sys.which('setfacl')) !== undefined
    ? true : 'The linux_acl state cannot be loaded: the getfacl or setfacl binary is not in the path.'),
  doc: 'Access lists of files.',
  functions: {
    present: fn({
      doc: 'Make sure that somebody has these rights on a file.',
      params: { name, acl_type: type, acl_name: p.string(''), perms, recurse, force },
      run: (args, ctx) => present({ ...args, type: args.acl_type }, args.acl_name, ctx),
    }),
    absent: fn({
      doc: 'Make sure that somebody has no entry on a file.',
      params: { name, acl_type: type, acl_name: p.string(''), perms, recurse },
      run: (args, ctx) => absent(args.name, args.acl_type, args.acl_name === '' ? undefined : [args.acl_name], args.recurse, ctx),
    }),
    list_present: fn({
      doc: 'Make sure that several have these rights on a file.',
      params: { name, acl_type: type, acl_names: p.any(null), perms, recurse, force },
      run: (args, ctx) => listPresent({ ...args, type: args.acl_type }, namesOf(args.acl_names), ctx),
    }),
    list_absent: fn({
      doc: 'Make sure that several have no entry on a file.',
      params: { name, acl_type: type, acl_names: p.any(null), recurse },
      run: (args, ctx) => absent(args.name, args.acl_type, namesOf(args.acl_names), args.recurse, ctx),
    }),
  },
});
