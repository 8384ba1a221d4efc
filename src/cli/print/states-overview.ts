/** After the answers of a state run, on a terminal: what failed on which minions, with the place in the SLS; then counts. */
import { colorsFor, hideEscapes } from '../../kernel/std/colors.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, mapGet, type Value, type ValueMap } from '../../kernel/std/value.js';
import type { CliContext } from '../context.js';
import { colorOf } from './display.js';
import type { Overview } from './overview.js';
import { slsPlaces } from '../../kernel/sys/sls-places.js';

interface Failure {
  readonly title: string;
  readonly place: string | undefined;
  readonly reason: readonly string[];
  readonly minions: string[];
}

/** Different failures that are kept; of more, only the number. */
const FAILURES_MAX = 200;
const SHOWN_MAX = 20;
const NAMED_MAX = 20;
const REASON_LINES_MAX = 6;
/** Not the reason of anything: another state failed. Source: golden states/requisites. */
const WAITED = 'One or more requisite failed';

/** Nothing is shown when one minion answered alone: its own summary says all. */
export function statesOverview({ opts, print }: Pick<CliContext, 'opts' | 'print'>): Overview {
  const placeOf = slsPlaces(opts);
  const failures = new Map<string, Failure>();
  const counts = { failed: 0, changed: 0, unchanged: 0, missing: 0 };
  let [waited, unkept] = [0, 0];
  const note = (minion: string, title: string, place: () => string | undefined, reason: string): void => {
    const key = `${title}\0${reason}`;
    const known = failures.get(key);
    if (known !== undefined) known.minions.push(minion);
    else if (failures.size >= FAILURES_MAX) unkept += 1;
    else failures.set(key, { title, place: place(), reason: reasonLines(reason), minions: [minion] });
  };
  const noteRow = (minion: string, tag: string, row: ValueMap): void => {
    const comment = str(mapGet(row, 'comment') ?? '').trim();
    if (comment.startsWith(WAITED)) waited += 1;
    else note(minion, titleOf(tag, row), () => placeOf(str(mapGet(row, '__sls__') ?? ''), str(mapGet(row, '__id__') ?? '')), comment);
  };
  return {
    replacesAnswers: false,
    returned(minion, answer, out) {
      if (out !== 'highstate') return;
      if (!isMap(answer)) {
        counts.failed += 1;
        note(minion, 'the states could not be compiled', () => undefined, Array.isArray(answer) ? (answer as readonly Value[]).map(str).join('\n') : str(answer));
        return;
      }
      const rows = mapEntries(answer).filter((entry): entry is [Value, ValueMap] => isMap(entry[1]));
      const failed = rows.filter(([, row]) => mapGet(row, 'result') === false);
      for (const [tag, row] of failed) noteRow(minion, str(tag), row);
      counts[failed.length > 0 ? 'failed' : rows.some(([, row]) => isTruthy(mapGet(row, 'changes') ?? null)) ? 'changed' : 'unchanged'] += 1;
    },
    missing() {
      counts.missing += 1;
    },
    end() {
      const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
      if (all < 2 || counts.missing === all) return Promise.resolve();
      const { CYAN, LIGHT_RED, ENDC } = colorsFor(colorOf(opts));
      const sorted = [...failures.values()].sort((a, b) => b.minions.length - a.minions.length);
      const hidden = Math.max(0, sorted.length - SHOWN_MAX) + unkept;
      const head = `Summary of ${all} minions`;
      print([
        '', `${CYAN}${head}`, `${'-'.repeat(head.length)}${ENDC}`,
        ...sorted.slice(0, SHOWN_MAX).flatMap(({ title, place, reason, minions }) => [
          `${LIGHT_RED}Failed: ${title}${ENDC}  on ${namesOf(minions)}`, ...(place === undefined ? [] : [`    ${place}`]), ...reason.map((line) => `    ${line}`),
        ]),
        ...(hidden === 0 ? [] : [`and ${hidden} further failures`]),
        ...(waited === 0 ? [] : [`${waited} ${waited === 1 ? 'state' : 'states'} not run, because others failed that they require`]),
        countsText(counts),
      ].join('\n'));
      return Promise.resolve();
    },
  };
}

/** `pkg.installed  nginx (nginx-full)` */
function titleOf(tag: string, row: ValueMap): string {
  const parts = tag.split('_|-');
  const id = str(mapGet(row, '__id__') ?? parts[1] ?? '');
  const name = str(mapGet(row, 'name') ?? parts[2] ?? '');
  return hideEscapes(`${parts[0] ?? ''}.${parts.at(-1) ?? ''}  ${id}${name === id ? '' : ` (${name})`}`);
}

function reasonLines(reason: string): string[] {
  const lines = hideEscapes(reason).split('\n').filter((line) => line.trim() !== '');
  return lines.length <= REASON_LINES_MAX ? lines : [...lines.slice(0, REASON_LINES_MAX), '...'];
}

function namesOf(minions: readonly string[]): string {
  const named = [...minions].sort().slice(0, NAMED_MAX).map(hideEscapes).join(', ');
  return minions.length > NAMED_MAX ? `${named} and ${minions.length - NAMED_MAX} more` : named;
}

function countsText({ failed, changed, unchanged, missing }: Readonly<Record<'failed' | 'changed' | 'unchanged' | 'missing', number>>): string {
  const told: readonly (readonly [number, string])[] = [[failed, 'failed'], [missing, 'did not answer'], [changed, 'changed'], [unchanged, 'unchanged']];
  return `Minions: ${told.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`).join(', ')}`;
}
