/** Options and sections of ini files. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done } from '../../kernel/contract/state.js';
import { compareText } from '../../kernel/std/python-order.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapEntries, mapFrom, mapGet, mapKeys, mapSize, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';

/** Which file, and how its options are written. */
interface Place {
  readonly name: string;
  readonly separator: string;
  readonly encoding: string | null;
}
const placeWords = ({ name, separator, encoding }: Place): PlainMap => ({ file_name: name, separator, encoding });
const ini = (fun: string, at: Place, more: PlainMap, ctx: Context): Promise<Value> => ctx.call(`ini.${fun}`, [], { ...placeWords(at), ...more });

const NOTHING = 'No anomaly detected';
const APPLIED = 'Changes take effect';
const inSection = (section: string): string => (section === '' ? '' : ` in section ${section}`);

/** What `strict` takes away: options and sections of the file that are not asked for. */
const surplus = (have: ValueMap, wanted: ValueMap): string[] =>
  mapKeys(have).map(str).filter((key) => !mapKeys(wanted).map(str).includes(key)).toSorted(compareText);

interface Parts {
  readonly options: ValueMap;
  readonly sections: ValueMap;
}
function partsOf(map: ValueMap): Parts {
  const rows = mapEntries(map);
  return { options: mapFrom(rows.filter(([, value]) => !isMap(value))), sections: mapFrom(rows.filter(([, value]) => isMap(value))) };
}
const mapOr = (value: Value | undefined): ValueMap => (isMap(value) ? value : {});

/** A test run: one line for each option. */
function foretold(name: string, have: Parts, wanted: Parts, strict: boolean): PlainMap {
  const lines: string[] = [];
  let changes = false;
  const differs = (line: string): void => {
    changes = true;
    lines.push(line);
  };
  const compare = (before: ValueMap, after: ValueMap, where: string): void => {
    for (const [key, value] of mapEntries(after)) {
      const known = mapGet(before, str(key));
      if (known !== undefined && str(known) === str(value)) lines.push(`Unchanged key ${str(key)}${where}.`);
      else differs(`Changed key ${str(key)}${where}.`);
    }
  };
  compare(have.options, wanted.options, '');
  if (strict) {
    for (const key of surplus(have.options, wanted.options)) differs(`Removed key ${key}.`);
    for (const key of surplus(have.sections, wanted.sections)) differs(`Removed section ${key}.`);
  }
  for (const [section, body] of mapEntries(wanted.sections)) {
    const before = mapOr(mapGet(have.sections, str(section)));
    if (strict) for (const key of surplus(before, mapOr(body))) differs(`Deleted key ${key}${inSection(str(section))}.`);
    compare(before, mapOr(body), inSection(str(section)));
  }
  return { name, changes: {}, result: changes ? null : true, comment: lines.map((line) => `${line}\n`).join('') };
}

/** Removes what is not asked for; gives the changes. */
async function removeSurplus(at: Place, have: Parts, wanted: Parts, ctx: Context): Promise<[string, Value][]> {
  const changes: [string, Value][] = [];
  for (const key of surplus(have.options, wanted.options)) {
    await ini('remove_option', at, { section: null, option: key }, ctx);
    changes.push([key, { before: mapGet(have.options, key) ?? null, after: null }]);
  }
  for (const key of surplus(have.sections, wanted.sections)) {
    await ini('remove_section', at, { section: key }, ctx);
    changes.push([key, { before: mapGet(have.sections, key) ?? null, after: null }]);
  }
  return changes;
}

async function optionsPresent(at: Place, sections: ValueMap, strict: boolean, noSpaces: Value, ctx: Context): Promise<PlainMap> {
  const have = partsOf(mapOr(await ini('get_ini', at, {}, ctx)));
  const wanted = partsOf(sections);
  if (ctx.test) return foretold(at.name, have, wanted, strict);
  const set = async (values: ValueMap): Promise<ValueMap> => mapOr(await ini('set_option', at, { sections: values, no_spaces: noSpaces }, ctx));
  const changes = mapEntries(await set(wanted.options)).map(([key, value]): [string, Value] => [str(key), value]);
  if (strict) changes.push(...await removeSurplus(at, have, wanted, ctx));
  for (const [key, body] of mapEntries(wanted.sections)) {
    const section = str(key);
    const gone: [string, Value][] = [];
    for (const option of strict ? surplus(mapOr(mapGet(have.sections, section)), mapOr(body)) : []) {
      await ini('remove_option', at, { section, option }, ctx);
      gone.push([option, { before: mapGet(mapOr(mapGet(have.sections, section)), option) ?? null, after: null }]);
    }
    const made = mapOr(mapGet(await set(mapFrom([[section, body]])), section));
    if (gone.length + mapSize(made) > 0) changes.push([section, mapFrom([...gone, ...mapEntries(made)])]);
  }
  return done(at.name, changes.length === 0 ? NOTHING : APPLIED, mapFrom(changes) as PlainMap);
}

/** A name with a list is a section with options to remove, any other an option of no section. */
const isSection = (keys: Value): keys is readonly Value[] => isList(keys);

