/** A repository of this machine, asked through the module git. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, mapEntries, isMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { tried, type Tried } from '../outcome/failure.js';

/** Who asks. */
export interface Account {
  readonly user: string | null;
  readonly password: string | null;
  readonly outputEncoding: string | null;
}

/** How other repositories are reached. */
export interface Login {
  readonly identity: Value;
  readonly httpsUser: string | null;
  readonly httpsPass: string | null;
}

export class Repository {
  readonly target: string;
  readonly #account: Account;
  readonly #ctx: Context;

  constructor(target: string, account: Account, ctx: Context) {
    this.target = target;
    this.#account = account;
    this.#ctx = ctx;
  }

  /** Calls a function of the module in this repository. */
  ask(fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> {
    const { user, password, outputEncoding } = this.#account;
    return this.#ctx.call(`git.${fun}`, [this.target, ...args], { user, password, output_encoding: outputEncoding, ...kwargs });
  }

  try(fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Tried<Value>> {
    return tried(this.ask(fun, args, kwargs));
  }

  /** Text, or undefined when git knows no answer. */
  async text(fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<string | undefined> {
    const outcome = await this.try(fun, args, { ignore_retcode: true, ...kwargs });
    return 'value' in outcome ? str(outcome.value) : undefined;
  }

  async list(fun: string): Promise<string[]> {
    const found = await this.ask(fun);
    return isList(found) ? found.map(str) : [];
  }

  /** Whether there is a repository with files, or one without. */
  async exists(bare: boolean): Promise<boolean> {
    const stat = await this.#ctx.sys.fs.stat(`${this.target}/${bare ? 'refs' : '.git'}`).catch(() => undefined);
    if (stat?.isDirectory() === true) return true;
    const { user, password, outputEncoding } = this.#account;
    return isTruthy(await this.#ctx.call('git.is_worktree', [this.target], { user, password, output_encoding: outputEncoding }));
  }

  async revision(): Promise<string | null> {
    return await this.text('revision') ?? null;
  }

  async branch(): Promise<string | null> {
    return await this.text('current_branch') ?? null;
  }

  /** The commit of a name. */
  commit(name: string): Promise<string | undefined> {
    return this.text('rev_parse', [`${name}^{commit}`]);
  }
}

/** References of another repository with their commits. */
export async function readRefs(refs: Promise<Value>): Promise<Map<string, string>> {
  const found = await refs;
  return new Map((isMap(found) ? mapEntries(found) : []).map(([ref, id]) => [str(ref), str(id)]));
}

/** Anything that a step throws, as the sentence that a state fails with. */
export function isExpected(error: unknown): error is Error {
  return error instanceof CommandExecutionError || (error instanceof Error && 'code' in error);
}
