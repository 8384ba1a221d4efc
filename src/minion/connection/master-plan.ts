/**
 * Which masters a minion speaks to, and how: each of a list at once, one of them with the others in reserve, or none.
 *
 * Source: read, Salt 3008.3; config (`master_type`, `random_master`).
 */
import { crc32 } from 'node:zlib';
import { ConfigError } from '../../kernel/config/config-error.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { resolveMasters, type MasterAddress } from './masters.js';

export interface MasterPlan {
  /** `each`: connected to all at once; `oneOf`: to the first that lets the minion in. */
  readonly kind: 'each' | 'oneOf' | 'none';
  /** As they stand in the configuration: the first one is the one to come back to. */
  readonly masters: readonly MasterAddress[];
}

export type Random = () => number;

/** `named`: what the function of `master_type: func` gave, else the option. @throws ConfigError */
export function planMasters(opts: Readonly<PlainMap>, named: Value = opts['master'] ?? 'salt'): MasterPlan {
  const type = opts['master_type'] ?? 'str';
  if (type === 'disable') return { kind: 'none', masters: [] };
  const masters = resolveMasters(opts, named);
  if (masters.length === 0) throw new ConfigError('`master` is an empty list');
  if (type === 'str' || type === 'func') return { kind: 'each', masters: withoutDoubles(masters) };
  if (type !== 'failover' && type !== 'distributed') throw new ConfigError(`Invalid keyword '${String(type)}' for variable 'master_type'`);
  if (!isList(named) && typeof named !== 'string') throw new ConfigError(`master_type set to '${type}' but 'master' is not a list`);
  return { kind: 'oneOf', masters: type === 'distributed' ? distributed(masters, String(opts['id'])) : masters };
}

/** A conversation with the same master twice would only run each job's return twice. */
function withoutDoubles(masters: readonly MasterAddress[]): MasterAddress[] {
  return masters.filter(({ host, requestPort }, at) => masters.findIndex((other) => other.host === host && other.requestPort === requestPort) === at);
}

/** The minion's id decides who comes first, so that many minions spread over the masters and each always starts at the same. */
function distributed(masters: readonly MasterAddress[], id: string): MasterAddress[] {
  const first = masters[crc32(Buffer.from(id)) % masters.length];
  return first === undefined ? [] : [first, ...masters.filter((master) => master !== first)];
}

/**
 * The order in which masters are tried. With `random_master` it is shuffled at each round; with `master_failback` the first
 * one stays, since it is the one to come back to.
 */
export function orderOf(plan: MasterPlan, opts: Readonly<PlainMap>, random: Random = Math.random): MasterAddress[] {
  const isRandom = isTruthy(opts['random_master']) || (plan.kind === 'oneOf' && isTruthy(opts['master_shuffle']));
  if (!isRandom) return [...plan.masters];
  const [first, ...others] = plan.masters;
  if (first === undefined || plan.kind !== 'oneOf' || opts['master_failback'] !== true) return shuffled(plan.masters, random);
  return [first, ...shuffled(others, random)];
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  const taken: T[] = [];
  while (left.length > 0) taken.push(...left.splice(Math.floor(random() * left.length), 1));
  return taken;
}
