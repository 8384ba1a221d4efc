/** `file.manage_file`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { failedOutcome, outcomeFrom, type Outcome } from '../change/outcome.js';
import { expandUser } from '../../../../kernel/sys/file/probe.js';
import { manageExisting } from './manage-existing.js';
import { manageNew } from './manage-new.js';
import { beginManaging, isThere, ManageFailure, type Managed, type ManageWish } from './managed.js';

/** The outcome for a state: name, changes, comment, result. */
export async function manageFile(ctx: Context, wish: ManageWish): Promise<Outcome> {
  let managed: Managed | undefined;
  try {
    managed = await beginManaging(ctx, wish);
    return await ((await isThere(managed)) ? manageExisting(managed) : manageNew(managed));
  } catch (error) {
    if (!(error instanceof ManageFailure)) throw error;
    const outcome = managed?.outcome ?? outcomeFrom(wish.ret, await expandUser(ctx.sys, wish.name), '');
    return failedOutcome(outcome, error.message);
  }
}
