/** The text of grouped plans: for each group who shares it, what would happen to which state, and a last line with counts. */
import { PLAN_KINDS, type PlanKind } from '../../../kernel/contract/state-plan.js';
import { hideEscapes, type ColorName, type Colors } from '../../../kernel/std/colors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { colorsOf, type Options } from '../parts/options.js';
import { changeLines } from './changes.js';

/** Minions that are named; the others are counted. JSON has all. */
const NAMED_MAX = 40;
const HEADINGS: Readonly<Record<PlanKind, readonly [string, ColorName]>> = {
  fails: ['would fail', 'LIGHT_RED'], changes: ['would change', 'CYAN'], unknown: ['would run, and cannot say beforehand what it changes', 'LIGHT_YELLOW'],
};

export function planText(value: PlainMap, opts: Options): string {
  const colors = colorsOf(opts);
  const parts = [
    ...mapsOf(value['groups']).map((group) => groupLines(group, colors)),
    ...mapsOf(value['errors']).map((refused) => refusedLines(refused, colors)),
    ...missingLines(textsOf(value['missing']), colors), [countsLine(value)],
  ];
  return parts.map((lines) => lines.join('\n')).join('\n\n');
}

function groupLines(group: PlainMap, colors: Colors): string[] {
  const unchanged = Number(group['unchanged'] ?? 0);
  const kinds = PLAN_KINDS.filter((kind) => mapsOf(group[kind]).length > 0);
  const lines = [headLine(textsOf(group['minions']), kinds.length === 0 ? 'GREEN' : HEADINGS[kinds[0] ?? 'changes'][1], colors)];
  for (const kind of kinds) {
    const [heading, color] = HEADINGS[kind];
    lines.push(`  ${painted(colors, color, `${heading}:`)}`, ...mapsOf(group[kind]).flatMap((entry) => entryLines(entry, kind, colors)));
  }
  return [...lines, kinds.length === 0 ? `  nothing would change (${states(unchanged)})` : `  ${states(unchanged)} as they should be`];
}

/** A state, where it is written, what it says, what it would change. A comment only repeats what the changes show. */
function entryLines({ state, id, name, sls, comment, changes, place }: PlainMap, kind: PlanKind, colors: Colors): string[] {
  const [called, named] = [shown(id), shown(name)];
  const head = `    ${painted(colors, HEADINGS[kind][1], `${shown(state)}  ${called}${named === called ? '' : ` (${named})`}`)}  [${shown(sls)}]`;
  const said = shown(comment).trim();
  const where = kind === 'fails' && typeof place === 'string' ? [`        SLS: ${hideEscapes(place)}`] : [];
  return [head, ...where, ...(said === '' ? [] : said.split('\n').map((line) => `        ${line}`.trimEnd())), ...changeLines(changes ?? {}, 8, colors)];
}

function refusedLines(refused: PlainMap, colors: Colors): string[] {
  const lines = textsOf(refused['errors']).flatMap((error) => hideEscapes(error).split('\n').map((line) => `    ${line}`.trimEnd()));
  return [headLine(textsOf(refused['minions']), 'LIGHT_RED', colors), `  ${painted(colors, 'LIGHT_RED', 'there is no plan:')}`, ...lines];
}

function missingLines(missing: readonly string[], colors: Colors): string[][] {
  return missing.length === 0 ? [] : [[headLine(missing, 'LIGHT_RED', colors), '  did not answer']];
}

function headLine(minions: readonly string[], color: ColorName, colors: Colors): string {
  const more = minions.length > NAMED_MAX ? ` and ${minions.length - NAMED_MAX} more` : '';
  const count = minions.length > 1 ? ` (${minions.length} minions)` : '';
  return `${painted(colors, color, `${minions.slice(0, NAMED_MAX).map(hideEscapes).join(', ')}${more}`)}${count}`;
}

/** `Plan for 7 minions: 1 would fail, 4 would change, 2 would not change` */
function countsLine(value: PlainMap): string {
  const counts = isPlainMap(value['minions']) ? value['minions'] : {};
  const groups = mapsOf(value['groups']);
  const answered = groups.reduce((sum, { minions }) => sum + textsOf(minions).length, 0);
  const words: readonly (readonly [string, string])[] = [
    ['fails', 'with states that would fail'], ['changes', 'with changes'], ['unknown', 'with states that cannot say'], ['unchanged', 'unchanged'], ['errors', 'without a plan'],
    ['missing', 'did not answer'],
  ];
  const told = words.filter(([name]) => Number(counts[name] ?? 0) > 0).map(([name, text]) => `${str(counts[name] ?? 0)} ${text}`);
  const all = answered + Number(counts['errors'] ?? 0) + Number(counts['missing'] ?? 0);
  return `Plan for ${all} ${all === 1 ? 'minion' : 'minions'} in ${groups.length} ${groups.length === 1 ? 'group' : 'groups'}: ${told.join(', ') || 'nobody answered'}`;
}

const states = (count: number): string => `${count} ${count === 1 ? 'state' : 'states'}`;
const shown = (value: Value | undefined): string => hideEscapes(str(value ?? ''));
const painted = (colors: Colors, color: ColorName, text: string): string => `${colors[color]}${text}${colors.ENDC}`;
const mapsOf = (value: Value | undefined): PlainMap[] => (isList(value ?? null) ? (value as readonly Value[]).filter((one): one is PlainMap => isPlainMap(one)) : []);
const textsOf = (value: Value | undefined): string[] => (isList(value ?? null) ? (value as readonly Value[]).map(str) : []);
