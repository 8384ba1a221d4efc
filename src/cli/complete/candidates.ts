/**
 * What may stand at the end of a command line: options from the program's own table, names from what is installed and from
 * the key store. The shells call it through `tsalt-complete`.
 */
import { takesValue, allRows, type OptionRow, type ProgramTable } from '../options/option.js';

/** Where names come from; each is asked for only when it can stand here. */
export interface Names {
  /** Accepted minions. */
  minions(): readonly string[];
  /** Minions whose keys are in these folders: `minions_pre`, ... */
  keys(states: readonly string[]): readonly string[];
  nodegroups(): readonly string[];
  /** `modules`, `runners`, `wheel`: full names. */
  functions(kind: string): readonly string[];
  /** File names of a kind: `output`, `returners`. */
  plugins(kind: string): readonly string[];
  /** Parameters of a function, as `name=`. */
  parameters(kind: string, fun: string): readonly string[];
}

export interface LineStart {
  readonly table: ProgramTable;
  /** The words between the program and the one that is being typed. */
  readonly words: readonly string[];
  /** What is typed of the last word. */
  readonly prefix: string;
}

/** Kind of functions each program calls, and how many words stand before the function. */
const FUNCTIONS: Readonly<Record<string, { readonly kind: string; readonly before: number }>> = {
  tsalt: { kind: 'modules', before: 1 }, 'tsalt-call': { kind: 'modules', before: 0 }, 'tsalt-run': { kind: 'runners', before: 0 },
};
const TARGETED = new Set(['tsalt', 'tsalt-cp']);
/** From which folders of the key store the value of an option of `tsalt-key` is. */
const KEY_STATES: Readonly<Record<string, readonly string[]>> = {
  accept: ['minions_pre', 'minions_rejected'], reject: ['minions_pre', 'minions'], delete: ['minions', 'minions_pre', 'minions_rejected', 'minions_denied'],
  finger: ['minions', 'minions_pre', 'minions_rejected'], print: ['minions', 'minions_pre', 'minions_rejected'],
};
const KEY_LISTS = ['pre', 'un', 'unaccepted', 'acc', 'accepted', 'rej', 'rejected', 'den', 'denied', 'all'];
const STATE_OUTPUTS = ['full', 'terse', 'mixed', 'changes', 'filter'].flatMap((name) => [name, `${name}_id`]);

/** Sorted, each once; those that begin with what is typed. */
export function candidates(line: LineStart, names: Names): string[] {
  return [...new Set(possible(line, names))].filter((word) => word.startsWith(line.prefix)).sort();
}

function possible({ table, words, prefix }: LineStart, names: Names): readonly string[] {
  const rows = allRows(table);
  const { open, plain, given } = read(words, rows);
  if (open !== undefined) return values(open, names);
  const equals = prefix.startsWith('--') ? prefix.indexOf('=') : -1;
  if (equals > 0) {
    const row = rows.find(({ flags }) => flags.includes(prefix.slice(0, equals)));
    return row === undefined ? [] : values(row, names).map((value) => `${prefix.slice(0, equals)}=${value}`);
  }
  if (prefix.startsWith('-')) return rows.flatMap(({ flags }) => flags);
  return wordsOf(table.name, plain, given, names, prefix);
}

function wordsOf(program: string, plain: readonly string[], given: ReadonlySet<string>, names: Names, prefix: string): readonly string[] {
  if (TARGETED.has(program) && plain.length === 0) return given.has('list') ? listed(prefix, names) : targets(given, names);
  const called = FUNCTIONS[program];
  if (called === undefined || plain.length < called.before) return [];
  if (plain.length === called.before) return names.functions(called.kind);
  return names.parameters(called.kind, plain[called.before] ?? '');
}

function targets(given: ReadonlySet<string>, names: Names): readonly string[] {
  if (given.has('nodegroup')) return names.nodegroups();
  return [...given].some((dest) => ['grain', 'grain_pcre', 'pillar_target', 'pillar_pcre', 'ipcidr', 'range'].includes(dest)) ? [] : ["'*'", ...names.minions()];
}

/** The list that is typed, with one more minion that is not in it. */
function listed(prefix: string, names: Names): readonly string[] {
  const known = prefix.split(',').slice(0, -1);
  return names.minions().filter((id) => !known.includes(id)).map((id) => [...known, id].join(','));
}

function values(row: OptionRow, names: Names): readonly string[] {
  if (row.choices !== undefined) return row.choices;
  const states = KEY_STATES[row.dest];
  if (states !== undefined && row.flags.some((flag) => flag === `--${row.dest}`)) return names.keys(states);
  switch (row.dest) {
    case 'output': return names.plugins('output');
    case 'return': return names.plugins('returners');
    case 'list': return KEY_LISTS;
    case 'state_output': return STATE_OUTPUTS;
    case 'state_verbose': return ['True', 'False'];
    default: return [];
  }
}

interface ReadWords {
  /** The option whose value comes next. */
  readonly open: OptionRow | undefined;
  readonly plain: readonly string[];
  /** What the options given so far set. */
  readonly given: ReadonlySet<string>;
}

/** As the program would read them, but nothing is an error: the line is not finished. */
function read(words: readonly string[], rows: readonly OptionRow[]): ReadWords {
  const plain: string[] = [];
  const given = new Set<string>();
  let open: OptionRow | undefined;
  for (const word of words) {
    if (open !== undefined) {
      open = undefined;
      continue;
    }
    if (!word.startsWith('-') || word === '-') {
      plain.push(word);
      continue;
    }
    const flag = word.startsWith('--') ? word.replace(/=.*$/s, '') : `-${word.at(-1) ?? ''}`;
    const row = rows.find(({ flags }) => flags.includes(flag));
    if (row === undefined) continue;
    given.add(row.dest);
    if (takesValue(row) && !word.includes('=')) open = row;
  }
  return { open, plain, given };
}
