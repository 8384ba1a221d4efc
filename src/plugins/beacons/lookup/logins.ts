/**
 * Records of logins as wtmp and btmp hold them, and which of them are asked for. Source: read, utmp(5); read, Salt (`wtmp`, `btmp`), whose
 * names of fields are off by some places: `exit_status` and `session` are the two halves of the exit status, `time` is the session, `addr`
 * the time in seconds.
 */
import { beaconOptions, VALID_BEACON, type BeaconVerdict } from '../../../kernel/contract/beacon.js';
import type { Context } from '../../../kernel/contract/context.js';
import { readDate, wallOf } from '../../../kernel/std/date-text.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapEntries, mapGet, mapHas, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { readGrowth } from './growing-file.js';

const RECORD_BYTES = 384;
const LOGIN = 7;
const LOGOUT = 8;
const TERMINAL = 'terminal ';

const textAt = (bytes: Buffer, from: number, length: number): string => bytes.subarray(from, from + length).toString().replace(/\0[^]*$/, '');

function readRecord(bytes: Buffer): PlainMap & { type: number; line: string; user: string } {
  return {
    type: bytes.readInt16LE(0), PID: bytes.readInt32LE(4), line: textAt(bytes, 8, 32), inittab: textAt(bytes, 40, 4), user: textAt(bytes, 44, 32), hostname: textAt(bytes, 76, 256),
    exit_status: bytes.readInt16LE(332), session: bytes.readInt16LE(334), time: bytes.readInt32LE(336), addr: bytes.readInt32LE(340),
  };
}

export function checkLogins(name: string, config: Value): BeaconVerdict {
  if (!isList(config)) return [false, `Configuration for ${name} beacon must be a list.`];
  const options = beaconOptions(config);
  for (const [key, what] of [['users', 'User'], ['groups', 'Group']] as const) {
    const wanted = options[key];
    if (wanted === undefined) continue;
    if (!isMap(wanted)) return [false, `${what} configuration for ${name} beacon must be a dictionary.`];
    for (const [, rule] of mapEntries(wanted)) {
      const fault = rangeFault(name, rule);
      if (fault !== undefined) return [false, fault];
    }
  }
  const { defaults } = options;
  if (defaults === undefined) return VALID_BEACON;
  if (!isMap(defaults)) return [false, `Defaults configuration for ${name} beacon must be a dictionary.`];
  const fault = rangeFault(name, defaults);
  return fault === undefined ? VALID_BEACON : [false, fault];
}

function rangeFault(name: string, rule: Value): string | undefined {
  if (!isMap(rule) || !mapHas(rule, 'time_range')) return undefined;
  const range = mapGet(rule, 'time_range') ?? null;
  if (!isMap(range)) return `The time_range parameter for ${name} beacon must be a dictionary.`;
  return mapHas(range, 'start') && mapHas(range, 'end') ? undefined : `The time_range parameter for ${name} beacon must contain start & end options.`;
}

/** New records that are asked for. `tracks`: tells logins from logouts, and whose a logout is. */
export async function newLogins(path: string, config: readonly PlainMap[], ctx: Context, tracks: boolean): Promise<PlainMap[]> {
  const { users, groups, defaults = {} } = beaconOptions(config);
  const events: PlainMap[] = [];
  const records: ReturnType<typeof readRecord>[] = [];
  await readGrowth(path, ctx, (bytes) => {
    const whole = bytes.length - bytes.length % RECORD_BYTES;
    for (let at = 0; at < whole; at += RECORD_BYTES) records.push(readRecord(bytes.subarray(at, at + RECORD_BYTES)));
    return whole;
  });
  for (const record of records) {
    const event = tracks ? withAction(record, ctx) : record;
    if (await isAsked(event.user, { users: users ?? null, groups: groups ?? null, defaults }, ctx)) events.push(event);
  }
  return events;
}

function withAction<T extends PlainMap & { type: number; line: string; user: string }>(record: T, ctx: Context): T {
  const key = `${TERMINAL}${record.line}`;
  if (record.type === LOGIN) {
    ctx.memory.set(key, record.user);
    return { ...record, action: 'login' };
  }
  if (record.type !== LOGOUT) return record;
  const user = ctx.memory.get(key);
  ctx.memory.delete(key);
  return { ...record, action: 'logout', user: typeof user === 'string' ? user : record.user };
}

async function isAsked(user: string, { users, groups, defaults }: { users: Value; groups: Value; defaults: Value }, ctx: Context): Promise<boolean> {
  const ruleOf = (wanted: Value, name: string): Value | undefined => (isMap(wanted) ? mapGet(wanted, name) : isList(wanted) && wanted.includes(name) ? null : undefined);
  const rules: Value[] = [];
  if (isTruthy(users)) rules.push(...[ruleOf(users, user)].filter((rule) => rule !== undefined));
  if (isTruthy(groups) && isMap(groups)) {
    for (const [group, rule] of mapEntries(groups)) if ((await ctx.sys.groupByName(str(group)))?.members.includes(user) === true) rules.push(rule);
  }
  if (!isTruthy(users) && !isTruthy(groups)) rules.push(null);
  return rules.some((rule) => isInTime(isMap(rule) && mapHas(rule, 'time_range') ? rule : defaults, ctx.sys.now()));
}

/** Without a range any time is right; a range that cannot be read is never right. */
function isInTime(rule: Value, nowMs: number): boolean {
  const range = isMap(rule) ? mapGet(rule, 'time_range') : undefined;
  if (range === undefined || !isMap(range)) return true;
  const now = wallOf(nowMs);
  const [start, end] = ['start', 'end'].map((side) => readDate(str(mapGet(range, side) ?? ''), now));
  return start !== undefined && end !== undefined && start <= now && now <= end;
}
