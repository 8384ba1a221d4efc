/** Services that are started at boot, or not. */
import type { Context } from '../../../kernel/contract/context.js';
import { isTruthy, type PlainMap } from '../../../kernel/std/value.js';
import { tried } from '../outcome/failure.js';

/** How the service itself is: it runs, it is as it was asked for, or it is dead. */
export type Condition = 'running' | 'wanted' | 'dead';

interface Direction {
  readonly verb: 'enable' | 'disable';
  readonly adjective: 'enabled' | 'disabled';
  readonly unavailable: string;
  readonly failure: Readonly<Record<Condition, string>>;
}

const ON: Direction = {
  verb: 'enable', adjective: 'enabled', unavailable: 'Enable',
  failure: { running: 'to start at boot, but the service is running', wanted: 'to start at boot, but the service was already running', dead: 'to start at boot, and the service is dead' },
};
const OFF: Direction = {
  verb: 'disable', adjective: 'disabled', unavailable: 'Disable',
  failure: { running: 'to not start at boot, and is running', wanted: 'to not start at boot, but the service was already running', dead: 'to not start at boot, and the service is dead' },
};
const WORDS: Readonly<Record<Condition, string>> = { running: 'and is running', wanted: 'and is in the desired state', dead: 'and is dead' };
const WITHOUT_TOOL: Readonly<Record<Condition, string>> = { running: 'started', wanted: 'is in the desired state', dead: 'is dead' };

/** Whether a service is known; when not, what a state says. */
export async function unavailable(name: string, ctx: Context): Promise<PlainMap | undefined> {
  const known = await ctx.has('service.available')
    ? await ctx.call('service.available', [name])
    : await ctx.has('service.get_all') && (await ctx.call('service.get_all') as readonly string[]).includes(name);
  return isTruthy(known) ? undefined : { result: false, comment: `The named service ${name} is not available` };
}

interface Asked {
  readonly condition: Condition;
  /** What the state says when nothing goes wrong here. */
  readonly result: boolean;
  readonly kwargs: PlainMap;
}

async function turn(name: string, direction: Direction, { condition, result, kwargs }: Asked, ctx: Context): Promise<PlainMap> {
  const { verb, adjective } = direction;
  const look = `service.${adjective}`;
  if (!await ctx.has(`service.${verb}`) || !await ctx.has(look)) {
    return { result, comment: `${direction.unavailable} is not available on this minion, service ${name} ${WITHOUT_TOOL[condition]}` };
  }
  const lookKwargs = verb === 'enable' ? kwargs : {};
  const before = await ctx.call(look, [name], lookKwargs);
  if (isTruthy(before)) {
    return { result, comment: `Service ${name} is already ${adjective}, ${WORDS[condition]}`, ...(condition === 'wanted' ? { changes: {} } : {}) };
  }
  if (ctx.test) return { result: null, comment: `Service ${name} set to be ${adjective}` };
  const done = verb === 'enable' ? await tried(ctx.call('service.enable', [name], kwargs)) : { value: await ctx.call('service.disable', [name], kwargs) };
  if ('value' in done && isTruthy(done.value)) {
    const isOther = await ctx.call(look, [name], lookKwargs) !== before;
    return { result, changes: isOther ? { [name]: true } : {}, comment: `Service ${name} has been ${adjective}, ${WORDS[condition]}` };
  }
  const more = 'failure' in done ? `. Additional information follows:\n\n${done.failure.message}` : '';
  return { result: false, comment: `Failed when setting service ${name} ${direction.failure[condition]}${more}` };
}

/** The part of a state's return that speaks of the boot. */
export async function startAtBoot(name: string, asked: Asked, ctx: Context): Promise<PlainMap> {
  const missing = await tried(unavailable(name, ctx));
  if ('failure' in missing) return { result: false, comment: missing.failure.message };
  return missing.value ?? turn(name, ON, asked, ctx);
}

/** A service that is not there is not started at boot. */
export async function notAtBoot(name: string, asked: Asked, ctx: Context): Promise<PlainMap> {
  const missing = await tried(unavailable(name, ctx));
  if ('failure' in missing) return { result: false, comment: missing.failure.message };
  return missing.value === undefined ? turn(name, OFF, asked, ctx) : { ...missing.value, result: true };
}

/** As `enable` of a state asks for it; nothing when nothing is asked for. */
export async function boot(name: string, enable: boolean | null, asked: Asked, ctx: Context): Promise<PlainMap> {
  if (enable === null) return {};
  return enable ? startAtBoot(name, asked, ctx) : notAtBoot(name, asked, ctx);
}
