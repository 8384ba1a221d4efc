/** Owner and mode of a managed file whose content stays. */
import { isPlainMap, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { answerOf, hasChanges } from '../ground/answer.js';
import type { Target } from './target.js';

export async function alignRights({ ctx, path, args, user, mode, selinux, begun }: Target): Promise<PlainMap> {
  const checked = await ctx.call('file.check_perms', [path, begun, user, args.group, mode, args.attrs, args.follow_symlinks], selinux);
  const answer = answerOf(checked);
  const perms = Array.isArray(checked) ? (checked as readonly Value[])[1] : undefined;
  const before = isPlainMap(perms) ? perms['lmode'] : undefined;
  if (ctx.test) {
    const differs = mode !== null && typeof before === 'string' && before !== mode;
    const comment = differs ? `File ${path} will be updated with permissions ${mode} from its current state of ${before}` : `File ${path} not updated`;
    return { ...answer, comment };
  }
  if (hasChanges(answer) || answer.result === false) return answer;
  return { ...answer, comment: `File ${path} exists with proper permissions. No changes made.` };
}
