/** Makes closures of expressions. Where nothing is called nothing is waited for. Start at `compileExpression`. */
import type { Arguments, BinaryNode, CompareNode, CompareWord, Expression, FilterNode, TestNode } from '../syntax/nodes.js';
import { slice } from '../python/access.js';
import { chain, mapInTurn, type Operation } from '../python/callable.js';
import { contains, equal, ordered, truth } from '../python/compare.js';
import { type Args, type Data, type Later, NO_ARGS, orElse, tuple } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { TemplateError, typeError } from '../python/errors.js';
import { isIterable, iterate } from '../python/iterate.js';
import { textOf } from '../python/markup.js';
import { binary, type BinaryWord, sign } from '../python/operators.js';
import { strOf } from '../python/text.js';
import { nameOfType } from '../python/type-name.js';
import { Undefined } from '../python/undefined.js';
import type { Code, Cx } from './machine.js';
import type { Operations } from './operations.js';

/** Where an expression stands: in branches of `if`, unknown filters are errors only when they are reached. */
export interface Surroundings {
  readonly operations: Operations;
  readonly soft: boolean;
  /** Directly in the template, or in `if` there. */
  readonly top: boolean;
  /** Output is left out once the template extends another. */
  readonly hides: boolean;
}

type Run = (cx: Cx) => Data;

export function compileExpression(node: Expression, around: Surroundings): Code {
  switch (node.kind) {
    case 'const': return steady(() => node.value);
    case 'name': return name(node.name);
    case 'tuple': return collect(node.items, around, (items) => tuple(items));
    case 'list': return collect(node.items, around, (items) => items);
    case 'dict': return dict(node.pairs, around);
    case 'attribute': return one(compileExpression(node.owner, around), (owner, cx) => cx.run.attribute(owner, node.name));
    case 'item': return node.key.kind === 'slice' ? sliced(node.owner, node.key.parts, around)
      : two(compileExpression(node.owner, around), compileExpression(node.key, around), (owner, key, cx) => cx.run.item(owner, key));
    case 'call': return call(compileExpression(node.callee, around), compileArguments(node.args, around));
    case 'filter': return filter(node, around);
    case 'test': return test(node, around);
    case 'not': return one(compileExpression(node.operand, around), (value) => !truth(value));
    case 'negative': return one(compileExpression(node.operand, around), (value) => sign('-', value));
    case 'positive': return one(compileExpression(node.operand, around), (value) => sign('+', value));
    case 'binary': return operator(node, around);
    case 'compare': return comparison(node, around);
    case 'concat': return collect(node.items, around, (items) => items.map(strOf).join(''));
    case 'condition': return condition(node, around);
    case 'namespaceRef': case 'slice': throw new TypeError(`${node.kind} is no value`);
  }
}

function steady(run: Run): Code {
  return { run, waits: false };
}

/** Code that works on the value of other code. */
function one(operand: Code, work: (value: Data, cx: Cx) => Data): Code {
  if (!operand.waits) {
    const run = operand.run as Run;
    return steady((cx) => work(run(cx), cx));
  }
  return { waits: true, run: (cx) => chain(operand.run(cx), (value) => work(value, cx)) };
}

function two(left: Code, right: Code, work: (a: Data, b: Data, cx: Cx) => Data): Code {
  if (!left.waits && !right.waits) {
    const [first, second] = [left.run as Run, right.run as Run];
    return steady((cx) => work(first(cx), second(cx), cx));
  }
  return { waits: true, run: (cx) => chain(left.run(cx), (a) => chain(right.run(cx), (b) => work(a, b, cx))) };
}

function collect(nodes: readonly Expression[], around: Surroundings, work: (items: Data[]) => Data): Code {
  const codes = nodes.map((node) => compileExpression(node, around));
  if (codes.every((code) => !code.waits)) {
    const runs = codes.map((code) => code.run as Run);
    return steady((cx) => work(runs.map((run) => run(cx))));
  }
  return { waits: true, run: (cx) => chain(mapInTurn(codes, (code) => code.run(cx)), work) };
}

function name(word: string): Code {
  return steady((cx) => orElse(cx.scope.get(word), () => unknownName(word, cx)));
}

export function unknownName(word: string, cx: Cx): Undefined {
  return new Undefined(`'${word}' is undefined`, cx.run.strict, { word, known: () => cx.scope.all().keys() });
}

