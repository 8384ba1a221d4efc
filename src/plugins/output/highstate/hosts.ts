/**
 * State results of minions as text. Results can hold results of further minions (orchestration), so this file calls
 * itself. Start at `highstateText`.
 */
import { PythonError } from '../../../kernel/contract/errors.js';
import { hideEscapes, type ColorName } from '../../../kernel/std/colors.js';
import { pformat } from '../../../kernel/std/python-pprint.js';
import { compareValues } from '../../../kernel/std/python-order.js';
import { splitLines, stripEnd } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';
import {
  isBytes, isInteger, isMap, isTruthy, mapEntries, mapGet, mapHas, type Value, type ValueMap,
} from '../../../kernel/std/value.js';
import { decodeBytes, decodeDeep } from '../parts/decode.js';
import { nestedText } from '../parts/nested.js';
import { needItem, needKey, needMap, needText, noAttribute } from '../parts/python-errors.js';
import { stateBlock, type State } from './block.js';
import { compressIds, countJoined, countJoinedChanges } from './compress.js';
import { openEnvelope, withoutRetcode } from './envelope.js';
import { filterResult } from './filter.js';
import { terseLine } from './terse.js';
import { Totals } from './totals.js';
import { paint, type View } from './view.js';

const CHANGES_INDENT = 14;
/** Results of these hold the results of other minions. */
const ORCHESTRATIONS: readonly Value[] = ['state.orch', 'state.orchestrate', 'state.sls'];
const NO_ORDER = 'The State execution failed to record the order in which all states were executed. '
  + 'The state return missing data is:';

/** Text for results by minion; `level` counts orchestrations around them, from 1. */
export function highstateText(data: Value, view: View, level: number): string {
  const inner = openEnvelope(data);
  if (inner === null) return 'None';
  if (typeof inner === 'string') return inner;
  // Salt gives a number back as it came, and then fails to print it.
  if (!isMap(inner)) throw noAttribute(inner, 'keys');
  const clean = withoutRetcode(inner);
  const hosts = view.compressed ? compressIds(clean) : clean;
  return mapEntries(hosts).map(([host, results]) => hostText(host, results, view, level).text).join('\n');
}

interface HostText {
  readonly text: string;
  readonly changed: boolean;
}

/** What one minion gave: lines, the colour of its name, whether it changed. */
interface Body {
  readonly lines: readonly string[];
  readonly color: ColorName;
  readonly changed: boolean;
}

const decoded = (value: Value): Value => (isBytes(value) ? (decodeBytes(value) ?? value) : value);

function hostText(host: Value, results: Value, view: View, level: number): HostText {
  const name = str(decoded(host));
  const { lines, color, changed } = hostBody(name, results, view, level);
  const head = paint(view, color, `${view.stripEscapes ? hideEscapes(name) : name}:`);
  return { text: [head, ...lines].join('\n'), changed };
}

function hostBody(host: string, results: Value, view: View, level: number): Body {
  if (isMap(results)) return statesBody(host, results, view, level);
  if (Array.isArray(results)) return errorsBody(results, view);
  if (typeof results === 'string' || typeof results === 'boolean' || isInteger(results)) {
    const texts = typeof results === 'string' ? splitLines(results) : [str(results)];
    return { lines: texts.map((text) => paint(view, 'GREEN', `    ${text}`)), color: 'CYAN', changed: true };
  }
  return { lines: [], color: 'GREEN', changed: false };
}

/** A list in place of results: the states could not be compiled. */
function errorsBody(errors: readonly Value[], view: View): Body {
  const { colors } = view;
  const lines = errors.map((error) => {
    const text = decodeDeep(error);
    const shown = view.stripEscapes && typeof text === 'string' ? hideEscapes(text) : str(view.stripEscapes ? text : error);
    return paint(view, 'LIGHT_RED', `----------\n    ${shown}`);
  });
  return { lines: [`    ${colors.LIGHT_RED}Data failed to compile:${colors.ENDC}`, ...lines], color: 'LIGHT_RED', changed: false };
}

/** Complaints about results without a place in the run; the last complaint first, as Salt has it. */
function orderComplaints(results: ValueMap): string[] {
  return mapEntries(results)
    .filter(([tag, state]) => isMap(state) && tag !== 'changes' && isTruthy(state) && !mapHas(state, '__run_num__'))
    .flatMap(([, state]) => [pformat(state), NO_ORDER])
    .reverse();
}

