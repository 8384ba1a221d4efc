/** Draws what led to what, as `event.trace` gives it; ours. Anything else is printed as `nested` does. */
import { defineOutput } from '../../kernel/contract/plugin.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import nested from './nested.js';

/** Minions that are named one by one. */
const NAMED_MAX = 20;

function lines(happening: PlainMap, indent: string, isLast: boolean, isRoot: boolean): string[] {
  const { kind, what, id, at, minion, returns, led_to: led } = happening;
  const from = typeof minion === 'string' ? ` from ${minion}` : '';
  const own = `${isRoot ? '' : `${indent}${isLast ? '└─' : '├─'} `}${String(kind)} ${String(what)}${from}  [${String(id)}, ${String(at)}]`;
  const below = isRoot ? '' : `${indent}${isLast ? '   ' : '│  '}`;
  const next = isList(led ?? null) ? (led as readonly Value[]).filter(isPlainMap) : [];
  const answers = isPlainMap(returns ?? null) ? Object.entries(returns as PlainMap) : [];
  const told = answers.slice(0, NAMED_MAX).map(([name, outcome]) => `return of ${name}: ${outcomeText(outcome)}`);
  if (answers.length > NAMED_MAX) told.push(`${answers.length - NAMED_MAX} further returns`);
  return [
    own,
    ...told.map((text, at_) => `${below}${next.length === 0 && at_ === told.length - 1 ? '└─' : '├─'} ${text}`),
    ...next.flatMap((one, at_) => lines(one, below, at_ === next.length - 1, false)),
  ];
}

function outcomeText(outcome: Value): string {
  const { success, retcode } = isPlainMap(outcome) ? outcome : {};
  return success === true ? 'done' : `failed (exit code ${String(retcode ?? 'unknown')})`;
}

export default defineOutput({
  name: 'trace',
  output: (data, opts, options) => (isPlainMap(data) && typeof data['kind'] === 'string' && typeof data['what'] === 'string'
    ? `${lines(data, '', true, true).join('\n')}\n` : nested.output(data, opts, options)),
});
