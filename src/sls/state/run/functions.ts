/** State functions by name, and the arguments that a chunk has for them. */
import { FunctionMissingError, InvocationError } from '../../../kernel/contract/errors.js';
import type { Params } from '../../../kernel/contract/params.js';
import { signatureOf } from '../../../kernel/loader/bind.js';
import type { Found, Session } from '../../../kernel/loader/call-session.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import type { LowChunk } from '../high-data.js';
import { ENGINE_WORDS } from './keywords.data.js';

export class StateFunctions {
  readonly #session: Session;
  readonly #finding = new Map<string, Promise<Found | FunctionMissingError>>();
  readonly #found = new Map<string, Found | FunctionMissingError>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** The function, or why it is not there. */
  find(full: string): Promise<Found | FunctionMissingError> {
    const known = this.#finding.get(full);
    if (known !== undefined) return known;
    const finding = this.#find(full).then((found) => {
      if (this.#finding.get(full) === finding) this.#found.set(full, found);
      return found;
    });
    this.#finding.set(full, finding);
    return finding;
  }

  /** The same when it was found before: many states call few functions. */
  known(full: string): Found | FunctionMissingError | undefined {
    return this.#found.get(full);
  }

  async has(full: string): Promise<boolean> {
    return !(await this.find(full) instanceof FunctionMissingError);
  }

  /** Modules may have changed. */
  forget(): void {
    this.#finding.clear();
    this.#found.clear();
  }

  async #find(full: string): Promise<Found | FunctionMissingError> {
    try {
      return await this.#session.host.find('states', full);
    } catch (error) {
      if (error instanceof FunctionMissingError) return error;
      throw error;
    }
  }
}

/** Names of required parameters that a chunk has not got. */
export function missingArguments(params: Params, low: LowChunk): string[] {
  return signatureOf(params).positional.filter((name) => params[name]?.default === undefined && low[name] === undefined);
}

/** What a function gets of a chunk. @throws InvocationError for arguments that are neither the engine's nor the function's */
export function argumentsFor(full: string, params: Params, low: LowChunk): PlainMap {
  const { keywords } = signatureOf(params);
  const kwargs: PlainMap = {};
  const unknown: string[] = [];
  for (const name in low) {
    const value = low[name];
    if (value === undefined) continue;
    if (isNamed(params, name)) kwargs[name] = value;
    else if (ENGINE_WORDS.has(name)) continue;
    else if (keywords !== undefined) kwargs[name] = value;
    else unknown.push(name);
  }
  if (unknown.length > 0) throw unknownKeywords(full, unknown);
  return kwargs;
}

function isNamed(params: Params, name: string): boolean {
  const kind = Object.hasOwn(params, name) ? params[name]?.kind : undefined;
  return kind !== undefined && kind !== 'rest' && kind !== 'keywords';
}

function unknownKeywords(full: string, names: readonly string[]): InvocationError {
  const quoted = names.map((name) => `'${name}'`);
  const last = quoted.pop() as string;
  return new InvocationError(quoted.length === 0
    ? `${last} is an invalid keyword argument for '${full}'`
    : `${quoted.join(', ')} and ${last} are invalid keyword arguments for '${full}'`);
}
