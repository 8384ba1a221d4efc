/** Writes YAML as Salt's yaml outputter and yaml filters do. Start at `dumpYaml`. */
import type { Value, ValueMap } from '../std/value.js';
import { emit } from './emit.js';
import { represent } from './represent.js';

export interface DumpOptions {
  /** true: all in braces and brackets; false: one entry a line; `leaves` (Salt's default): only containers of scalars in one line. */
  readonly flowStyle?: boolean | 'leaves';
  /** Blanks per level, 2 to 9; anything else counts as 2. */
  readonly indent?: number;
  /** Sorted keys are PyYAML's default; `false` keeps the order, as Salt does for an ordered dict. */
  readonly sortKeys?: boolean;
  /** Letters beyond ASCII become escapes, as in PyYAML without `allow_unicode`. */
  readonly ascii?: boolean;
  /** Maps whose keys are not sorted in any case: ordered dicts. */
  readonly keepsOrder?: (map: ValueMap) => boolean;
}

const INDENT = 2;

/** The YAML text of a value, with a line break at its end. */
export function dumpYaml(value: Value, options: DumpOptions = {}): string {
  const asked = options.indent ?? INDENT;
  const step = asked >= 2 && asked <= 9 ? asked : INDENT;
  const tree = represent(value, { flowStyle: options.flowStyle ?? 'leaves', sortKeys: options.sortKeys ?? true, keepsOrder: options.keepsOrder ?? (() => false) });
  return emit(tree, step, options.ascii ?? false);
}
