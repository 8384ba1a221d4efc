/**
 * The state engine for one call: pillar and options of the call, top files, SLS files, runs.
 * Start at `openEngine`.
 */
import type { Gathered, SlsMatches, StateEngine, StateHigh, StateProgress, StateResult, TopAnswer } from '../../kernel/contract/state-engine.js';
import type { FilePort } from '../../kernel/contract/ports.js';
import { PythonError } from '../../kernel/contract/errors.js';
import type { Session } from '../../kernel/loader/call-session.js';
import { sortedTexts } from '../../kernel/std/python-order.js';
import { isMap, isTruthy, mapGet, typeName, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { compileTarget, hasMatcher } from '../target/target.js';
import { orderChunks } from './compile/compile.js';
import { Gatherer } from './gather.js';
import { High } from './high.js';
import { readHigh, text } from './high-data.js';
import type { RunFacts } from './run/run-maker.js';
import { RunMaker } from './run/run-maker.js';
import { SlsTree, type SlsTreeParts } from './sls-tree.js';
import { readTemplate } from './template-text.js';
import { gatherTops, joinTops, matchTop, mergeTops, verifyTop, type Top } from './tops.js';

export interface EngineParts {
  readonly session: Session;
  readonly facts: RunFacts;
  readonly tree: Omit<SlsTreeParts, 'topPath' | 'configured'>;
  readonly files: FilePort;
  /** What external sources of tops give this minion. */
  readonly externalTops: () => Promise<ValueMap>;
}

export class Engine implements StateEngine {
  readonly #parts: EngineParts;
  readonly #tree: SlsTree;
  readonly #maker: RunMaker;
  readonly saltenv: string | null;
  readonly test: boolean;

  constructor(parts: EngineParts) {
    const { facts } = parts;
    const { opts } = facts;
    this.#parts = parts;
    this.#maker = new RunMaker(facts);
    this.test = facts.test;
    this.saltenv = isTruthy(opts['saltenv']) ? text(opts['saltenv']) : null;
    this.#tree = new SlsTree({ ...parts.tree, topPath: topPath(opts['state_top']), configured: isMap(opts['file_roots']) ? Object.keys(opts['file_roots']) : [] });
  }

  get pillarErrors(): readonly Value[] {
    const errors = this.#parts.session.host.pillar()['_errors'];
    return Array.isArray(errors) ? errors as readonly Value[] : [];
  }

  async tops(): Promise<TopAnswer> {
    const top = await this.#readTop();
    return { errors: verifyTop(top), match: () => this.#match(top) };
  }

  async #match(top: Top): Promise<SlsMatches> {
    const envs = await this.#tree.envs();
    const matches = await matchTop(top, {
      only: this.saltenv,
      hasEnv: (env) => Promise.resolve(envs.includes(text(env))),
      matches: (target, list) => this.#matches(target, list),
    });
    return joinTops(matches, await this.#parts.externalTops(), isTruthy(this.#parts.facts.opts['master_tops_first']));
  }

  /** A top file that cannot be rendered counts as none: the log says why. */
  async #readTop(): Promise<Top> {
    const { opts, log } = this.#parts.facts;
    const strategy = text(opts['top_file_merging_strategy'] ?? 'merge');
    const defaultTop = isTruthy(opts['default_top']) ? text(opts['default_top']) : '';
    if (strategy === 'same' && this.saltenv === null && defaultTop === '') {
      log.error({}, "Unable to render top file: top_file_merging_strategy set to 'same', but no default_top configuration option was set");
      return new Map();
    }
    let tops: Awaited<ReturnType<typeof gatherTops>>;
    try {
      tops = await gatherTops(await this.#topEnvs(), this.#tree);
    } catch (error) {
      if (!(error instanceof PythonError) || !error.className.endsWith('SaltRenderError')) throw error;
      log.error({}, `Unable to render top file: ${error.message}`);
      return new Map();
    }
    return mergeTops(tops, { strategy, defaultTop });
  }

  async #topEnvs(): Promise<readonly string[]> {
    const { opts } = this.#parts.facts;
    if (this.saltenv !== null) return [this.saltenv];
    if (isTruthy(opts['state_top_saltenv'])) return [text(opts['state_top_saltenv'])];
    const order = Array.isArray(opts['env_order']) ? [...new Set((opts['env_order'] as readonly Value[]).map(text))] : [];
    if (order.length === 0) return this.#tree.envs();
    const served = await this.#parts.files.envs();
    return served.length === 0 ? order : order.filter((env) => served.includes(env));
  }

  #matches(target: Value, list: Value): boolean {
    const { session, facts } = this.#parts;
    if (typeof list !== 'string' && !Array.isArray(list) && !isMap(list)) throw new PythonError('TypeError', `'${typeName(list)}' object is not iterable`);
    const options = Array.isArray(list) ? (list as readonly Value[]).filter(isMap) : [];
    const kind = text(options.map((item) => mapGet(item, 'match')).findLast((match) => match !== undefined) ?? 'compound');
    if (kind === 'data') throw new PythonError('KeyError', "'data.getval'");
    if (!hasMatcher(kind)) throw new PythonError('KeyError', `'${kind}_match.match'`);
    const { host } = session;
    return compileTarget({ expr: target, kind, delimiter: ':' }, { nodegroups: facts.opts['nodegroups'] ?? {} })({ id: host.id, grains: host.grains(), pillar: host.pillar() });
  }

  async available(): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, readonly string[]>();
    for (const env of await this.#tree.envs()) found.set(env, sortedTexts(await this.#tree.names(env) ?? []));
    return found;
  }

  async loadDynamic(matches: SlsMatches): Promise<void> {
    const { facts, session } = this.#parts;
    if (facts.opts['autoload_dynamic_modules'] === false) return;
    const synced = await session.as('modules', { nested: true }).call('saltutil.sync_all', [[...matches.keys()]], { refresh: false });
    const changed = isMap(synced) ? Object.entries(synced).filter(([, names]) => isTruthy(names)).map(([kind]) => kind) : [];
    if (changed.includes('grains')) {
      await facts.refresh.grains();
      await facts.refresh.pillar();
    }
    if (changed.length > 0) await facts.refresh.modules();
  }

  async render(matches: SlsMatches): Promise<Gathered> {
    const gatherer = this.#gatherer();
    const errors = await gatherer.take(matches);
    return { high: new High(gatherer.high, this.#maker), errors };
  }

  async renderText(source: string, sls: string | null, path = ''): Promise<Gathered> {
    const file = { text: source, path, source: path };
    if (sls === null) {
      const errors: string[] = [];
      const high = readTemplate(await this.#tree.render(file, '', 'base'), errors);
      return { high: new High(high, this.#maker), errors };
    }
    const gatherer = this.#gatherer();
    // A file of this machine belongs to no environment, unless the call names one.
    const errors = await gatherer.takeFile(file, sls, this.saltenv ?? '');
    return { high: new High(gatherer.high, this.#maker), errors };
  }

  #gatherer(): Gatherer {
    return new Gatherer(this.#tree, { log: this.#parts.facts.log, autoOrder: this.#parts.facts.opts['state_auto_order'] !== false });
  }

  high(data: ValueMap): StateHigh {
    return new High(readHigh(data), this.#maker);
  }

  verify(low: PlainMap): Promise<string[]> {
    return this.#maker.single(low).caller.verify(low);
  }

  call(low: PlainMap): Promise<Value> {
    return this.#maker.single(low).call(low);
  }

  async runChunks(chunks: readonly PlainMap[], progress?: StateProgress): Promise<StateResult> {
    const modules = new Set(chunks.map((low) => text(low['state'])));
    const { sorted, graph, errors } = orderChunks(chunks, await this.#maker.compileOptions(modules));
    if (errors.length > 0) return errors;
    return this.#maker.make({ chunks: sorted, graph, left: 0 }, progress).all();
  }
}

/** Below the root of an environment. */
function topPath(option: Value | undefined): string {
  const name = isTruthy(option) ? text(option) : 'top.sls';
  return name.replace(/^salt:\/\//, '').replace(/^\/+/, '');
}
