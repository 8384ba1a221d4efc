/** A machine for tests of execution modules: the real system or a pretended one, some modules that call each other, and what they did. */
import type { Context } from '../../../../src/kernel/contract/context.js';
import { CommandExecutionError, FunctionMissingError } from '../../../../src/kernel/contract/errors.js';
import type { Logger } from '../../../../src/kernel/contract/log.js';
import type { FunctionPlugin } from '../../../../src/kernel/contract/plugin.js';
import type { Sys } from '../../../../src/kernel/contract/sys.js';
import { bindArguments } from '../../../../src/kernel/loader/bind.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';

type Answer = Value | ((args: readonly Value[], kwargs: PlainMap) => Value);

export interface MachineOptions {
  readonly modules: readonly FunctionPlugin[];
  /** Functions of modules that are not under test. */
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly sys?: Partial<Sys>;
  readonly grains?: PlainMap;
  readonly opts?: PlainMap;
  readonly test?: boolean;
  /** Calls from outside come as a job, with its facts. */
  readonly asJob?: boolean;
  readonly ports?: Readonly<Record<string, unknown>>;
}

export interface Machine {
  call(fun: string, args?: readonly Value[], kwargs?: PlainMap): Promise<Value>;
  readonly context: Context;
  readonly log: { readonly level: string; readonly text: string }[];
  /** Calls of functions in `answers`. */
  readonly calls: { readonly fun: string; readonly args: readonly Value[]; readonly kwargs: PlainMap }[];
  retcode: number | undefined;
}

export const DEBIAN_GRAINS: PlainMap = {
  os: 'Debian', os_family: 'Debian', osrelease: '12', osrelease_info: [12], oscodename: 'bookworm', osarch: 'amd64', cpuarch: 'x86_64',
  kernel: 'Linux', init: 'unknown', ps: 'ps -efHww', shell: '/bin/bash',
};

export function machine(options: MachineOptions): Machine {
  const log: Machine['log'] = [];
  const logger = loggerInto(log);
  const memory = new Map<string, Map<string, unknown>>();
  const made: Machine = {
    log, calls: [], retcode: undefined, context: contextFor(''),
    call: (fun, args = [], kwargs = {}) => run(fun, args, options.asJob === true ? { ...kwargs, __pub_jid: '20260101000000000001' } : kwargs),
  };

  async function run(fun: string, args: readonly Value[], kwargs: PlainMap): Promise<Value> {
    const [serves = '', name = ''] = fun.split('.');
    const answer = options.answers?.[fun];
    if (answer !== undefined) {
      made.calls.push({ fun, args, kwargs });
      return typeof answer === 'function' ? answer(args, kwargs) : answer;
    }
    const plugin = options.modules.find((item) => (item.serves ?? item.name) === serves);
    const found = plugin?.functions[plugin.aliases?.[name] ?? name];
    if (plugin === undefined || found === undefined) throw new FunctionMissingError(fun);
    return found.run(bindArguments(name, found.params, args, kwargs), contextFor(plugin.name));
  }

  function contextFor(plugin: string): Context {
    const own = memory.get(plugin) ?? new Map<string, unknown>();
    memory.set(plugin, own);
    return {
      sys: { ...createSys(), ...options.sys }, log: logger, signal: new AbortController().signal,
      opts: { cachedir: '/nonexistent', saltenv: 'base', test: options.test ?? false, ...options.opts },
      grains: options.grains ?? DEBIAN_GRAINS, pillar: {}, id: 'web1', test: options.test ?? false, unmaskPillar: false, job: {}, memory: own,
      call: (fun, args = [], kwargs = {}) => run(fun, args, kwargs),
      has: (fun) => Promise.resolve(options.answers?.[fun] !== undefined
        || options.modules.some((item) => (item.serves ?? item.name) === fun.split('.')[0] && Object.hasOwn(item.functions, fun.split('.')[1] ?? ''))),
      setRetcode: (code) => { made.retcode = code; },
      port: (name) => {
        const port = options.ports?.[name];
        if (port === undefined) throw new CommandExecutionError(`This program has no '${name}'`);
        return port as never;
      },
    };
  }
  return made;
}

function loggerInto(lines: Machine['log']): Logger {
  const write = (level: string) => (_fields: unknown, text: string) => { lines.push({ level, text }); };
  const logger: Logger = {
    error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug'), trace: write('trace'), child: () => logger,
  };
  return logger;
}