function dict(pairs: readonly (readonly [Expression, Expression])[], around: Surroundings): Code {
  return collect(pairs.flat(), around, (items) => {
    const made = new Dict();
    for (let at = 0; at < items.length; at += 2) made.set(items[at] as Data, items[at + 1] as Data);
    return made;
  });
}

function sliced(owner: Expression, parts: readonly (Expression | undefined)[], around: Surroundings): Code {
  const nothing: Code = steady(() => null);
  const codes = [compileExpression(owner, around), ...parts.map((part) => (part === undefined ? nothing : compileExpression(part, around)))];
  const waits = codes.some((code) => code.waits);
  const work = (values: Data[]): Data => {
    const [from, a, b, c] = values as [Data, Data, Data, Data];
    return slice(from, a, b, c);
  };
  return { waits, run: (cx) => chain(mapInTurn(codes, (code) => code.run(cx)), work) };
}

export interface ArgumentsCode {
  readonly run: (cx: Cx) => Later<Args>;
  readonly waits: boolean;
}

export function compileArguments(args: Arguments, around: Surroundings): ArgumentsCode {
  if (args.list.length + args.named.length === 0 && args.spread === undefined && args.spreadNamed === undefined) {
    return { run: () => NO_ARGS, waits: false };
  }
  const list = args.list.map((node) => compileExpression(node, around));
  const named = args.named.map(([word, node]) => [word, compileExpression(node, around)] as const);
  const spread = args.spread && compileExpression(args.spread, around);
  const spreadNamed = args.spreadNamed && compileExpression(args.spreadNamed, around);
  const codes = [...list, ...named.map(([, code]) => code), ...[spread, spreadNamed].filter((code) => code !== undefined)];
  const words = named.map(([word]) => word);
  const shape = { count: list.length, words, spread: spread !== undefined, spreadNamed: spreadNamed !== undefined };
  if (codes.some((code) => code.waits)) {
    return { waits: true, run: (cx) => chain(mapInTurn(codes, (code) => code.run(cx)), (values) => gather(values, shape)) };
  }
  const runs = codes.map((code) => code.run as Run);
  return { waits: false, run: (cx) => gather(runs.map((run) => run(cx)), shape) };
}

interface ArgumentsShape {
  readonly count: number;
  readonly words: readonly string[];
  readonly spread: boolean;
  readonly spreadNamed: boolean;
}

function gather(values: readonly Data[], { count, words, spread, spreadNamed }: ArgumentsShape): Args {
  if (words.length === 0 && !spread && !spreadNamed) return { list: values, named: NO_ARGS.named };
  const list = values.slice(0, count);
  const named = new Map<string, Data>();
  for (const [at, word] of words.entries()) named.set(word, values[count + at] as Data);
  const rest = values.slice(count + words.length);
  if (spread) list.push(...spreadItems(rest.shift() as Data));
  if (spreadNamed) addNamed(named, rest[0] as Data);
  return { list, named };
}

/** Python's name of what calls functions of templates, in its texts. */
const CALL = 'jinja2.sandbox.SandboxedEnvironment.call()';

function spreadItems(given: Data): Iterable<Data> {
  if (given instanceof Undefined) given.fail();
  if (!isIterable(given)) throw typeError(`${CALL} argument after * must be an iterable, not ${nameOfType(given)}`);
  return iterate(given);
}

function addNamed(named: Map<string, Data>, given: Data): void {
  if (given instanceof Undefined) given.fail();
  if (!(given instanceof Dict)) throw typeError(`${CALL} argument after ** must be a mapping, not ${nameOfType(given)}`);
  for (const [key, value] of given.entries()) {
    const word = textOf(key);
    if (word === undefined) throw typeError('keywords must be strings');
    if (named.has(word)) throw typeError(`got multiple values for keyword argument '${word}'`);
    named.set(word, value);
  }
}

function call(callee: Code, args: ArgumentsCode): Code {
  return { waits: true, run: (cx) => chain(callee.run(cx), (target) => chain(args.run(cx), (given) => cx.run.call(target, given))) };
}

/** Applies an operation to a value that comes from elsewhere: filter blocks, `set` blocks. */
export function compileFilter(node: FilterNode, input: Code, around: Surroundings): Code {
  const found = around.operations.filter(node.name);
  if (found !== undefined) return operate(found, input, compileArguments(node.args, around));
  return missingOperation('filter', node, around);
}

