/** One state in full: id, function, result, comment, times, changes, warnings. */
import type { ColorName } from '../../../kernel/std/colors.js';
import { strip, stripStart } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';
import { wrapText } from '../../../kernel/std/python-wrap.js';
import { isMap, mapEntries, mapGet, mapHas, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { needItem, needKey } from '../parts/python-errors.js';
import { paint, type View } from './view.js';
import { warningTexts } from './warnings.js';

/** Column of values, and of everything that continues them. */
const INDENT = ' '.repeat(14);
const WARNING_WIDTH = 80;

/** One state as the run recorded it. */
export interface State {
  /** The parts of its tag: module, id, name, function. */
  readonly parts: readonly string[];
  readonly record: ValueMap;
  readonly color: ColorName;
}

/** What was added to the comment under `data`. */
function dataText(data: Value): string {
  if (Array.isArray(data)) return data.map((item: Value) => ` ${str(item)}`).join('');
  if (!isMap(data)) return ` ${str(data)}`;
  return mapEntries(data).map(([key, value]) => `\n\t\t${str(key)}: ${str(value)}`).join('');
}

function commentText(record: ValueMap): string {
  const comment = strip(str(needKey(record, 'comment'))).replaceAll('\n', `\n${INDENT}`);
  const data = mapGet(record, 'data');
  return data === undefined ? comment : comment + dataText(data);
}

function durationText(record: ValueMap): string {
  const duration = mapGet(record, 'duration') ?? '';
  return duration === '' ? '' : `${str(duration)} ms`;
}

/** The lines of a state; `changes` is the text behind `Changes:`. */
export function stateBlock(state: State, changes: string, view: View): string[] {
  const { parts, record, color } = state;
  const [id, name] = [needItem(parts, 1), needItem(parts, 2)];
  const line = (label: string, text: string): string => `    ${paint(view, color, `${label}: ${text}`)}`;
  const times = view.withTimes && mapHas(record, 'start_time');
  return [
    paint(view, color, '----------'),
    line('      ID', id),
    line('Function', `${needItem(parts, 0)}.${needItem(parts, 3)}`),
    ...(id === name ? [] : [line('    Name', name)]),
    line('  Result', str(needKey(record, 'result'))),
    line(' Comment', commentText(record)),
    ...placeLines(state, view).map((place) => line('     SLS', place)),
    ...(times ? [line(' Started', str(needKey(record, 'start_time'))), line('Duration', durationText(record))] : []),
    paint(view, color, `     Changes:   ${changes}`),
    ...warningLines(record, view),
  ];
}

/** Of a failed state, where people find it: the file and the line. */
function placeLines({ record }: State, { placeOf }: View): string[] {
  const [sls, id] = [mapGet(record, '__sls__'), mapGet(record, '__id__')];
  if (placeOf === undefined || mapGet(record, 'result') !== false || typeof sls !== 'string' || typeof id !== 'string') return [];
  const place = placeOf(sls, id);
  return place === undefined ? [] : [place];
}

function warningLines(record: ValueMap, view: View): string[] {
  const warnings = mapGet(record, 'warnings');
  if (warnings === undefined) return [];
  const text = stripStart(wrapText(warningTexts(warnings).join('\n'), WARNING_WIDTH, INDENT));
  return [`   ${view.colors.LIGHT_RED} Warnings: ${text}${view.colors.ENDC}`];
}
