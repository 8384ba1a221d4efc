/** One state on one line. */
import { padEnd, padStart } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, mapGet, mapHas, type ValueMap } from '../../../kernel/std/value.js';
import { needItem, needKey } from '../parts/python-errors.js';
import type { State } from './block.js';
import { fillPattern } from './pattern.js';
import { paint, type View } from './view.js';
import { warningTexts } from './warnings.js';

function outcome(record: ValueMap): string {
  const result = mapGet(record, 'result');
  const changes = needKey(record, 'changes');
  if (result === false) return 'Failed';
  if (result === null) return 'Differs';
  return isTruthy(changes) ? 'Changed' : 'Clean';
}

function warningText(record: ValueMap, view: View, end: string): string {
  const warnings = mapGet(record, 'warnings');
  return warnings === undefined ? '' : paint(view, 'LIGHT_RED', `Warnings:\n${warningTexts(warnings).join('\n')}`) + end;
}

/** The line of a state, in columns or as a sentence, or after the user's own pattern. */
export function terseLine(state: State, view: View): string {
  const { parts, record, color } = state;
  const result = outcome(record);
  const [module, name, fun] = [needItem(parts, 0), needItem(parts, 2), needItem(parts, -1)];
  if (typeof view.tabular === 'string') {
    const { colors } = view;
    return fillPattern(view.tabular, [colors[color], name, module, fun, result, colors.ENDC, record]);
  }
  const times = view.withTimes && mapHas(record, 'start_time');
  const started = times ? str(needKey(record, 'start_time')) : '';
  const duration = times ? str(needKey(record, 'duration')) : '';
  if (view.tabular === true) {
    const clock = times ? `${started} [${padStart(duration, 7)} ms] ` : '';
    const columns = `${clock}${padStart(module, 10)}.${padEnd(fun, 10)} ${padEnd(result, 7)}   Name: ${name}`;
    return warningText(record, view, '\n') + paint(view, color, columns);
  }
  const clock = times ? ` - Started: ${started} - Duration: ${duration} ms` : '';
  const sentence = ` Name: ${name} - Function: ${module}.${fun} - Result: ${result}${clock}`;
  return `${warningText(record, view, '')} ${paint(view, color, sentence)}`;
}
