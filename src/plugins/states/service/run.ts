/** Services that run, or do not. */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { str } from '../../../kernel/std/python-text.js';
import { equalValues, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { tried } from '../outcome/failure.js';
import { boot, unavailable, type Condition } from './boot.js';
import { setMask } from './mask.js';
import { settle } from './settle.js';
import { systemdOptions } from './systemd-options.js';

export interface Wish {
  readonly name: string;
  readonly enable: Value;
  readonly sig: Value;
  readonly initDelay: Value;
  readonly kwargs: PlainMap;
}

/** A wish with what was found out before anything was done. */
interface Before extends Wish {
  readonly statusOptions: PlainMap;
  readonly warnings: string[];
  readonly runs: Value;
  readonly atBoot: Value;
  /** What unmasking said. */
  readonly unmasked: string;
}

const atBoot = async (name: string, ctx: Context): Promise<Value> => (await ctx.has('service.enabled') ? ctx.call('service.enabled', [name]) : true);
const lines = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n');

/** `enable` as it counts: only the real True and False do anything. */
const wantsBoot = ({ enable }: Wish): boolean | null => {
  const wish = typeof enable === 'string' ? isTrue(enable) : enable;
  return typeof wish === 'boolean' ? wish : null;
};

/** What ends a state before the service is looked at. */
async function endsEarly({ name, kwargs }: Wish, dead: boolean, ctx: Context): Promise<PlainMap | undefined> {
  if ('enabled' in kwargs) return failed(name, `Service ${name} uses non-existent option "enabled".  Perhaps "enable" option was intended?`);
  if (await ctx.has('service.offline') && isTruthy(await ctx.call('service.offline'))) return done(name, 'Running in OFFLINE mode. Nothing to do');
  const missing = await tried(unavailable(name, ctx));
  if ('failure' in missing) return failed(name, missing.failure.message);
  if (missing.value === undefined) return undefined;
  if (ctx.test) return wouldChange(name, `Service ${name} not present; if created in this state run, it would have been ${dead ? 'stopped' : 'started'}`);
  return { name, changes: {}, ...missing.value, ...(dead ? { result: true } : {}) };
}

async function lookedAt(wish: Wish, unmasks: boolean, ctx: Context): Promise<Before> {
  const { name, sig, kwargs } = wish;
  const warnings: string[] = [];
  const statusOptions = await systemdOptions('service.status', kwargs, warnings, ctx);
  const runs = await ctx.call('service.status', [name, sig], statusOptions);
  const enabled = await atBoot(name, ctx);
  const unmasked = unmasks && isTruthy(kwargs['unmask'] ?? false) ? str((await setMask(name, false, kwargs['unmask_runtime'] ?? false, ctx))['comment'] ?? '') : '';
  return { ...wish, statusOptions, warnings, runs, atBoot: enabled, unmasked };
}

/** The service itself is as it should be; only what happens at boot may not be. */
async function onlyBoot(before: Before, comment: string, ctx: Context): Promise<PlainMap> {
  const { name, kwargs } = before;
  const enable = wantsBoot(before);
  const differs = enable === true ? !isTruthy(before.atBoot) : isTruthy(before.atBoot);
  return { ...done(name, comment), ...(differs ? await boot(name, enable, { condition: 'wanted', result: true, kwargs }, ctx) : {}) };
}

async function changesOf(before: Before, sig: Value, ctx: Context): Promise<{ runs: Value; changes: PlainMap }> {
  const { name } = before;
  const runs = await ctx.call('service.status', [name, sig], before.statusOptions);
  const same = equalValues(before.runs, runs) && equalValues(before.atBoot, await atBoot(name, ctx));
  return { runs, changes: same ? {} : { [name]: runs } };
}

const isCondition = (runs: boolean): Condition => (runs ? 'running' : 'dead');

async function start(before: Before, ctx: Context): Promise<PlainMap> {
  const { name, sig, initDelay, kwargs, warnings } = before;
  const enable = wantsBoot(before);
  const started = await tried(ctx.call('service.start', [name], await systemdOptions('service.start', kwargs, warnings, ctx)));
  if ('failure' in started) return failed(name, started.failure.message);
  if (!isTruthy(started.value)) {
    return { ...failed(name, `Service ${name} failed to start`), ...await boot(name, enable, { condition: 'dead', result: false, kwargs }, ctx) };
  }
  await settle(initDelay, ctx);
  const { runs, changes } = await changesOf(before, sig, ctx);
  const works = isTruthy(runs);
  const base = works ? done(name, `Started service ${name}`, changes) : failed(name, `Service ${name} failed to start`, changes);
  const returned = { ...base, ...await boot(name, enable, { condition: isCondition(works), result: works, kwargs }, ctx) };
  const comment = str(returned['comment'] ?? '');
  const delayed = isTruthy(initDelay) ? `${comment}\nDelayed return for ${str(initDelay)} seconds` : comment;
  return { ...returned, comment: isTruthy(kwargs['unmask'] ?? false) ? `${delayed}\n${before.unmasked}` : delayed };
}

async function stop(before: Before, ctx: Context): Promise<PlainMap> {
  const { name, initDelay, kwargs, warnings } = before;
  const enable = wantsBoot(before);
  const stopped = await ctx.call('service.stop', [name], await systemdOptions('service.stop', kwargs, warnings, ctx));
  if (!isTruthy(stopped)) {
    return { ...failed(name, `Service ${name} failed to die`), ...await boot(name, enable, { condition: 'running', result: false, kwargs }, ctx) };
  }
  await settle(initDelay, ctx);
  // Without the signature, as in Salt.
  const { runs, changes } = await changesOf(before, null, ctx);
  const lives = isTruthy(runs);
  const base = lives ? failed(name, `Service ${name} failed to die`, changes) : done(name, `Service ${name} was killed`, changes);
  return { ...base, ...await boot(name, enable, { condition: isCondition(lives), result: !lives, kwargs }, ctx) };
}

const withWarnings = (returned: PlainMap, warnings: readonly string[]): PlainMap => (warnings.length === 0 ? returned : { ...returned, warnings });

export async function running(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  const early = await endsEarly(wish, false, ctx);
  if (early !== undefined) return early;
  const before = await lookedAt(wish, true, ctx);
  if (isTruthy(before.runs)) return withWarnings(await onlyBoot(before, lines(`The service ${name} is already running`, before.unmasked), ctx), before.warnings);
  if (ctx.test) return withWarnings(wouldChange(name, lines(`Service ${name} is set to start`, before.unmasked)), before.warnings);
  return withWarnings(await start(before, ctx), before.warnings);
}

export async function dead(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  const early = await endsEarly(wish, true, ctx);
  if (early !== undefined) return early;
  const before = await lookedAt(wish, false, ctx);
  if (!isTruthy(before.runs)) return withWarnings(await onlyBoot(before, `The service ${name} is already dead`, ctx), before.warnings);
  if (ctx.test) return withWarnings(wouldChange(name, `Service ${name} is set to be killed`), before.warnings);
  return withWarnings(await stop(before, ctx), before.warnings);
}
