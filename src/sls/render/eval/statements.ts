/** Makes closures of statements. Start at `compileTemplate`. */
import type { Expression, FilterNode, OutputNode, Statement, TemplateNode } from '../syntax/nodes.js';
import { mentionsOf } from '../syntax/mentions.js';
import { chain } from '../python/callable.js';
import { truth } from '../python/compare.js';
import type { Args, Data, Later } from '../python/data.js';
import { typeError } from '../python/errors.js';
import { escapeHtml, Markup, textOf } from '../python/markup.js';
import { printed, strOf } from '../python/text.js';
import { nameOfType } from '../python/type-name.js';
import { Cx, type Code, type CompiledTemplate, type Signal, type Step } from './machine.js';
import { compileArguments, compileExpression, compileFilter, type Surroundings } from './expressions.js';
import { compileLoop } from './loop.js';
import { Macro, planMacro } from './macro.js';
import type { Operations } from './operations.js';
import { Sink } from './scope.js';
import { compileTarget, setName } from './targets.js';
import { compileExtends, compileFrom, compileImport, compileInclude, renderBlock } from './templates.js';

/** @throws TemplateError */
export function compileTemplate(node: TemplateNode, operations: Operations): CompiledTemplate {
  const inside: Surroundings = { operations, soft: false, top: false, hides: false };
  const body = compileBody(node.body, { ...inside, top: true, hides: true });
  const blocks = new Map(Array.from(node.blocks, ([name, block]) => [name, { name, required: block.required, line: block.line, body: compileBody(block.body, inside) }]));
  return { body, blocks, mentions: mentionsOf(node) };
}

function compileBody(nodes: readonly Statement[], around: Surroundings): Step {
  const steps = nodes.map((node) => compileStatement(node, around));
  if (steps.length === 1) return steps[0] as Step;
  return (cx) => runFrom(steps, cx, 0);
}

function runFrom(steps: readonly Step[], cx: Cx, from: number): Later<Signal> {
  for (let at = from; at < steps.length; at++) {
    const ended = (steps[at] as Step)(cx);
    if (ended instanceof Promise) return ended.then((signal) => (signal === undefined ? runFrom(steps, cx, at + 1) : signal));
    if (ended !== undefined) return ended;
  }
  return undefined;
}

function compileStatement(node: Statement, around: Surroundings): Step {
  const inner = { ...around, soft: false, top: false };
  // What is gathered first is there for whoever takes it, also below `extends`.
  const apart = { ...inner, hides: false };
  const expression = (part: Expression): Code => compileExpression(part, around);
  const body = (nodes: readonly Statement[]): Step => compileBody(nodes, inner);
  const apartBody = (nodes: readonly Statement[]): Step => compileBody(nodes, apart);
  switch (node.kind) {
    case 'output': return output(node, around);
    case 'for': return compileLoop(node, {
      assign: compileTarget(node.target), iter: expression(node.iter), test: node.test && compileExpression(node.test, inner), body,
    });
    case 'if': return choice(node, around);
    case 'set': return set(node, around);
    case 'setBlock': return captured(node, around, apartBody(node.body));
    case 'filterBlock': return captured(node, around, body(node.body));
    case 'load': return load(node, around, apartBody(node.body));
    case 'macro': {
      const plan = planMacro(node, node.name, { body: apartBody(node.body), expression: (part) => compileExpression(part, inner) });
      return (cx) => setName(cx, node.name, new Macro(plan, cx));
    }
    case 'callBlock': return callBlock(node, around, apartBody(node.body));
    case 'with': return within(node, around, body(node.body));
    case 'scope': return escaping(expression(node.autoescape), body(node.body));
    case 'block': return (cx) => (around.top && cx.rendering.parent !== undefined ? undefined : placed(node.line, cx, () => renderBlock(node.name, node.scoped, cx)));
    case 'extends': return compileExtends(expression(node.template), node.line);
    case 'include': return compileInclude(node, expression(node.template));
    case 'import': return compileImport(node, expression(node.template));
    case 'from': return compileFrom(node, expression(node.template));
    case 'do': {
      const code = expression(node.expression);
      return (cx) => placed(node.line, cx, () => chain(code.run(cx), () => undefined));
    }
    case 'break': case 'continue': return () => node.kind;
    case 'profile': return profile(node, expression(node.label), compileBody(node.body, around));
  }
}

function placed<T>(line: number, cx: Cx, work: () => T): T {
  cx.frame.line = line;
  return work();
}

function write(cx: Cx, text: string, line = cx.frame.line, verbatim = false): undefined {
  cx.run.wrote(text.length);
  cx.out.origins?.note(cx.out.text.length, cx.frame.template, line, verbatim);
  cx.out.text += text;
}

function shown(value: Data, cx: Cx): string {
  if (!cx.autoescape) return printed(value);
  return value instanceof Markup ? value.value : escapeHtml(printed(value));
}

function output({ parts }: OutputNode, around: Surroundings): Step {
  const steps = parts.map((part): Step => {
    if (part.kind === 'text') return (cx) => write(cx, part.text, part.line, true);
    const code = compileExpression(part, around);
    const { line } = part;
    return (cx) => {
      cx.frame.line = line;
      const value = code.run(cx);
      if (value instanceof Promise) return value.then((data) => write(cx, shown(data, cx), line));
      return write(cx, shown(value, cx), line);
    };
  });
  if (!around.hides) return steps.length === 1 ? steps[0] as Step : (cx) => runFrom(steps, cx, 0);
  // After `extends` the rest of the template is not shown.
  return (cx) => (cx.rendering.parent !== undefined ? undefined : runFrom(steps, cx, 0));
}

