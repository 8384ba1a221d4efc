/** High data of one run: shown, checked, compiled, run. */
import type { StateHigh, StateProgress, StateResult, StateStep } from '../../kernel/contract/state-engine.js';
import { text as textOf } from './high-data.js';
import type { PlainMap, Value, ValueMap } from '../../kernel/std/value.js';
import { compileChunks, modulesOf, reconcile, type Compiled } from './compile/compile.js';
import { dotOf } from './compile/dot.js';
import { requisiteIn } from './compile/requisite-in.js';
import { verify } from './compile/verify.js';
import { showHigh, tagOf, type HighData } from './high-data.js';
import type { RunMaker } from './run/run-maker.js';

export class High implements StateHigh {
  readonly #high: HighData;
  readonly #maker: RunMaker;

  constructor(high: HighData, maker: RunMaker) {
    this.#high = high;
    this.#maker = maker;
  }

  get isEmpty(): boolean {
    const { ids, extensions, excludes } = this.#high;
    return ids.size + extensions.length + excludes.length === 0;
  }

  show(): ValueMap {
    return showHigh(this.#high);
  }

  verify(): string[] {
    return verify(this.#high);
  }

  exclude(items: readonly Value[]): void {
    this.#high.excludes.push(...items);
  }

  async chunks(how: 'full' | 'requisites' | 'plain'): Promise<{ chunks: readonly PlainMap[]; errors: readonly string[] }> {
    const { compiled, errors } = await this.#compile(how);
    return { chunks: compiled?.chunks ?? [], errors };
  }

  async run(progress?: StateProgress): Promise<StateResult> {
    const { compiled, errors } = await this.#compile('full');
    if (compiled === undefined) return errors;
    return this.#maker.make(compiled, progress).all();
  }

  async runId(id: Value): Promise<StateResult> {
    const { compiled, errors } = await this.#compile('requisites');
    if (compiled === undefined) return errors;
    return this.#maker.make(compiled).some(compiled.chunks.filter((low) => low['__id__'] === textOf(id)));
  }

  async order(): Promise<{ steps: readonly StateStep[]; errors: readonly string[] }> {
    const { compiled, errors } = await this.#compile('full');
    if (compiled === undefined) return { steps: [], errors };
    const steps = compiled.chunks.map((low): StateStep => {
      const tag = tagOf(low);
      const needs = [...compiled.graph.nodes.get(tag)?.needs ?? []]
        .flatMap(([needed, kinds]) => (needed.chunk === undefined ? [] : [...kinds].map((kind) => [kind, tagOf(needed.chunk ?? {})] as const)));
      return { tag, low, needs };
    });
    return { steps, errors: [] };
  }

  async dot(how: 'full' | 'plain'): Promise<{ text: string; errors: readonly string[] }> {
    const { compiled, errors } = await this.#compile(how);
    return { text: compiled === undefined ? '' : dotOf(compiled.graph), errors };
  }

  async #compile(how: 'full' | 'requisites' | 'plain'): Promise<{ compiled?: Compiled; errors: string[] }> {
    const options = await this.#maker.compileOptions(modulesOf(this.#high));
    const reconciled = this.#reconcile(how, options.disabledRequisites ?? []);
    if (reconciled.errors.length > 0) return { errors: reconciled.errors };
    const compiled = compileChunks(reconciled.high, options);
    return compiled.errors.length > 0 ? { errors: compiled.errors } : { compiled, errors: [] };
  }

  #reconcile(how: 'full' | 'requisites' | 'plain', disabledRequisites: readonly string[]): { high: HighData; errors: string[] } {
    if (how === 'full') return reconcile(this.#high, { disabledRequisites });
    const errors = this.verify();
    if (errors.length > 0 || how === 'plain') return { high: this.#high, errors };
    return requisiteIn(this.#high, disabledRequisites);
  }
}