/** What has a result, in the order of the run. @throws PythonError TypeError when places cannot be compared */
function statesInOrder(results: ValueMap): [Value, ValueMap][] {
  const states = mapEntries(results).filter((entry): entry is [Value, ValueMap] => isMap(entry[1]) && mapHas(entry[1], 'result'));
  return states.sort(([, a], [, b]) => {
    const order = compareValues(mapGet(a, '__run_num__') ?? 0, mapGet(b, '__run_num__') ?? 0);
    if (order === undefined) throw new PythonError('TypeError', "'<' not supported between places of states");
    return order;
  });
}

function statesBody(host: string, results: ValueMap, view: View, level: number): Body {
  const totals = new Totals();
  const lines = orderComplaints(results);
  let color: ColorName = 'GREEN';
  for (const [key, record] of statesInOrder(results)) {
    const tag = needText(key, 'split');
    const result = needKey(record, 'result');
    const joined = view.compressed ? countJoined(tag) : 1;
    totals.addResult(result, joined);
    totals.addDuration(mapGet(record, 'duration') ?? 0, mapHas(record, '__parallel__'));
    const { text, changed } = changesOf(record, view, level);
    if (changed) totals.changed += joined > 1 ? countJoinedChanges(needKey(record, 'changes')) : 1;
    if (view.changedOnly && isTruthy(result) && !changed) continue;
    const stateColor = result === false ? 'RED' : result === null ? 'LIGHT_YELLOW' : changed ? 'CYAN' : 'GREEN';
    if (result === false || result === null) color = stateColor;
    const state = { parts: partsOf(tag, view), record, color: stateColor } as const;
    lines.push(...stateLines(state, changed, text, view, totals));
  }
  return { lines: [...lines, ...totals.summary(host, view)], color, changed: totals.changed > 0 };
}

const modeOf = (view: View): string => needText(view.mode, 'lower').toLowerCase();

/** The parts of a tag; `..._id` shows ids in place of names. */
function partsOf(tag: string, view: View): string[] {
  const parts = tag.split('_|-');
  if (!modeOf(view).endsWith('_id')) return parts;
  needItem(parts, 2);
  return parts.with(2, needItem(parts, 1));
}

/** How `state_output` shows a state of this result. */
function styleOf(result: Value, changed: boolean, view: View): 'full' | 'terse' | 'hidden' {
  const mode = modeOf(view);
  if (mode.startsWith('filter')) return filterResult(result, view.opts);
  const isTerse = mode.startsWith('terse') || (mode.startsWith('mixed') && result !== false)
    || (mode.startsWith('changes') && isTruthy(result) && !changed);
  return isTerse ? 'terse' : 'full';
}

function stateLines(state: State, changed: boolean, changes: string, view: View, totals: Totals): string[] {
  const style = styleOf(needKey(state.record, 'result'), changed, view);
  if (style === 'hidden') return [];
  if (style === 'terse') return [terseLine(state, view)];
  // Salt counts the warnings of states that are shown in full only.
  if (mapHas(state.record, 'warnings')) totals.addWarning();
  return stateBlock(state, changes, view);
}

function changesOf(record: ValueMap, view: View, level: number): HostText {
  const changes = needKey(record, 'changes');
  if (ORCHESTRATIONS.includes(mapGet(record, 'name') ?? null)) {
    const indent = ' '.repeat(CHANGES_INDENT * level);
    const lines = `\n${highstateText(changes, view, level + 1)}`.split('\n');
    return { text: lines.map((line) => indent + line).join('\n'), changed: true };
  }
  if (!isTruthy(changes)) return { text: '', changed: false };
  if (!isMap(changes)) return { text: `Invalid Changes data: ${str(changes)}`, changed: true };
  const inner = mapGet(changes, 'ret') ?? null;
  if (inner !== null && mapGet(changes, 'out') === 'highstate') return innerHosts(needMap(inner, 'items'), view);
  return { text: `\n${stripEnd(nestedText(changes, view.opts, { indent: CHANGES_INDENT }))}`, changed: true };
}

/** Results of other minions that a state brought back, indented. */
function innerHosts(results: ValueMap, view: View): HostText {
  const hosts = mapEntries(results).map(([host, inner]) => hostText(host, inner, view, 1));
  const indent = ' '.repeat(CHANGES_INDENT);
  const text = hosts.map((host) => `\n${splitLines(host.text).map((line) => indent + line).join('\n')}`).join('');
  return { text, changed: hosts.some((host) => host.changed) };
}
