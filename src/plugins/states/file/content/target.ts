/** A file that is managed, between the checks and the work. */
import type { Context } from '../../../../kernel/contract/context.js';
import type { PlainMap, Value } from '../../../../kernel/std/value.js';
import type { Answer } from '../ground/answer.js';
import { environmentOf } from '../ground/checks.js';
import type { ManagedArgs } from './managed-params.js';

/** What is managed, all arguments in their final form. */
export interface Target {
  readonly ctx: Context;
  readonly path: string;
  readonly args: ManagedArgs;
  readonly source: Value;
  readonly sourceHash: Value;
  /** Text, bytes or null. */
  readonly contents: Value;
  readonly user: Value;
  readonly mode: string | null;
  readonly keepMode: boolean;
  readonly context: Value;
  /** SELinux parts as the module names them. */
  readonly selinux: PlainMap;
  readonly begun: Answer;
}

export const environment = ({ ctx }: Target): string => environmentOf(ctx);
