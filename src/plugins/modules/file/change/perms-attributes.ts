/** The part of `file.check_perms` that deals with the attributes of `chattr`. */
import { attributeChange, changeAttributes, readAttributes } from '../look/attributes.js';
import type { Check } from './outcome.js';

/** Sets attributes to exactly these letters. */
export async function alignAttributes({ ctx, path, outcome, comments }: Check, wanted: string): Promise<void> {
  const letters = async (): Promise<string> => ((await readAttributes(ctx, path))?.[path] ?? []).join('');
  const change = await attributeChange(ctx, path, wanted);
  if (change === null || (change.added === null && change.removed === null)) return;
  const old = await letters();
  let now = wanted;
  if (!ctx.test) {
    if (change.added !== null) await changeAttributes(ctx, [path], { operator: 'add', attributes: change.added });
    if (change.removed !== null) await changeAttributes(ctx, [path], { operator: 'remove', attributes: change.removed });
    const left = await attributeChange(ctx, path, wanted);
    if (left !== null && (left.added !== null || left.removed !== null)) {
      outcome.result = false;
      comments.push(`Failed to change attributes to ${wanted}`);
      now = await letters();
    }
  }
  if (old !== now) outcome.changes['attrs'] = { old, new: now };
}
