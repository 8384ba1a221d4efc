/** Beacons of the built program, asked as the minion asks them. */
import type { BeaconPlugin } from '../../../../src/kernel/contract/beacon.js';
import type { Context } from '../../../../src/kernel/contract/context.js';
import type { ModuleHostOptions } from '../../../../src/kernel/loader/module-host.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { listeningLog, neverAborted, testHost, type LogLine } from '../../../support/module-host.js';

export interface AskedBeacon {
  readonly ctx: Context;
  readonly lines: LogLine[];
  verdict(config: Value): Promise<readonly [boolean, string]>;
  ask(config?: readonly PlainMap[]): Promise<readonly PlainMap[]>;
  watch(config: readonly PlainMap[], wake?: () => void): Promise<void>;
  close(): Promise<void>;
}

export async function openBeacon(name: string, replaced: Partial<ModuleHostOptions> = {}): Promise<AskedBeacon> {
  const log = listeningLog();
  const host = await testHost({ sys: createSys(), grains: () => ({ kernel: 'Linux', os_family: 'Debian' }), log, ...replaced });
  const plugin = await host.load('beacons', name);
  if (plugin === undefined) throw new Error(`there is no beacon ${name}`);
  const ctx = host.beaconContext(name, { signal: neverAborted(), memory: new Map() });
  const marked = (config: readonly PlainMap[]): PlainMap[] => [...config, { _beacon_name: name }];
  return {
    ctx, lines: log.lines,
    verdict: async (config) => (plugin satisfies BeaconPlugin).validate?.(config, ctx) ?? [true, ''],
    ask: async (config = []) => plugin.beacon(marked(config), ctx),
    watch: async (config, wake = () => undefined) => plugin.watch?.(marked(config), ctx, wake),
    close: async () => plugin.close?.([], ctx),
  };
}

/** Functions of modules that answer as they are told: what a beacon calls. */
export function answering(answers: Readonly<Record<string, (args: readonly Value[], kwargs: PlainMap) => Value>>, asked: AskedBeacon): AskedBeacon {
  const call = (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> => {
    const answer = answers[fun];
    if (answer === undefined) return Promise.reject(new Error(`not prepared: ${fun}`));
    return Promise.resolve(answer(args, kwargs));
  };
  Object.defineProperty(asked.ctx, 'call', { value: call });
  Object.defineProperty(asked.ctx, 'has', { value: (fun: string) => Promise.resolve(fun in answers) });
  return asked;
}

