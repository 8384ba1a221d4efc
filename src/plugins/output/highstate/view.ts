/** How the user wants to see state runs: the options, read once. */
import type { PlaceOf } from '../../../kernel/contract/plugin.js';
import type { ColorName, Colors } from '../../../kernel/std/colors.js';
import type { Value } from '../../../kernel/std/value.js';
import { colorsOf, flag, type Options } from '../parts/options.js';

export interface View {
  readonly opts: Options;
  readonly colors: Colors;
  /** `state_output`: full, terse, mixed, changes, filter, each also with `_id`. */
  readonly mode: Value;
  /** `state_tabular`: true, false, or a pattern of Python's `format`. */
  readonly tabular: Value;
  /** Show when states began and how long they took. */
  readonly withTimes: boolean;
  readonly withPercent: boolean;
  readonly compressed: boolean;
  readonly stripEscapes: boolean;
  /** Leave out states that are as they should be. */
  readonly changedOnly: boolean;
  /** Of failed states, where they are written is shown too. */
  readonly placeOf?: PlaceOf | undefined;
}

export function viewOf(opts: Options, placeOf?: PlaceOf): View {
  return {
    opts,
    colors: colorsOf(opts),
    mode: opts['state_output'] ?? 'full',
    tabular: opts['state_tabular'] ?? false,
    withTimes: flag(opts, 'state_output_profile', false),
    withPercent: flag(opts, 'state_output_pct', false),
    compressed: flag(opts, 'state_compress_ids', false),
    stripEscapes: flag(opts, 'strip_colors', true),
    changedOnly: flag(opts, 'state_output_diff', false) || !flag(opts, 'state_verbose', false),
    placeOf,
  };
}

/** Text in a colour. */
export function paint(view: View, color: ColorName, text: string): string {
  return `${view.colors[color]}${text}${view.colors.ENDC}`;
}
