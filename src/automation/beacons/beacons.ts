/**
 * The beacons of a minion: those of its configuration and of its pillar, opened, asked, changed and closed. Without beacons nothing is
 * loaded and nothing ticks. Refuses to know: where events go. Start at `Beacons`.
 *
 * Source: read, Salt 3008.3, `salt.beacons` and `salt.minion`; golden events/beacon-*. Differs: beacons of configuration and pillar run
 * beside each other (of two with one name that of the pillar); real Salt leaves out those of the configuration once the pillar has any.
 */
import { BEACON_ANSWERS, beaconAnswerTag, beaconOptions, type BeaconPlugin, type BeaconVerdict } from '../../kernel/contract/beacon.js';
import type { BeaconsPort } from '../../kernel/contract/ports.js';
import { isTruthy, equalValues, isList, type PlainMap, type Value } from '../../kernel/std/value.js';
import { EntryFault, readEntry, type BeaconEntry } from './entry.js';
import { changedBeacons } from './management.js';
import { OpenBeacon, type OpenBeaconParts } from './open-beacon.js';

export interface BeaconsParts extends Omit<OpenBeaconParts, 'onDone'> {
  /** `beacons` of the configuration. */
  readonly configured: PlainMap;
  /** `beacons` of the pillar: asked when something may have changed. */
  pillar(): PlainMap;
  load(module: string): Promise<BeaconPlugin | undefined>;
  /** Names of all beacons that work here. */
  available(): Promise<readonly string[]>;
  /** On the bus of the host. */
  fire(tag: string, data: PlainMap): void;
}

/** Not the name of a beacon: turns all of them on and off. */
const SWITCH = 'enabled';

export class Beacons implements BeaconsPort, AsyncDisposable {
  readonly #parts: BeaconsParts;
  readonly #open = new Map<string, OpenBeacon>();
  /** Those that cannot run, and why: said once. */
  readonly #faults = new Map<string, { readonly written: Value; readonly why: string }>();
  #own: PlainMap;
  #work: Promise<void> = Promise.resolve();
  #isStarted = false;
  #isStopped = false;

  constructor(parts: BeaconsParts) {
    this.#parts = parts;
    this.#own = { ...parts.configured };
  }

  /** Begins, or looks again after the pillar changed. `anew`: plugins may have changed as well. */
  refresh({ anew = false } = {}): Promise<void> {
    this.#isStarted = true;
    return this.#settle(anew);
  }

