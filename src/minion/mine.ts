/**
 * What the master may keep of us: `mine_functions`, run at start and each `mine_interval` minutes.
 *
 * Source: config; golden events/mine, wire/startup.
 */
import type { ModuleHost } from '../kernel/loader/module-host.js';
import type { Logger } from '../kernel/contract/log.js';
import { PythonError } from '../kernel/contract/errors.js';
import { TIMER_MS_MAX } from '../kernel/std/async.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../kernel/std/value.js';
import { stampNow } from '../kernel/std/time.js';

export interface MineParts {
  readonly opts: Readonly<PlainMap>;
  readonly host: ModuleHost;
  readonly log: Logger;
  readonly send: (load: PlainMap) => Promise<Value>;
}

const MINUTE_MS = 60_000;

export class Mine {
  readonly #parts: MineParts;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: MineParts) {
    this.#parts = parts;
  }

  /** Runs the functions and sends what they gave; the next time comes by itself, also after a failure. */
  async update(): Promise<void> {
    clearTimeout(this.#timer);
    const { opts, send } = this.#parts;
    if (opts['mine_enabled'] === false) return;
    try {
      const data = await this.#collect();
      if (Object.keys(data).length > 0) await send({ cmd: '_mine', data, id: String(opts['id']), clear: false, _stamp: stampNow() });
    } finally {
      this.#planNext();
    }
  }

  #planNext(): void {
    clearTimeout(this.#timer);
    const minutes = Number(this.#parts.opts['mine_interval'] ?? 60);
    if (this.#stopped || !(minutes > 0)) return;
    this.#timer = setTimeout(() => void this.#again(), Math.min(minutes * MINUTE_MS, TIMER_MS_MAX));
    this.#timer.unref();
  }

  async #again(): Promise<void> {
    try {
      await this.update();
    } catch (err) {
      this.#parts.log.warn({ err }, 'mine not updated');
    }
  }

  async #collect(): Promise<PlainMap> {
    const { opts, host, log } = this.#parts;
    const functions = opts['mine_functions'];
    const session = host.session({ signal: AbortSignal.timeout(MINUTE_MS) });
    const data: PlainMap = {};
    const wanted = isPlainMap(functions) ? Object.entries(functions) : isList(functions) ? functions.map((name) => [String(name), null] as const) : [];
    for (const [name, options] of wanted) {
      const { fun, args, kwargs } = mineCall(name, options);
      try {
        data[name] = await session.call(fun, args, kwargs);
      } catch (err) {
        // Its message may repeat arguments: the class says enough to look into it by hand.
        log.error({ fun, error: err instanceof PythonError ? err.className : err instanceof Error ? err.name : 'unknown' }, 'mine function failed');
      }
    }
    return data;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}

/** `{alias: [{mine_function: fun}, arg, {key: value}]}`, `{fun: [args]}` or `{fun: {key: value}}`. */
function mineCall(name: string, options: Value): { fun: string; args: Value[]; kwargs: PlainMap } {
  let fun = name;
  const args: Value[] = [];
  const kwargs: PlainMap = {};
  const takeMap = (map: PlainMap): void => {
    for (const [key, value] of Object.entries(map)) {
      if (key === 'mine_function') fun = String(value);
      else kwargs[key] = value;
    }
  };
  if (isPlainMap(options)) takeMap(options);
  else if (isList(options)) {
    for (const item of options) {
      if (isPlainMap(item)) takeMap(item);
      else args.push(item);
    }
  }
  return { fun, args, kwargs };
}
