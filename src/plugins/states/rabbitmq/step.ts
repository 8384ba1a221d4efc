/** What states of RabbitMQ have in common. */
import type { Context } from '../../../kernel/contract/context.js';
import { isPlainMap, mapValues, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { str } from '../../../kernel/std/python-text.js';
import { guarded as guard } from '../outcome/step.js';

/** What the program refuses fails the state alone. */
export const guarded = (name: string, work: () => Promise<PlainMap>): Promise<PlainMap> => guard(name, work, 'Error: ');

export const virtual = async (ctx: Context): Promise<true | string> => ((await ctx.sys.which('rabbitmqctl')) === undefined ? 'Command not found: rabbitmqctl' : true);

/** What the program said when it worked. */
export const saidIn = (answer: Value): string => (isPlainMap(answer) ? mapValues(answer).map(str).join('\n') : str(answer));
