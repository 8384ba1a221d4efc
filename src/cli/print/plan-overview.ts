/** `state.plan`: minions with equal plans are shown once. For programs (`--out json`) the groups are the data. */
import { PlanGroups } from '../../kernel/contract/state-plan.js';
import type { CliContext } from '../context.js';
import type { Overview } from './overview.js';

export function planOverview({ show }: Pick<CliContext, 'show'>, outputter: string | null): Overview {
  const groups = new PlanGroups();
  return {
    replacesAnswers: true,
    returned: (minion, answer) => groups.add(minion, answer),
    missing: (minion) => groups.miss(minion),
    end: () => show(groups.value(), outputter ?? 'plan'),
  };
}
