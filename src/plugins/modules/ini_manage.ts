/** Options and sections of ini files. */
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, type Value } from '../../kernel/std/value.js';
import { readDocument, writeDocument, type Place } from './ini_manage/document.js';
import { Section, type Entry } from './ini_manage/section.js';

const place = { separator: p.string('='), encoding: p.string(null) };
interface Given {
  readonly file_name: string;
  readonly separator: string;
  readonly encoding: string | null;
}
const placeOf = ({ file_name: path, separator, encoding }: Given, noSpaces: Value = false): Place => ({ path, separator, encoding, noSpaces: isTruthy(noSpaces) });

/** A section without its comments, as calls give it. */
const shown = (entry: Entry): Value => (entry instanceof Section ? entry.plain() : entry);
const options = (section: Section): Value => section.plain({ onlyOptions: true });

function sectionOnly(entry: Entry): Section {
  if (entry instanceof Section) return entry;
  throw new PythonError('AttributeError', "'str' object has no attribute 'items'");
}

async function removeOption(given: Given, section: Value, option: string, ctx: Context): Promise<Value> {
  const at = placeOf(given);
  const document = await readDocument(at, ctx);
  const found = section === null ? undefined : document.entries.get(str(section));
  // An option of no known section is looked for above all sections.
  const entries = found instanceof Section ? found.entries : document.entries;
  const before = entries.get(option);
  entries.delete(option);
  await writeDocument(document, at, ctx);
  return before === undefined ? null : shown(before);
}

async function removeSection(given: Given, name: string, ctx: Context): Promise<Value> {
  const at = placeOf(given);
  const document = await readDocument(at, ctx);
  const found = document.entries.get(name);
  if (found === undefined) return null;
  document.entries.delete(name);
  await writeDocument(document, at, ctx);
  return options(sectionOnly(found));
}

async function option(given: Given, section: Value, name: string, ctx: Context): Promise<Value> {
  const document = await readDocument(placeOf(given), ctx);
  const from = isTruthy(section) ? document.entries.get(str(section)) : document;
  const found = from instanceof Section ? from.entries.get(name) : undefined;
  return found === undefined ? null : shown(found);
}

export default defineModule({
  name: 'ini_manage',
  serves: 'ini',
  doc: 'Reads and edits options and sections of ini files; comments stay.',
  functions: {
    set_option: fn({
      doc: "Set options and sections; gives what changed.\n\nsalt '*' ini.set_option /path/to/ini '{section_foo: {key: value}}'",
      params: { file_name: p.string(), sections: p.any(null, 'options by section; those of no section directly'), ...place, no_spaces: p.any(false, 'no blanks around the separator') },
      async run(args, ctx) {
        const at = placeOf(args, args.no_spaces);
        const document = await readDocument(at, ctx);
        const changes = document.update(isMap(args.sections) ? args.sections : {});
        await writeDocument(document, at, ctx);
        return changes;
      },
    }),
    get_option: fn({
      doc: "Give the value of an option, or None.\n\nsalt '*' ini.get_option /path/to/ini section_name option_name",
      params: { file_name: p.string(), section: p.any(), option: p.string(), ...place },
      run: (args, ctx) => option(args, args.section, args.option, ctx),
    }),
    remove_option: fn({
      doc: "Remove an option; gives the value it had.\n\nsalt '*' ini.remove_option /path/to/ini section_name option_name",
      params: { file_name: p.string(), section: p.any(), option: p.string(), ...place },
      run: (args, ctx) => removeOption(args, args.section, args.option, ctx),
    }),
    get_section: fn({
      doc: "Give the options of a section.\n\nsalt '*' ini.get_section /path/to/ini section_name",
      params: { file_name: p.string(), section: p.string(), ...place },
      async run(args, ctx) {
        const found = (await readDocument(placeOf(args), ctx)).entries.get(args.section);
        return found === undefined ? {} : options(sectionOnly(found));
      },
    }),
    remove_section: fn({
      doc: "Remove a section; gives its options.\n\nsalt '*' ini.remove_section /path/to/ini section_name",
      params: { file_name: p.string(), section: p.string(), ...place },
      run: (args, ctx) => removeSection(args, args.section, ctx),
    }),
    get_ini: fn({
      doc: "Give all options, by section.\n\nsalt '*' ini.get_ini /path/to/ini",
      params: { file_name: p.string(), ...place },
      run: async (args, ctx) => options(await readDocument(placeOf(args), ctx)),
    }),
  },
});
