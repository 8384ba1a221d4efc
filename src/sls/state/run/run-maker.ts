/** Puts the parts of a run together: chunks that were compiled, on this minion, for one call. */
import { randomUUID } from 'node:crypto';
import type { Logger } from '../../../kernel/contract/log.js';
import type { PlaceOf } from '../../../kernel/contract/plugin.js';
import type { StateProgress } from '../../../kernel/contract/state-engine.js';
import type { Session } from '../../../kernel/loader/call-session.js';
import { slsPlaces } from '../../../kernel/sys/sls-places.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { CompileOptions, Compiled } from '../compile/compile.js';
import { Graph } from '../compile/graph.js';
import { text, type LowChunk } from '../high-data.js';
import { StateFunctions } from './functions.js';
import { ParallelStates } from './parallel.js';
import { PausePoints } from './pauses.js';
import { Refresher, type RefreshActions } from './refresher.js';
import type { Rows } from './rows.js';
import { RunJournal } from './run-journal.js';
import { Runner } from './runner.js';
import { StateCaller } from './state-caller.js';
import { StateEvents } from './state-events.js';
import { StateRunning } from './state-running.js';

export interface RunFacts {
  readonly session: Session;
  readonly log: Logger;
  /** As this run has them. */
  readonly opts: Readonly<PlainMap>;
  readonly test: boolean;
  readonly mocked: boolean;
  readonly jid: string | undefined;
  readonly orchestrationJid: string | undefined;
  readonly hasMaster: boolean;
  /** For runs that are not given one. */
  readonly progress?: StateProgress | undefined;
  readonly refresh: RefreshActions;
}

export class RunMaker {
  readonly #facts: RunFacts;
  readonly #functions: StateFunctions;
  #places: PlaceOf | undefined;

  constructor(facts: RunFacts) {
    this.#facts = facts;
    this.#functions = new StateFunctions(facts.session);
  }

  /** `modules`: state modules that the high data names. */
  async compileOptions(modules: ReadonlySet<string>): Promise<CompileOptions> {
    const { opts, session, orchestrationJid } = this.#facts;
    const having = new Map<string, ReadonlySet<string>>();
    for (const fun of ['mod_watch', 'mod_aggregate']) {
      const named = new Set<string>();
      for (const module of modules) if (await this.#functions.has(`${module.replace(/\..*$/s, '')}.${fun}`)) named.add(module.replace(/\..*$/s, ''));
      having.set(fun, named);
    }
    return {
      disabled: texts(session.host.grains()['state_runs_disabled']), disabledRequisites: requisitesOf(opts['disabled_requisites']),
      aggregate: opts['state_aggregate'] ?? null, orchestrationJid, modulesWith: (fun) => having.get(fun) ?? new Set(),
    };
  }

  make({ chunks, graph, left }: Pick<Compiled, 'chunks' | 'graph' | 'left'>, given?: StateProgress): StateRunning {
    const { session, log, opts, test, mocked, jid, hasMaster } = this.#facts;
    const progress = given ?? this.#facts.progress ?? {};
    const rows: Rows = new Map();
    const functions = this.#functions;
    const parallel = new ParallelStates(rows, Number(opts['state_max_parallel'] ?? 0) || 0);
    const refresher = new Refresher({
      ...this.#facts.refresh,
      modules: async () => {
        await this.#facts.refresh.modules();
        functions.forget();
      },
    });
    const states = session.as('states', { nested: true, test });
    const caller = new StateCaller({
      session: states, functions, log, test, mocked, runId: randomUUID(), chunks: () => chunks, rows, refresher, parallel,
    }, left);
    const pauses = jid === undefined ? undefined
      : new PausePoints(String(opts['cachedir']), jid, { pack: session.port('pack'), signal: session.options.signal, log });
    const events = new StateEvents({ events: session.port('events'), log, id: session.host.id, jid, all: isTruthy(opts['state_events']), hasMaster });
    const runner = new Runner({
      graph, caller, functions, rows, parallel, pauses, events, progress, test, failhard: isTruthy(opts['failhard']),
      callSpecial: (full, args) => states.call(full, args), logFailure: (low) => this.#logFailure(low),
    });
    return new StateRunning({ chunks, graph, rows, runner, caller, pauses, functions, journal: () => this.#journal(chunks) });
  }

  #journal(chunks: readonly LowChunk[]): RunJournal | undefined {
    const { jid, opts, log } = this.#facts;
    return jid === undefined ? undefined : RunJournal.begin(String(opts['cachedir']), jid, chunks, log);
  }

  #logFailure(low: LowChunk): void {
    const { log, opts } = this.#facts;
    const [sls, id] = [text(low['__sls__']), text(low['__id__'])];
    this.#places ??= slsPlaces(opts);
    log.info({ id, sls, state: `${text(low['state'])}.${text(low['fun'])}`, place: this.#places(sls, id) }, 'state failed');
  }

  /** For chunks that stand alone. */
  single(low: LowChunk): StateRunning {
    return this.make({ chunks: [low], graph: new Graph(), left: 0 });
  }

  get functions(): StateFunctions {
    return this.#functions;
  }
}

const texts = (value: Value | undefined): string[] => (Array.isArray(value) ? (value as readonly Value[]).filter((item) => typeof item === 'string') : []);

/** A list, or words in one text. */
function requisitesOf(value: Value | undefined): string[] {
  return typeof value === 'string' ? value.split(',').map((word) => word.trim()) : texts(value);
}
