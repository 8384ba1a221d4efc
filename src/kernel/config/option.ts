/** What is known of a configuration option: one row of the option tables. */
import type { Value } from '../std/value.js';

/** Python's names of the types an option may have. */
export type OptionType = 'str' | 'int' | 'float' | 'bool' | 'list' | 'tuple' | 'dict' | 'NoneType';

export interface OptionDeclaration {
  /** Key of `optionGroups`: the part of the documentation it stands in. */
  readonly group: string;
  /** In the order in which Salt's messages name them; without it any type is taken unchecked. */
  readonly types?: readonly OptionType[];
  /** The default before the loading rules; without it the option is unset. */
  readonly value?: Value;
  /** Half a sentence for the configuration files and the reference. */
  readonly doc: string;
}

export type OptionTable = Readonly<Record<string, OptionDeclaration>>;