async function optionsForetold(at: Place, sections: ValueMap, ctx: Context): Promise<PlainMap> {
  const lines: string[] = [];
  let changes = false;
  const tell = (key: string, value: Value | undefined, where: string): void => {
    changes ||= isTruthy(value);
    lines.push(isTruthy(value) ? `Deleted key ${key}${where}.` : `Key ${key}${where} does not exist.`);
  };
  const have = mapOr(await ini('get_ini', at, {}, ctx));
  for (const [name, keys] of mapEntries(sections)) {
    if (!isSection(keys)) tell(str(name), mapGet(have, str(name)), '');
    else for (const key of keys) tell(str(key), mapGet(mapOr(mapGet(have, str(name))), str(key)), inSection(str(name)));
  }
  return { name: at.name, changes: {}, result: changes ? null : true, comment: lines.length === 0 ? 'No changes detected.' : lines.map((line) => `${line}\n`).join('') };
}

async function optionsAbsent(at: Place, sections: ValueMap, ctx: Context): Promise<PlainMap> {
  if (ctx.test) return optionsForetold(at, sections, ctx);
  const changes: [Value, Value][] = [];
  for (const [name, keys] of mapEntries(sections)) {
    const gone: [Value, Value][] = [];
    for (const option of isSection(keys) ? keys.map(str) : [str(name)]) {
      const before = await ini('remove_option', at, { section: isSection(keys) ? str(name) : null, option }, ctx);
      if (isTruthy(before)) gone.push([option, before]);
    }
    if (gone.length > 0) changes.push([str(name), isSection(keys) ? mapFrom(gone) : gone[0]?.[1] ?? null]);
  }
  return done(at.name, changes.length === 0 ? NOTHING : APPLIED, mapFrom(changes) as PlainMap);
}

const namesOf = (sections: Value): string[] => (isMap(sections) ? mapKeys(sections) : isList(sections) ? sections : sections === null ? [] : [sections]).map(str);

interface Wording {
  readonly there: string;
  readonly missing: string;
  /** Whether a section that is there means a change. */
  readonly changesWhen: boolean;
}

async function sectionsForetold(at: Place, names: readonly string[], words: Wording, ctx: Context): Promise<PlainMap> {
  const have = mapKeys(mapOr(await ini('get_ini', at, {}, ctx)));
  const rows = names.map((name) => ({ name, there: have.includes(name) }));
  const comment = rows.map(({ name, there }) => `${(there ? words.there : words.missing).replace('%s', () => name)}\n`).join('');
  return { name: at.name, changes: {}, result: rows.some(({ there }) => there === words.changesWhen) ? null : true, comment: comment === '' ? 'No changes detected.' : comment };
}

async function sectionsPresent(at: Place, names: readonly string[], ctx: Context): Promise<PlainMap> {
  if (ctx.test) return sectionsForetold(at, names, { there: 'Section unchanged %s.', missing: 'Created new section %s.', changesWhen: false }, ctx);
  const changes = mapOr(await ini('set_option', at, { sections: mapFrom(names.map((name) => [name, {}])) }, ctx));
  return done(at.name, mapSize(changes) === 0 ? NOTHING : APPLIED, changes as PlainMap);
}

async function sectionsAbsent(at: Place, names: readonly string[], ctx: Context): Promise<PlainMap> {
  if (ctx.test) return sectionsForetold(at, names, { there: 'Deleted section %s.', missing: 'Section %s does not exist.', changesWhen: true }, ctx);
  const changes: [Value, Value][] = [];
  for (const section of names) {
    const gone = await ini('remove_section', at, { section }, ctx);
    if (gone !== null) changes.push([section, gone]);
  }
  return done(at.name, changes.length === 0 ? NOTHING : APPLIED, mapFrom(changes) as PlainMap);
}

/** A file that cannot be read or written fails the state with the words of the module. */
async function orFailed(name: string, work: Promise<PlainMap>): Promise<PlainMap> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    return { name, changes: {}, result: false, comment: error.message };
  }
}

const place = { separator: p.string('='), encoding: p.string(null) };
const sections = p.any(null);

export default defineState({
  name: 'ini_manage',
  serves: 'ini',
  virtual: async (ctx) => (await ctx.has('ini.set_option') ? true : 'ini module could not be loaded'),
  doc: 'Options and sections of ini files.',
  functions: {
    options_present: fn({
      doc: 'Make sure that options have these values; with `strict` no others are left.',
      params: { name: p.string(), sections, separator: place.separator, strict: p.any(false), encoding: place.encoding, no_spaces: p.any(false) },
      run: (args, ctx) => orFailed(args.name, optionsPresent(args, mapOr(args.sections), isTruthy(args.strict), args.no_spaces, ctx)),
    }),
    options_absent: fn({
      doc: 'Make sure that options are not there.',
      params: { name: p.string(), sections, ...place },
      run: (args, ctx) => orFailed(args.name, optionsAbsent(args, mapOr(args.sections), ctx)),
    }),
    sections_present: fn({
      doc: 'Make sure that sections are there.',
      params: { name: p.string(), sections, ...place },
      run: (args, ctx) => orFailed(args.name, sectionsPresent(args, namesOf(args.sections), ctx)),
    }),
    sections_absent: fn({
      doc: 'Make sure that sections are not there.',
      params: { name: p.string(), sections, ...place },
      run: (args, ctx) => orFailed(args.name, sectionsAbsent(args, namesOf(args.sections), ctx)),
    }),
  },
});
