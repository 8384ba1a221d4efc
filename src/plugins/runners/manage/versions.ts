/** Versions of minions beside that of the master. Source: golden cli/run-manage-versions; read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { SALT_VERSION } from '../../../kernel/std/version.js';
import { mapFrom, type Value, type ValueMap } from '../../../kernel/std/value.js';

const FINAL = Number.POSITIVE_INFINITY;

/** Numbers that order versions: major, minor, bugfix, pre-release (a final one is above all), commits since. */
function ordered(version: string): number[] {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.?(a|b|rc)(\d+))?(?:[-+.](\d+))?/.exec(version);
  if (match === null) return [];
  const [, major, minor = '0', bugfix = '0', stage, step = '0', commits = '0'] = match;
  const pre = stage === undefined ? FINAL : { a: 0, b: 1000, rc: 2000 }[stage as 'a' | 'b' | 'rc'] + Number(step);
  return [Number(major), Number(minor), Number(bugfix), pre, Number(commits)];
}

/** -1, 0 or 1, as the first version is older, the same or newer. */
export function compareVersions(first: string, second: string): number {
  const [a, b] = [ordered(first), ordered(second)];
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [left = 0, right = 0] = [a[at], b[at]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function labelOf(version: string | false): string {
  if (version === false) return 'Minion offline';
  const difference = compareVersions(version, SALT_VERSION);
  return difference === 0 ? 'Up to date' : difference < 0 ? 'Minion requires update' : 'Minion newer than master';
}

/** Minions by how their version compares, each group sorted; the master's own at the end. */
export async function compareAll(ctx: Context): Promise<ValueMap> {
  const groups = new Map<Value, Map<string, Value>>();
  const job = { tgt: '*', fun: 'test.version', timeoutMs: Number(ctx.opts['timeout'] ?? 5) * 1000 };
  for await (const { id, answered, ret, retcode } of ctx.port('local').returns(job, ctx.signal)) {
    const version = answered && retcode === 0 && typeof ret === 'string' ? ret : false;
    const label = labelOf(version);
    groups.set(label, (groups.get(label) ?? new Map<string, Value>()).set(id, version));
  }
  const sorted = [...groups].map(([label, minions]) => [label, mapFrom([...minions].sort(([a], [b]) => (a < b ? -1 : 1)))] as const);
  return mapFrom([...sorted, ['Master', SALT_VERSION]]);
}
