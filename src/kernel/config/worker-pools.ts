/**
 * The option `worker_pools`: what counts, and whether it can be used. The messages are Salt's.
 *
 * Source: read, Salt 3008.3 `salt.config.worker_pools`.
 */
import { str } from '../std/python-text.js';
import { isInteger, isMap, isTruthy, mapEntries, mapGet, typeName, type PlainMap, type Value } from '../std/value.js';
import { ConfigError } from './config-error.js';

/** The pools of a master: those configured, else one of `worker_threads` workers for everything. @throws ConfigError */
export function effectivePools(opts: PlainMap): Value {
  const given = opts['worker_pools'] ?? null;
  if (!isTruthy(given)) return { default: { worker_count: opts['worker_threads'] ?? 5, commands: ['*'] } };
  if (!isMap(given)) throw new ConfigError('worker_pools must be a dictionary');
  const problems = new PoolCheck().check(mapEntries(given));
  if (problems.length > 0) throw new ConfigError(`Worker pools configuration validation failed:\n  - ${problems.join('\n  - ')}`);
  return given;
}

class PoolCheck {
  readonly #problems: string[] = [];
  readonly #poolOf = new Map<string, string>();
  #catchall: string | undefined;

  check(pools: readonly (readonly [Value, Value])[]): readonly string[] {
    for (const [name, pool] of pools) {
      const wrong = nameProblem(name);
      if (wrong !== undefined) this.#problems.push(wrong);
      else this.#checkPool(name as string, pool);
    }
    if (this.#catchall === undefined) {
      this.#problems.push("No catchall pool ('*') found. One pool must include '*' in its commands so every command has a routing destination.");
    }
    return this.#problems;
  }

  #checkPool(name: string, pool: Value): void {
    if (!isMap(pool)) {
      this.#problems.push(`Pool '${name}': configuration must be a dictionary`);
      return;
    }
    const count = mapGet(pool, 'worker_count') ?? null;
    // For Python True is the number 1.
    if (count !== true && !(isInteger(count) && count >= 1)) {
      this.#problems.push(`Pool '${name}': worker_count must be integer >= 1, got ${str(count)}`);
    }
    const commands = mapGet(pool, 'commands') ?? [];
    if (!Array.isArray(commands)) this.#problems.push(`Pool '${name}': commands must be a list`);
    else if (commands.length === 0) this.#problems.push(`Pool '${name}': commands list cannot be empty`);
    else for (const command of commands) this.#checkCommand(name, command as Value);
  }

  #checkCommand(name: string, command: Value): void {
    if (typeof command !== 'string') {
      this.#problems.push(`Pool '${name}': command '${str(command)}' must be a string`);
    } else if (command === '*') {
      if (this.#catchall !== undefined) {
        this.#problems.push(`Multiple pools have catchall ('*'): '${this.#catchall}' and '${name}'. Only one pool can use catchall.`);
      }
      this.#catchall = name;
    } else if (this.#poolOf.has(command)) {
      this.#problems.push(`Command '${command}' mapped to multiple pools: '${this.#poolOf.get(command)}' and '${name}'`);
    } else {
      this.#poolOf.set(command, name);
    }
  }
}

function nameProblem(name: Value): string | undefined {
  if (typeof name !== 'string') return `Pool name must be a string, got ${typeName(name)}`;
  if (name === '') return 'Pool name cannot be empty';
  if (/[/\\]/.test(name)) return `Pool name '${name}' is invalid. Pool names cannot contain path separators (/ or \\) to prevent path traversal attacks.`;
  if (name === '..') return `Pool name '${name}' is invalid. Pool names cannot be or start with '../' to prevent path traversal attacks.`;
  return name.includes('\0') ? 'Pool name contains null byte, which is not allowed.' : undefined;
}
