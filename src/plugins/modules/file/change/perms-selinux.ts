/** The part of `file.check_perms` that deals with the SELinux context. */
import { str } from '../../../../kernel/std/python-text.js';
import { contextParts, readContext, setContext, type ContextParts } from '../look/selinux.js';
import type { Check } from './outcome.js';

type Part = keyof ContextParts;
const PARTS: readonly (readonly [Part, string])[] = [
  ['user', 'User'], ['role', 'Role'], ['type', 'Type'], ['range', 'Range'],
];

/** Sets the parts that differ. */
export async function alignContext(check: Check, wish: ContextParts): Promise<void> {
  const { ctx, path, outcome, comments } = check;
  const now = contextParts(await readContext(ctx, path));
  if (now === undefined) {
    outcome.result = false;
    comments.push('Failed to get selinux attributes');
    return;
  }
  const asked = PARTS.filter(([part]) => wish[part] && wish[part] !== now[part]);
  if (asked.length === 0) return;
  const list = (parts: ContextParts): string => asked.map(([part, title]) => `${title}: ${parts[part] ?? ''}`).join(' ');
  const change = { Old: list(now), New: list(wish) };
  if (ctx.test) {
    comments.splice(0, comments.length, `File ${path} selinux context to be updated`);
    outcome.result = null;
    outcome.changes['selinux'] = change;
    return;
  }
  const wanted = Object.fromEntries(PARTS.map(([part]) => [part, asked.some(([name]) => name === part) ? wish[part] : null]));
  const parts: ContextParts = {
    user: wanted['user'] ?? null, role: wanted['role'] ?? null, range: wanted['range'] ?? null,
    // Source: read. chcon needs a type beside the other parts when the change is kept in the policy.
    type: wanted['type'] ?? now.type,
  };
  const reached = contextParts(str(await setContext(ctx, path, parts, true)));
  if (reached === undefined) {
    outcome.result = false;
    comments.push('Failed to set selinux attributes');
    return;
  }
  comments.push(`The file ${path} is set to be changed`);
  for (const [part] of asked) {
    if (reached[part] === wish[part]) continue;
    comments.push(`Unable to update se${part} context`);
    outcome.result = false;
  }
  outcome.changes['selinux'] = change;
}