function choice(node: Statement & { kind: 'if' }, around: Surroundings): Step {
  const soft = { ...around, soft: true };
  const branches = node.branches.map((branch) => ({ line: branch.line, test: compileExpression(branch.test, soft), body: compileBody(branch.body, soft) }));
  const otherwise = compileBody(node.otherwise, soft);
  const from = (at: number, cx: Cx): Later<Signal> => {
    const branch = branches[at];
    if (branch === undefined) return otherwise(cx);
    cx.frame.line = branch.line;
    return chain(branch.test.run(cx), (value) => (truth(value) ? branch.body(cx) : from(at + 1, cx)));
  };
  return (cx) => from(0, cx);
}

function set(node: Statement & { kind: 'set' }, around: Surroundings): Step {
  const assign = compileTarget(node.target);
  const code = compileExpression(node.value, around);
  return (cx) => {
    cx.frame.line = node.line;
    const value = code.run(cx);
    if (value instanceof Promise) return value.then((data) => assign(cx, data));
    return assign(cx, value);
  };
}

/** Runs a body and gives its text. */
function capture(cx: Cx, body: Step): Later<Data> {
  const inner = cx.inner(new Sink());
  return chain(body(inner), () => (cx.autoescape ? new Markup(inner.out.text) : inner.out.text));
}

/** Code whose value is put in from outside. */
class Slot {
  value: Data = '';
  readonly code: Code = { run: () => this.value, waits: false };
}

/** A chain of filters with an open end, applied to a text. */
function applied(filter: Expression | undefined, around: Surroundings): (cx: Cx, text: Data) => Later<Data> {
  if (filter === undefined) return (_cx, text) => text;
  const names: FilterNode[] = [];
  for (let node: Expression | undefined = filter; node?.kind === 'filter'; node = node.input) names.unshift(node);
  return (cx, text) => {
    const slot = new Slot();
    slot.value = text;
    const code = names.reduce<Code>((input, node) => compileFilter(node, input, around), slot.code);
    return code.run(cx);
  };
}

function captured(node: Statement & { kind: 'setBlock' | 'filterBlock' }, around: Surroundings, body: Step): Step {
  const filter = applied(node.filter, around);
  // Unknown filters are found when the template is read.
  if (node.filter !== undefined) checkFilters(node.filter, around);
  const assign = node.kind === 'setBlock' ? compileTarget(node.target) : (cx: Cx, value: Data) => write(cx, needPiece(value, cx));
  return (cx) => chain(capture(cx, body), (text) => {
    cx.frame.line = node.line;
    return chain(filter(cx, text), (value) => assign(cx, value));
  });
}

/** What a `filter` block gives must be text. Source: observed, Salt 3008.3 joins the pieces as they are. */
function needPiece(value: Data, cx: Cx): string {
  if (textOf(value) === undefined) throw typeError(`sequence item 0: expected str instance, ${nameOfType(value)} found`);
  return shown(value, cx);
}

function checkFilters(node: Expression, around: Surroundings): void {
  for (let at: Expression | undefined = node; at?.kind === 'filter'; at = at.input) compileFilter(at, { run: () => null, waits: false }, around);
}

function load(node: Statement & { kind: 'load' }, around: Surroundings, body: Step): Step {
  const filter = applied(node.filter, around);
  const assign = compileTarget(node.target);
  const plan = planMacro({ params: [], body: node.body, line: node.line }, undefined, { body, expression: (part) => compileExpression(part, around) });
  return (cx) => {
    cx.frame.line = node.line;
    const text = new Macro(plan, cx).call({ list: [], named: new Map() });
    return chain(text, (data) => chain(filter(cx, data), (value) => assign(cx, value)));
  };
}

function callBlock(node: Statement & { kind: 'callBlock' }, around: Surroundings, body: Step): Step {
  const plan = planMacro(node, undefined, { body, expression: (part) => compileExpression(part, around) });
  const callee = compileExpression(node.call.callee, around);
  const args = compileArguments(node.call.args, around);
  return (cx) => {
    cx.frame.line = node.line;
    return chain(callee.run(cx), (target) => chain(args.run(cx), (given) => {
      const withCaller: Args = { list: given.list, named: new Map([...given.named, ['caller', new Macro(plan, cx)]]) };
      return chain(cx.run.call(target, withCaller), (value) => write(cx, shown(value, cx)));
    }));
  };
}

function within(node: Statement & { kind: 'with' }, around: Surroundings, body: Step): Step {
  const targets = node.targets.map(([target, value]) => ({ assign: compileTarget(target), code: compileExpression(value, around) }));
  const from = (at: number, cx: Cx, inner: Cx): Later<Signal> => {
    const part = targets[at];
    if (part === undefined) return body(inner);
    // Values are those of the scope around, whatever has been set before.
    return chain(part.code.run(cx), (value) => {
      part.assign(inner, value);
      return from(at + 1, cx, inner);
    });
  };
  return (cx) => {
    cx.frame.line = node.line;
    return from(0, cx, cx.inner());
  };
}

function escaping(code: Code, body: Step): Step {
  return (cx) => chain(code.run(cx), (value) => {
    const inner = cx.inner();
    return body(new Cx(cx.run, cx.frame, inner.scope, cx.out, cx.rendering, truth(value)));
  });
}

function profile(node: Statement & { kind: 'profile' }, label: Code, body: Step): Step {
  return (cx) => {
    cx.frame.line = node.line;
    return chain(label.run(cx), (name) => {
      const began = performance.now();
      return chain(body(cx), (signal) => {
        cx.run.profile(node.what, strOf(name), (performance.now() - began) / 1000);
        return signal;
      });
    });
  };
}
