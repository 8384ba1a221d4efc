/** What a state asks of a user. */
import type { PlainMap, Value } from '../../../kernel/std/value.js';

/** Arguments of `user.present` with the names Salt gives them; texts of the comment field are text. */
export interface Wish {
  readonly name: string;
  readonly uid: Value;
  /** As it counts: the name of the user's own group with `usergroup`. */
  readonly gid: Value;
  readonly groups: readonly string[] | null;
  /** Those of the optional groups that exist. */
  readonly optionalGroups: readonly string[] | null;
  readonly removeGroups: boolean;
  readonly home: string | null;
  readonly createHome: boolean;
  readonly persistHome: Value;
  readonly password: string | null;
  readonly enforcePassword: boolean;
  readonly emptyPassword: boolean;
  readonly passwordLock: Value;
  readonly shell: string | null;
  readonly local: Value;
  /** `fullname`, `roomnumber`, `workphone`, `homephone`, `other`: None leaves them alone. */
  readonly gecos: Readonly<Record<typeof GECOS[number], string | null>>;
  /** `date`, `mindays`, ... : None leaves them alone. */
  readonly ages: Readonly<Record<keyof typeof AGES, Value>>;
  readonly allowUid: boolean;
  readonly allowGid: boolean;
}

export const GECOS = ['fullname', 'roomnumber', 'workphone', 'homephone', 'other'] as const;

/** Ages of a password: the field of `shadow.info`, the function that sets it, words for a failure. */
export const AGES = {
  date: { field: 'lstchg', fun: 'shadow.set_date', words: 'last change date' },
  mindays: { field: 'min', fun: 'shadow.set_mindays', words: 'minimum days' },
  maxdays: { field: 'max', fun: 'shadow.set_maxdays', words: 'maximum days' },
  inactdays: { field: 'inact', fun: 'shadow.set_inactdays', words: 'inactive days' },
  warndays: { field: 'warn', fun: 'shadow.set_warndays', words: 'warn days' },
  expire: { field: 'expire', fun: 'shadow.set_expire', words: 'expire days' },
} as const;

export type AgeName = keyof typeof AGES;
export const AGE_NAMES = Object.keys(AGES) as AgeName[];

/** What is shown in place of a password. */
export const REDACTED = 'XXX-REDACTED-XXX';

export const below = (local: Value): PlainMap => (local !== null && local !== false ? { root: '/' } : {});
