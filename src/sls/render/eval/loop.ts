/** `for`: going through items with a scope for each, and what `loop` knows. */
import type { ForNode, Statement } from '../syntax/nodes.js';
import { chain, inTurn } from '../python/callable.js';
import { equal, truth } from '../python/compare.js';
import { type Args, Builtin, type Data, type Later, orElse, Thing } from '../python/data.js';
import { typeError } from '../python/errors.js';
import { iterate } from '../python/iterate.js';
import { Markup } from '../python/markup.js';
import { Undefined } from '../python/undefined.js';
import { Cx, type Code, type Signal, type Step } from './machine.js';
import { hasScopedBlock, mentions } from './names.js';
import { Scope, Sink } from './scope.js';
import type { Assign } from './targets.js';

/** A `for` as it was read. */
interface LoopPlan {
  readonly line: number;
  readonly assign: Assign;
  readonly iter: Code;
  readonly test: Code | undefined;
  readonly body: Step;
  readonly otherwise: Step;
  readonly recursive: boolean;
  readonly usesLoop: boolean;
}

export function compileLoop(
  node: ForNode, parts: { readonly assign: Assign; readonly iter: Code; readonly test: Code | undefined; readonly body: (body: readonly Statement[]) => Step },
): Step {
  const plan: LoopPlan = {
    line: node.line, assign: parts.assign, iter: parts.iter, test: parts.test, recursive: node.recursive,
    body: parts.body(node.body), otherwise: parts.body(node.otherwise),
    usesLoop: node.recursive || mentions(node.body, 'loop') || mentions(node.test, 'loop') || hasScopedBlock(node.body),
  };
  return (cx) => {
    cx.frame.line = plan.line;
    return chain(plan.iter.run(cx), (items) => loopOver(plan, cx, items, 0));
  };
}

function loopOver(plan: LoopPlan, cx: Cx, items: Data, depth: number): Later<Signal> {
  if (!plan.usesLoop) return turns(plan, cx, iterate(items)[Symbol.iterator](), undefined, false);
  const list = Array.isArray(items) ? items : [...iterate(items)];
  return chain(plan.test === undefined ? list : kept(plan, plan.test, cx, list), (left) => {
    const loop = new Loop(plan, cx, left, depth);
    return turns({ ...plan, test: undefined }, cx, left[Symbol.iterator](), loop, false);
  });
}

/** The items for which the test holds, when `loop` must know them all beforehand. */
function kept(plan: LoopPlan, test: Code, cx: Cx, list: readonly Data[]): Later<Data[]> {
  const left: Data[] = [];
  const done = inTurn(list, (item) => {
    const inner = cx.inner();
    plan.assign(inner, item);
    return chain(test.run(inner), (holds) => {
      if (truth(holds)) left.push(item);
    });
  });
  return chain(done, () => left);
}

/** Takes the items that are left, one after the other; waits only where the body does. */
function turns(plan: LoopPlan, cx: Cx, items: Iterator<Data>, loop: Loop | undefined, hadOne: boolean): Later<Signal> {
  let any = hadOne;
  for (;;) {
    cx.frame.line = plan.line;
    cx.run.step();
    const next = items.next();
    if (next.done === true) return afterLast(plan, cx, any);
    const inner = new Cx(cx.run, cx.frame, new Scope(cx.scope), cx.out, cx.rendering, cx.autoescape);
    plan.assign(inner, next.value);
    if (loop !== undefined) {
      loop.advance();
      inner.scope.variables.set('loop', loop);
    }
    const ended = turn(plan, inner);
    if (ended instanceof Promise) return ended.then((signal) => (signal === 'break' ? afterLast(plan, cx, any) : turns(plan, cx, items, loop, any || signal === undefined)));
    if (ended === 'break') return afterLast(plan, cx, any);
    any ||= ended === undefined;
    const pause = cx.run.pause();
    if (pause !== undefined) return pause.then(() => turns(plan, cx, items, loop, any));
  }
}

/** `else`: when no turn came to its end. As in Jinja a turn that `continue` or `break` ends does not count. */
function afterLast(plan: LoopPlan, cx: Cx, any: boolean): Later<Signal> {
  return any ? undefined : plan.otherwise(cx.inner());
}

function turn(plan: LoopPlan, inner: Cx): Later<Signal | 'skipped'> {
  if (plan.test === undefined) return plan.body(inner);
  return chain(plan.test.run(inner), (holds) => (truth(holds) ? plan.body(inner) : 'skipped'));
}

/** The variable `loop`. */
class Loop extends Thing {
  readonly typeName = 'LoopContext';
  readonly #plan: LoopPlan;
  readonly #cx: Cx;
  readonly #items: readonly Data[];
  readonly #depth: number;
  #at = -1;
  #last: readonly Data[] | undefined;

  constructor(plan: LoopPlan, cx: Cx, items: readonly Data[], depth: number) {
    super();
    this.#plan = plan;
    this.#cx = cx;
    this.#items = items;
    this.#depth = depth;
  }

  override get kindText(): string {
    return `jinja2.runtime.${this.typeName} object`;
  }

  override repr(): string {
    return `<LoopContext ${this.#at + 1}/${this.#items.length}>`;
  }

  advance(): void {
    this.#at += 1;
  }

  override size(): number {
    return this.#items.length;
  }

  override member(name: string): Data | undefined {
    const { length } = this.#items;
    switch (name) {
      case 'index': return this.#at + 1;
      case 'index0': return this.#at;
      case 'revindex': return length - this.#at;
      case 'revindex0': return length - this.#at - 1;
      case 'first': return this.#at === 0;
      case 'last': return this.#at === length - 1;
      case 'length': return length;
      case 'depth': return this.#depth + 1;
      case 'depth0': return this.#depth;
      case 'previtem': return orElse(this.#items[this.#at - 1], () => new Undefined('there is no previous item', this.#cx.run.strict));
      case 'nextitem': return orElse(this.#items[this.#at + 1], () => new Undefined('there is no next item', this.#cx.run.strict));
      case 'cycle': return new Builtin(name, ({ list }) => this.#cycle(list));
      case 'changed': return new Builtin(name, ({ list }) => this.#changed(list));
      default: return undefined;
    }
  }

  #cycle(list: readonly Data[]): Data {
    if (list.length === 0) throw typeError('no items for cycling given');
    return list[this.#at % list.length] as Data;
  }

  #changed(list: readonly Data[]): boolean {
    const before = this.#last;
    this.#last = list;
    return before === undefined || before.length !== list.length || !before.every((item, at) => equal(item, list[at] as Data));
  }

  /** `loop(items)`: the same loop over other items; gives its text. */
  override call({ list }: Args): Later<Data> {
    const { run, frame, scope, rendering, autoescape } = this.#cx;
    if (!this.#plan.recursive) {
      throw typeError("The loop must have the 'recursive' marker to be called recursively.");
    }
    if (list.length !== 1) throw typeError(`LoopContext.__call__() takes 2 positional arguments but ${list.length + 1} were given`);
    const out = new Sink();
    const cx = new Cx(run, frame, scope, out, rendering, autoescape);
    const line = frame.line;
    return run.deeper(() => chain(loopOver(this.#plan, cx, list[0] as Data, this.#depth + 1), () => {
      frame.line = line;
      return autoescape ? new Markup(out.text) : out.text;
    }));
  }
}
