/** What the states of MySQL have in common. */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { step as anyStep, type Step } from '../outcome/step.js';

export const virtual = async (ctx: Context): Promise<string | true> => (await ctx.has('mysql.query') ? true : 'mysql module could not be loaded');

/** As Salt, with the words of the server in brackets. */
export const step = (one: Step, ctx: Context): Promise<PlainMap> => anyStep({ ...one, because: (words) => ` (${words})` }, ctx);

/** The functions fail with the reason, instead of giving False. */
export const strictly = (given: PlainMap): PlainMap => ({ ...given, connection_strict: true });
