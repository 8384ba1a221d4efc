/** Calls functions of a plugin as a host would: arguments bound, real system, ports given by the test. */
import { InvocationError, CommandExecutionError } from '../../../src/kernel/contract/errors.js';
import type { Context } from '../../../src/kernel/contract/context.js';
import type { Logger, LogFields } from '../../../src/kernel/contract/log.js';
import type { FunctionPlugin } from '../../../src/kernel/contract/plugin.js';
import type { Ports } from '../../../src/kernel/contract/ports.js';
import { bindArguments } from '../../../src/kernel/loader/bind.js';
import type { PlainMap, Value } from '../../../src/kernel/std/value.js';
import { createSys } from '../../../src/kernel/sys/sys.js';

export interface Setup {
  readonly opts?: PlainMap;
  readonly grains?: PlainMap;
  readonly pillar?: PlainMap;
  readonly job?: PlainMap;
  readonly ports?: { readonly [K in keyof Ports]?: Partial<Ports[K]> };
  /** Functions of other modules by full name. */
  readonly functions?: Readonly<Record<string, (args: readonly Value[], kwargs: PlainMap) => Value | Promise<Value>>>;
  readonly unmaskPillar?: boolean;
}

export interface Bench {
  readonly ctx: Context;
  /** Lines the plugin logged, as `level text`. */
  readonly logged: string[];
  /** Exit code the plugin set. */
  retcode(): number;
  call(fun: string, args?: readonly Value[], kwargs?: PlainMap): Promise<Value>;
}

export function benchOf(plugin: FunctionPlugin, setup: Setup = {}): Bench {
  const logged: string[] = [];
  let retcode = 0;
  const functions = setup.functions ?? {};
  const ctx: Context = {
    sys: createSys(),
    log: collect(logged),
    signal: new AbortController().signal,
    opts: setup.opts ?? {},
    grains: setup.grains ?? {},
    pillar: setup.pillar ?? {},
    id: 'web1',
    test: false,
    job: setup.job ?? {},
    memory: new Map(),
    ...(setup.unmaskPillar === undefined ? {} : { unmaskPillar: setup.unmaskPillar }),
    call: async (fun, args = [], kwargs = {}) => {
      const known = functions[fun];
      if (known !== undefined) return known(args, kwargs);
      const [module = '', name = ''] = fun.split('.');
      if (module === plugin.name) return call(name, args, kwargs);
      throw new InvocationError(`the test gave no function ${fun}`);
    },
    has: (fun) => Promise.resolve(fun in functions),
    setRetcode: (code) => {
      retcode = code;
    },
    port: (name) => {
      const port = setup.ports?.[name];
      if (port === undefined) throw new CommandExecutionError(`the test gave no port ${name}`);
      // A test gives the methods its function needs.
      return port as Ports[typeof name];
    },
  };
  const call = async (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> => {
    const found = plugin.functions[plugin.aliases?.[fun] ?? fun];
    if (found === undefined) throw new InvocationError(`${plugin.name} has no function ${fun}`);
    return found.run(bindArguments(fun, found.params, args, kwargs), ctx);
  };
  return { ctx, logged, retcode: () => retcode, call };
}

function collect(lines: string[]): Logger {
  const at = (level: string) => (_fields: LogFields, text: string): void => {
    lines.push(`${level} ${text}`);
  };
  const logger: Logger = {
    error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), trace: at('trace'), child: () => logger,
  };
  return logger;
}
