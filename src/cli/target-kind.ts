/** Which kind of target the options of a command line choose. Source: golden, cli (salt-conflicting-targets). */
import { UsageError, type ParsedLine } from './parsed-line.js';

/** Salt's `tgt_type` for each option; the others are named like their option. */
const KINDS: Readonly<Record<string, string>> = { pillar_target: 'pillar' };
const GROUP = 'Target Options';

/** `glob` when no option says otherwise. */
export function targetKind(line: ParsedLine): string {
  const dest = chosen(line).map((row) => row.dest).find((name) => name !== 'list_hosts');
  return dest === undefined ? 'glob' : (KINDS[dest] ?? dest);
}

/** @throws UsageError when the line chooses two kinds */
export function refuseTwoTargets(line: ParsedLine): void {
  const flags = chosen(line).map((row) => row.flags.find((flag) => flag.startsWith('--')) ?? '');
  if (flags.length < 2) return;
  throw new UsageError(`The options ${flags.join('/')} are mutually exclusive. Please only choose one of them`);
}

function chosen({ table, values }: ParsedLine) {
  const rows = table.groups.find(({ title }) => title === GROUP)?.rows ?? [];
  return rows.filter(({ dest }) => values[dest] === true);
}
