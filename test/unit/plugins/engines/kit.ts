/** One engine on a host of its own: a bus, the events it fires, real files and programs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { EventBus, type BusEvent } from '../../../../src/bus/event/bus.js';
import { hearAll } from '../../../../src/bus/event/hear-all.js';
import type { KeysPort, Ports } from '../../../../src/kernel/contract/ports.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { until } from '../../../support/fleet/until.js';
import { listeningLog, testHost, type LogLine } from '../../../support/module-host.js';

export interface RunningEngine {
  readonly bus: EventBus;
  readonly fired: readonly BusEvent[];
  readonly lines: readonly LogLine[];
  readonly dir: string;
  /** Rejects when it fails by itself. */
  readonly done: Promise<void>;
  /** The first event whose tag is this one. */
  heard(tag: string): Promise<BusEvent>;
  /** Resolves when it hears events. */
  listens(): Promise<unknown>;
  said(text: string): Promise<LogLine>;
  stop(): Promise<void>;
}

export interface EngineWorld {
  readonly keys?: Partial<KeysPort>;
  readonly local?: Partial<Ports['local']>;
  readonly masterSide?: Partial<Ports['masterSide']>;
  readonly opts?: PlainMap;
}

// Timers of engines do not keep a process alive.
const alive = setInterval(() => undefined, 1000);
after(() => clearInterval(alive));

/** Begins an engine as a master would, and stops it at the end of the file at the latest. */
export async function startEngine(name: string, config: PlainMap, { keys, local, masterSide, opts = {} }: EngineWorld = {}): Promise<RunningEngine> {
  const dir = mkdtempSync(join(tmpdir(), 'ts-engine-'));
  const bus = new EventBus((error) => {
    throw error;
  });
  const fired: BusEvent[] = [];
  bus.subscribe('', (event) => void fired.push(event));
  const log = listeningLog();
  const fire = (tag: string, data: unknown): Promise<boolean> => {
    bus.fire(tag, data as PlainMap);
    return Promise.resolve(true);
  };
  const host = await testHost({
    opts: { __role: 'master', id: 'm1', cachedir: dir, ...opts }, sys: createSys(), log, id: 'm1',
    ports: {
      events: { fireLocal: fire, fireMaster: fire, listen: (signal) => hearAll(bus, signal) },
      ...(keys === undefined ? {} : { keys: keys as KeysPort }), ...(local === undefined ? {} : { local: local as Ports['local'] }),
      ...(masterSide === undefined ? {} : { masterSide: masterSide as Ports['masterSide'] }),
    },
  });
  const stopped = new AbortController();
  const done = host.session({ kind: 'engines', signal: stopped.signal, nested: true }).call(`${name}.start`, [], config).then(() => undefined);
  // Whoever wants to know awaits it.
  done.catch(() => undefined);
  const stop = async (): Promise<void> => {
    stopped.abort();
    await done.catch(() => undefined);
    await host[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  };
  after(stop);
  return {
    bus, fired, lines: log.lines, dir, done, stop,
    heard: (tag) => until(`the event ${tag}`, () => fired.find((event) => event.tag === tag), 20_000),
    listens: () => until('the listener', () => bus.counters.listeners > 1, 20_000),
    said: (text) => until(`the line '${text}'`, () => log.lines.find((line) => line.text.includes(text)), 20_000),
  };
}
