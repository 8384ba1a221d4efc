/** Counts and durations of the states of one minion, and the summary of them. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { formatFixed, parseFloatText, roundFloat } from '../../../kernel/std/python-number.js';
import { padStart, textLength } from '../../../kernel/std/python-space.js';
import { repr, reprFloat } from '../../../kernel/std/python-text.js';
import { isMap, isNumber, type Value } from '../../../kernel/std/value.js';
import { paint, type View } from './view.js';

const LABEL_WIDTH = 'Succeeded'.length;
const MS_MAX = 999;

/** One key for results that are equal in Python: 1 is True. @throws PythonError TypeError for lists and maps */
function countKey(result: Value): string {
  if (Array.isArray(result) || isMap(result)) throw new PythonError('TypeError', 'unhashable type');
  if (isNumber(result) && (Number(result) === 0 || Number(result) === 1)) return repr(Number(result) === 1);
  return repr(result);
}

const WARNINGS = countKey('warnings');

/** Milliseconds of a state's duration; a number, or text like `8.2 ms`. Text that is neither counts as nothing. */
function readDuration(value: Value): number {
  if (typeof value === 'boolean' || isNumber(value)) return Number(value);
  if (typeof value !== 'string') throw new PythonError('TypeError', 'float() argument must be a string or a real number');
  return parseFloatText(value) ?? parseFloatText(value.split(' ms')[0] ?? '') ?? 0;
}

export class Totals {
  /** States that changed something. */
  changed = 0;
  readonly #counts = new Map<string, number>();
  #durationMs = 0;
  #longestParallelMs: number | undefined;

  addResult(result: Value, states: number): void {
    this.#add(countKey(result), states);
  }

  addWarning(): void {
    this.#add(WARNINGS, 1);
  }

  /** Parallel states count only with the longest. */
  addDuration(duration: Value, isParallel: boolean): void {
    const ms = readDuration(duration);
    if (isParallel) this.#longestParallelMs = Math.max(ms, this.#longestParallelMs ?? ms);
    else this.#durationMs += ms;
  }

  #add(key: string, count: number): void {
    this.#counts.set(key, this.#count(key) + count);
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  get #states(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0) - this.#count(WARNINGS);
  }

  /** Width of the summary: labels, a colon, a blank, the longest count. */
  get #width(): number {
    const digits = Math.max(0, ...[...this.#counts.values()].map((count) => String(count).length));
    return LABEL_WIDTH + digits + 2;
  }

  #row(label: string, value: string): string {
    return `${label}: ${padStart(value, this.#width - textLength(label) - 2)}`;
  }

  #changeNotes(view: View): string {
    const notes: string[] = [];
    const unchanged = this.#count('None');
    if (unchanged > 0) notes.push(paint(view, 'LIGHT_YELLOW', `unchanged=${unchanged}`));
    if (this.changed > 0) notes.push(paint(view, 'GREEN', `changed=${this.changed}`));
    return notes.length > 0 ? ` (${notes.join(', ')})` : '';
  }

  #percentRows(view: View, succeeded: number, failed: number): string[] {
    const states = this.#states;
    if (states === 0) return [];
    const percent = (count: number): string => reprFloat(roundFloat((count / states) * 100, 2));
    return [
      paint(view, 'GREEN', this.#row('Success %', percent(succeeded))),
      paint(view, failed > 0 ? 'RED' : 'CYAN', this.#row('Failure %', percent(failed))),
    ];
  }

  #timeRow(view: View): string {
    const ms = this.#durationMs + (this.#longestParallelMs ?? 0);
    const inSeconds = ms > MS_MAX;
    const shown = formatFixed(inSeconds ? ms / 1000 : ms, 3);
    return paint(view, 'CYAN', `Total run time: ${padStart(shown, this.#width - 5)} ${inSeconds ? 's' : 'ms'}`);
  }

  /** The lines below the states. */
  summary(host: string, view: View): string[] {
    const succeeded = this.#count('True') + this.#count('None');
    const failed = this.#count('False');
    const warnings = this.#count(WARNINGS);
    const rule = '-'.repeat(this.#width);
    const total = `${rule}\nTotal states run: ${padStart(String(this.#states), this.#width - 7)}`;
    return [
      paint(view, 'CYAN', `\nSummary for ${host}\n${rule}`),
      paint(view, 'GREEN', this.#row('Succeeded', String(succeeded))) + this.#changeNotes(view),
      paint(view, failed > 0 ? 'RED' : 'CYAN', this.#row('Failed', String(failed))),
      ...(view.withPercent ? this.#percentRows(view, succeeded, failed) : []),
      ...(warnings > 0 ? [paint(view, 'LIGHT_RED', this.#row('Warnings', String(warnings)))] : []),
      paint(view, 'CYAN', total),
      ...(view.withTimes ? [this.#timeRow(view)] : []),
    ];
  }
}
