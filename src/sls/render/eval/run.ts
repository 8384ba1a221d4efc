/** One render: its limits, the clock, and how calls are made. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { attribute, item } from '../python/access.js';
import { type Args, type Data, type Later, Thing } from '../python/data.js';
import { RenderLimitError, typeError } from '../python/errors.js';
import { nameOfType } from '../python/type-name.js';
import { Undefined } from '../python/undefined.js';
import type { RenderLimits } from '../contract.js';
import type { ProfileReport, RunHost, TemplateLoader } from './machine.js';

const OUTPUT_LENGTH_MAX = 64 * 1024 * 1024;
const STEPS_MAX = 20_000_000;
const COMPUTE_MS_MAX = 60_000;
/** Macros, includes and recursive loops in each other. Python ends at about the same depth. */
const DEPTH_MAX = 220;
/** After so many milliseconds of work the event loop gets its turn. */
const TURN_MS = 10;
/** Steps between two looks at the clock. */
const CLOCK_STEPS = 256;

export class Run implements RunHost {
  /** Every use of an undefined value is an error. */
  readonly strict: boolean;
  readonly load: TemplateLoader;
  readonly profile: ProfileReport;
  readonly #outputLengthMax: number;
  readonly #stepsMax: number;
  readonly #computeMsMax: number;
  #written = 0;
  #steps = 0;
  #nextClock = CLOCK_STEPS;
  #depth = 0;
  #computedMs = 0;
  #turnBegan = performance.now();
  #turnIsOver = false;

  constructor(strict: boolean, load: TemplateLoader, profile: ProfileReport, limits: RenderLimits = {}) {
    this.strict = strict;
    this.load = load;
    this.profile = profile;
    this.#outputLengthMax = limits.outputLengthMax ?? OUTPUT_LENGTH_MAX;
    this.#stepsMax = limits.stepsMax ?? STEPS_MAX;
    this.#computeMsMax = limits.computeMsMax ?? COMPUTE_MS_MAX;
  }

  attribute(owner: Data, name: string): Data {
    return attribute(owner, name, this.strict);
  }

  item(owner: Data, key: Data): Data {
    return item(owner, key, this.strict);
  }

  /** Counts work. @throws RenderLimitError */
  step(count = 1): void {
    this.#steps += count;
    if (this.#steps < this.#nextClock) return;
    this.#nextClock = this.#steps + CLOCK_STEPS;
    if (this.#steps > this.#stepsMax) throw new RenderLimitError(`The template goes on and on: stopped after ${this.#stepsMax} turns of loops and calls`);
    const turn = performance.now() - this.#turnBegan;
    this.#turnIsOver = turn > TURN_MS;
    const computed = this.#computedMs + turn;
    if (computed > this.#computeMsMax) throw new RenderLimitError(`The template goes on and on: stopped after ${this.#computeMsMax} ms`);
  }

  /** A promise when others should have their turn now. */
  pause(): Promise<void> | undefined {
    if (!this.#turnIsOver) return undefined;
    this.#turnIsOver = false;
    return this.waiting(new Promise((resolve) => setImmediate(resolve)));
  }

  /** Stops the clock while something is waited for. */
  async waiting<T>(promise: Promise<T>): Promise<T> {
    this.#computedMs += performance.now() - this.#turnBegan;
    try {
      return await promise;
    } finally {
      this.#turnBegan = performance.now();
    }
  }

  /** Counts text. @throws RenderLimitError */
  wrote(length: number): void {
    this.#written += length;
    if (this.#written > this.#outputLengthMax) throw new RenderLimitError(`The template writes more than ${this.#outputLengthMax} characters`);
  }

  /** Goes one level deeper while the work lasts. @throws PythonError RecursionError */
  deeper<T>(work: () => Later<T>): Later<T> {
    if (this.#depth >= DEPTH_MAX) throw new PythonError('RecursionError', 'maximum recursion depth exceeded');
    this.#depth += 1;
    let result: Later<T>;
    try {
      result = work();
    } catch (error) {
      this.#depth -= 1;
      throw error;
    }
    if (!(result instanceof Promise)) {
      this.#depth -= 1;
      return result;
    }
    return result.finally(() => {
      this.#depth -= 1;
    });
  }

  /** `callee(args)`. @throws PythonError `'int' object is not callable` */
  call(callee: Data, args: Args): Later<Data> {
    this.step();
    if (!(callee instanceof Thing) || callee.call === undefined) throw typeError(`'${nameOfType(callee)}' object is not callable`);
    if (callee instanceof Undefined) return callee.fail();
    const result = callee.call(args, this);
    return result instanceof Promise ? this.waiting(result) : result;
  }
}
