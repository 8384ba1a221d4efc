/** Macros, and the bodies of `call` blocks, which are macros without a name. */
import type { Expression, Signature, Statement } from '../syntax/nodes.js';
import { chain, inTurn } from '../python/callable.js';
import { type Args, type Data, type Later, Thing, tuple } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { typeError } from '../python/errors.js';
import { Markup } from '../python/markup.js';
import { reprText } from '../../../kernel/std/python-text.js';
import { Undefined } from '../python/undefined.js';
import { Cx, Frame, type Code, type Step } from './machine.js';
import { framed } from './failure.js';
import { mentions } from './names.js';
import { Scope, Sink } from './scope.js';

/** What reading a macro makes of it. */
export interface MacroPlan {
  readonly name: string | undefined;
  readonly params: readonly { readonly name: string; readonly fallback: Code | undefined }[];
  readonly body: Step;
  readonly line: number;
  readonly takesRest: boolean;
  readonly takesNamed: boolean;
  readonly takesCaller: boolean;
}

export function planMacro(
  node: Signature & { readonly body: readonly Statement[]; readonly line: number }, name: string | undefined,
  parts: { readonly body: Step; readonly expression: (node: Expression) => Code },
): MacroPlan {
  const uses = (word: string): boolean => mentions(node.body, word) && !node.params.some((param) => param.name === word);
  return {
    name, body: parts.body, line: node.line, takesRest: uses('varargs'), takesNamed: uses('kwargs'),
    takesCaller: mentions(node.body, 'caller'),
    params: node.params.map((param) => ({ name: param.name, fallback: param.fallback && parts.expression(param.fallback) })),
  };
}

export class Macro extends Thing {
  readonly typeName = 'Macro';
  readonly #plan: MacroPlan;
  readonly #home: Cx;

  /** `home` is where the macro is written: it sees the variables there. */
  constructor(plan: MacroPlan, home: Cx) {
    super();
    this.#plan = plan;
    this.#home = home;
  }

  override get kindText(): string {
    return 'jinja2.runtime.Macro object';
  }

  override repr(): string {
    return `<Macro ${this.#plan.name === undefined ? 'anonymous' : reprText(this.#plan.name)}>`;
  }

  override member(name: string): Data | undefined {
    switch (name) {
      case 'name': return this.#plan.name ?? null;
      case 'arguments': return tuple(this.#plan.params.map((param) => param.name));
      case 'catch_kwargs': return this.#plan.takesNamed;
      case 'catch_varargs': return this.#plan.takesRest;
      case 'caller': return this.#plan.takesCaller;
      default: return undefined;
    }
  }

  override call(args: Args): Later<Data> {
    const { run, rendering, autoescape, frame: home } = this.#home;
    const frame = new Frame(home.template, 'macro', this.#plan.name ?? 'caller');
    frame.line = this.#plan.line;
    const out = new Sink();
    const cx = new Cx(run, frame, new Scope(this.#home.scope), out, rendering, autoescape);
    this.#check(args);
    return run.deeper(() => framed(frame, () => chain(this.#bind(cx, args), () => chain(this.#plan.body(cx), () => (autoescape ? new Markup(out.text) : out.text)))));
  }

  /** @throws PythonError for arguments that the macro does not take */
  #check({ list, named }: Args): void {
    const { name, params, takesRest, takesNamed, takesCaller } = this.#plan;
    const words = new Set(params.map((param) => param.name));
    const shown = name === undefined ? 'None' : reprText(name);
    if (list.length > params.length && !takesRest) throw typeError(`macro ${shown} takes not more than ${params.length} argument(s)`);
    if (takesNamed) return;
    const unknown = [...named.keys()].filter((word) => !words.has(word) && !(word === 'caller' && takesCaller));
    if (unknown.includes('caller')) throw typeError(`macro ${shown} was invoked with two values for the special caller argument. This is most likely a bug.`);
    if (unknown[0] !== undefined) throw typeError(`macro ${shown} takes no keyword argument ${reprText(unknown[0])}`);
  }

  #bind(cx: Cx, { list, named }: Args): Later<void> {
    const { params, takesRest, takesNamed, takesCaller } = this.#plan;
    const { variables } = cx.scope;
    const left = new Map(named);
    const caller = left.get('caller');
    if (takesCaller && !params.some((param) => param.name === 'caller')) {
      left.delete('caller');
      variables.set('caller', caller ?? new Undefined('No caller defined', cx.run.strict));
    }
    const bound = inTurn(params, (param, at) => {
      const given = at < list.length ? list[at] : left.get(param.name);
      left.delete(param.name);
      if (given !== undefined) variables.set(param.name, given);
      else if (param.fallback === undefined) variables.set(param.name, new Undefined(`parameter ${reprText(param.name)} was not provided`, cx.run.strict));
      else return chain(param.fallback.run(cx), (value) => void variables.set(param.name, value));
      return undefined;
    });
    return chain(bound, () => {
      if (takesNamed) variables.set('kwargs', Dict.of(left));
      if (takesRest) variables.set('varargs', tuple(list.slice(params.length)));
    });
  }
}
