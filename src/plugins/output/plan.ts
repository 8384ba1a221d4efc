/** Plans of minions (`state.plan`), grouped by equal change; ours. Anything else is printed as `nested` does. */
import { defineOutput } from '../../kernel/contract/plugin.js';
import { isPlanGroups, PlanGroups } from '../../kernel/contract/state-plan.js';
import { isPlainMap, type Value } from '../../kernel/std/value.js';
import nested from './nested.js';
import { planText } from './plan/text.js';

export default defineOutput({
  name: 'plan',
  output(data, opts, options) {
    if (isPlanGroups(data)) return planText(data, opts);
    return isPlainMap(data) && Object.values(data).some(isOnePlan) ? planText(grouped(data), opts) : nested.output(data, opts, options);
  },
});

const isOnePlan = (value: Value): boolean => isPlainMap(value) && 'unchanged' in value && 'changes' in value && 'unknown' in value;

function grouped(answers: Readonly<Record<string, Value>>) {
  const groups = new PlanGroups();
  for (const [minion, answer] of Object.entries(answers)) groups.add(minion, answer);
  return groups.value();
}