  /** Names of the beacons that run now. */
  get running(): string[] {
    return [...this.#open.keys()];
  }

  async manage(command: PlainMap): Promise<PlainMap | undefined> {
    const func = String(command['func']);
    const suffix = Object.hasOwn(BEACON_ANSWERS, func) ? BEACON_ANSWERS[func] : undefined;
    if (suffix === undefined) {
      this.#parts.log.error({ func }, `Function "${func}" is unavailable in salt.utils.beacons`);
      return undefined;
    }
    const answer = await this.#answer(func, command);
    this.#parts.fire(beaconAnswerTag(suffix), answer);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#work;
    await Promise.all([...this.#open.values()].map((beacon) => beacon[Symbol.asyncDispose]()));
    this.#open.clear();
  }

  async #answer(func: string, command: PlainMap): Promise<PlainMap> {
    switch (func) {
      case 'list': return { complete: true, beacons: this.#listed(command) };
      case 'list_available': return { complete: true, beacons: [...await this.#parts.available()] };
      case 'validate_beacon': {
        const [valid, vcomment] = await this.#validate(String(command['name'] ?? ''), command['beacon_data'] ?? null);
        return { complete: true, vcomment, valid };
      }
      default: return this.#change(command);
    }
  }

  async #change(command: PlainMap): Promise<PlainMap> {
    const changed = changedBeacons(this.#own, this.#parts.pillar(), command);
    if (changed === undefined) return { complete: false, beacons: this.#own };
    const { own, complete, comment } = changed;
    this.#own = own;
    if (this.#isStarted) await this.#settle(false);
    return { complete, ...(comment === undefined ? {} : { comment }), beacons: own };
  }

  #listed(command: PlainMap): PlainMap {
    const wants = (key: string): boolean => isTruthy(command[key] ?? false);
    return { ...(wants('include_pillar') ? this.#parts.pillar() : {}), ...(wants('include_opts') ? this.#own : {}) };
  }

  async #validate(name: string, data: Value): Promise<BeaconVerdict> {
    const given = beaconOptions(data)['beacon_module'];
    const module = isTruthy(given) ? String(given) : name;
    const plugin = await this.#parts.load(module);
    if (plugin?.validate === undefined) return [true, `Beacon ${module} does not have a validate function, skipping validation.`];
    return this.#verdict(plugin, module, data);
  }

  async #verdict(plugin: BeaconPlugin, module: string, written: Value): Promise<BeaconVerdict> {
    const { callMs, context } = this.#parts;
    if (plugin.validate === undefined) {
      this.#parts.log.warn({ beacon: module }, `No validate function found for ${module}, running basic beacon validation.`);
      return isList(written) ? [true, ''] : [false, 'Configuration for beacon must be a list.'];
    }
    return plugin.validate(written, context(module, { signal: AbortSignal.timeout(callMs), memory: new Map() }));
  }

  /** One after the other: each finds what the one before left. */
  #settle(anew: boolean): Promise<void> {
    this.#work = this.#work.then(() => this.#bringAbout(anew)).catch((err: unknown) => this.#parts.log.error({ err }, 'beacons not refreshed'));
    return this.#work;
  }

  async #bringAbout(anew: boolean): Promise<void> {
    if (this.#isStopped) return;
    const wanted = this.#wanted();
    for (const [name, beacon] of this.#open) {
      const entry = wanted.get(name);
      const isSame = entry !== undefined && equalValues(entry.written, beacon.entry.written) && !(anew && await this.#parts.load(entry.module) !== beacon.plugin);
      if (isSame) continue;
      this.#open.delete(name);
      await beacon[Symbol.asyncDispose]();
    }
    const known = this.#listed({ include_pillar: true, include_opts: true });
    for (const name of this.#faults.keys()) if (anew || !Object.hasOwn(known, name)) this.#faults.delete(name);
    for (const [name, entry] of wanted) if (!this.#open.has(name)) await this.#begin(entry);
  }

  #wanted(): Map<string, BeaconEntry> {
    const pillar = this.#parts.pillar();
    const wanted = new Map<string, BeaconEntry>();
    if (!isTruthy(this.#own[SWITCH] ?? pillar[SWITCH] ?? true)) return wanted;
    for (const [name, written] of Object.entries({ ...this.#own, ...pillar })) {
      if (name === SWITCH) continue;
      try {
        const entry = readEntry(name, written);
        if (entry.isEnabled) wanted.set(name, entry);
      } catch (err) {
        if (!(err instanceof EntryFault)) throw err;
        this.#refuse(name, written, err.message);
      }
    }
    return wanted;
  }

  async #begin(entry: BeaconEntry): Promise<void> {
    const { name, module, written } = entry;
    if (equalValues(this.#faults.get(name)?.written, written)) return;
    const plugin = await this.#parts.load(module);
    if (plugin === undefined) {
      this.#refuse(name, written, `there is no beacon '${module}' here`);
      return;
    }
    try {
      const [isValid, why] = await this.#verdict(plugin, module, written);
      if (!isValid) {
        this.#refuse(name, written, why);
        return;
      }
    } catch (err) {
      this.#refuse(name, written, err instanceof Error ? err.message : String(err));
      return;
    }
    this.#faults.delete(name);
    const beacon = new OpenBeacon(entry, plugin, { ...this.#parts, onDone: (done) => void this.manage({ func: 'disable_beacon', name: done }) });
    this.#open.set(name, beacon);
    beacon.start();
    this.#parts.log.info({ beacon: name, module }, 'beacon runs');
  }

  #refuse(name: string, written: Value, why: string): void {
    const known = this.#faults.get(name);
    if (known?.why === why && equalValues(known.written, written)) return;
    this.#faults.set(name, { written, why });
    this.#parts.log.error({ beacon: name }, `Beacon ${name} configuration invalid, not running.\n${why}`);
  }
}
