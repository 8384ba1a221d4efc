/** The order of a run for people: number, state, where it is written, what it waits for. */
import type { StateStep } from '../../../kernel/contract/state-engine.js';
import { str } from '../../../kernel/std/python-text.js';

export function orderText(steps: readonly StateStep[]): string {
  const width = String(steps.length).length;
  const places = new Map(steps.map(({ tag }, at) => [tag, at + 1]));
  return steps.map(({ low, needs }, at) => {
    const [id, name] = [str(low['__id__'] ?? null), str(low['name'] ?? null)];
    const head = `${String(at + 1).padStart(width)}  ${str(low['state'] ?? null)}.${str(low['fun'] ?? null)}  ${id}${name === id ? '' : ` (${name})`}  [${str(low['__sls__'] ?? null)}]`;
    const waits = needs.map(([kind, tag]) => `${' '.repeat(width)}    ${kind} ${places.get(tag) ?? '?'}`);
    return [head, ...new Set(waits)].join('\n');
  }).join('\n');
}