function filter(node: FilterNode, around: Surroundings): Code {
  if (node.input === undefined) throw new TypeError('a filter without a value stands in a block');
  return compileFilter(node, compileExpression(node.input, around), around);
}

function test(node: TestNode, around: Surroundings): Code {
  const found = around.operations.test(node.name);
  if (found === undefined) return missingOperation('test', node, around);
  return operate(found, compileExpression(node.input, around), compileArguments(node.args, around));
}

function missingOperation(kind: 'filter' | 'test', node: FilterNode | TestNode, around: Surroundings): Code {
  const known = (): Iterable<string> => (kind === 'filter' ? around.operations.filterNames() : around.operations.testNames());
  const details = { word: node.name, known };
  if (!around.soft) throw new TemplateError('syntax', `No ${kind} named '${node.name}'.`, { ...details, line: node.line });
  return steady(() => {
    throw new TemplateError('runtime', `No ${kind} named '${node.name}' found.`, details);
  });
}

function operate(found: Operation, input: Code, args: ArgumentsCode): Code {
  if (!input.waits && !args.waits && !found.waits) {
    const [value, given] = [input.run as Run, args.run as (cx: Cx) => Args];
    const work = found.run as (input: Data, args: Args, site: Cx['run']) => Data;
    return steady((cx) => work(value(cx), given(cx), cx.run));
  }
  return { waits: true, run: (cx) => chain(input.run(cx), (value) => chain(args.run(cx), (given) => found.run(value, given, cx.run))) };
}

function operator({ word, left, right }: BinaryNode, around: Surroundings): Code {
  const [a, b] = [compileExpression(left, around), compileExpression(right, around)];
  if (word !== 'and' && word !== 'or') return two(a, b, (x, y) => binary(word as BinaryWord, x, y));
  const goesOn = word === 'and';
  if (!a.waits && !b.waits) {
    const [first, second] = [a.run as Run, b.run as Run];
    return steady((cx) => {
      const value = first(cx);
      return truth(value) === goesOn ? second(cx) : value;
    });
  }
  return { waits: true, run: (cx) => chain(a.run(cx), (value) => (truth(value) === goesOn ? b.run(cx) : value)) };
}

function compare(word: CompareWord, a: Data, b: Data): boolean {
  switch (word) {
    case '==': return equal(a, b);
    case '!=': return !equal(a, b);
    case 'in': return contains(b, a);
    case 'not in': return !contains(b, a);
    case '<': case '<=': case '>': case '>=': return ordered(word, a, b);
  }
}

function comparison({ first, rest }: CompareNode, around: Surroundings): Code {
  const start = compileExpression(first, around);
  const steps = rest.map(([word, node]) => ({ word, code: compileExpression(node, around) }));
  const [only] = steps;
  if (steps.length === 1 && only !== undefined) return two(start, only.code, (a, b) => compare(only.word, a, b));
  // A chain ends at the first comparison that does not hold.
  const from = (at: number, left: Data, cx: Cx): Later<Data> => {
    const step = steps[at];
    if (step === undefined) return true;
    return chain(step.code.run(cx), (right) => (compare(step.word, left, right) ? from(at + 1, right, cx) : false));
  };
  return { waits: start.waits || steps.some(({ code }) => code.waits), run: (cx) => chain(start.run(cx), (left) => from(0, left, cx)) };
}

function condition(node: Expression & { kind: 'condition' }, around: Surroundings): Code {
  const inside = { ...around, soft: true };
  const ask = compileExpression(node.test, inside);
  const yes = compileExpression(node.yes, inside);
  const no = node.no === undefined ? steady((cx) => noElse(node.line, cx)) : compileExpression(node.no, inside);
  if (!ask.waits && !yes.waits && !no.waits) {
    const [a, b, c] = [ask.run as Run, yes.run as Run, no.run as Run];
    return steady((cx) => (truth(a(cx)) ? b(cx) : c(cx)));
  }
  return { waits: true, run: (cx) => chain(ask.run(cx), (value) => (truth(value) ? yes : no).run(cx)) };
}

/** Even where undefined values are strict this one prints as nothing. */
function noElse(line: number, cx: Cx): Undefined {
  const templateName = cx.frame.template.name;
  const where = templateName === undefined ? `line ${line}` : `line ${line} in '${templateName}'`;
  return new Undefined(`the inline if-expression on ${where} evaluated to false and no else section was defined.`, false);
}
