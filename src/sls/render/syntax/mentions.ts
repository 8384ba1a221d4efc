/**
 * What a template says of functions and grains, seen without running it: whoever renders finds out about these first, and about all others
 * only when it must. Start at `mentionsOf`.
 */
import type { AttributeNode, CallNode, CompareNode, Expression, ItemNode, TemplateNode } from './nodes.js';

export interface Mentions {
  /** `mod.fun`, or the name of a module where its function is not told. */
  readonly functions: ReadonlySet<string>;
  /** Functions of which it only asks whether they are there. */
  readonly asked: ReadonlySet<string>;
  /** `salt` is used in a way that may reach any function. */
  readonly anyFunction: boolean;
  /** Grains by the first part of their path. */
  readonly grains: ReadonlySet<string>;
  /** `grains` is used as a whole. */
  readonly anyGrain: boolean;
}

/** Functions that look up grains; their first words are paths. */
const LOOKUPS = /^(?:grains\.|config\.get$)/;

export function mentionsOf(template: TemplateNode): Mentions {
  const reader = new Reader();
  reader.visit(template.body);
  return reader;
}

const isName = (node: Expression, name: string): boolean => node.kind === 'name' && node.name === name;

/** The word behind a dot or in brackets. */
function memberOf(node: Expression): string | undefined {
  if (node.kind === 'attribute') return node.name;
  return node.kind === 'item' ? textOf(node.key) : undefined;
}

function textOf(node: Expression | undefined): string | undefined {
  return node?.kind === 'const' && typeof node.value === 'string' ? node.value : undefined;
}

/** `mod.fun` or `mod` of a reference to it. */
function functionOf(node: Expression): string | undefined {
  if (node.kind !== 'attribute' && node.kind !== 'item') return undefined;
  const word = memberOf(node);
  if (word === undefined) return undefined;
  if (isName(node.owner, 'salt')) return word;
  const { owner } = node;
  return owner.kind === 'attribute' && isName(owner.owner, 'salt') ? `${owner.name}.${word}` : undefined;
}

class Reader implements Mentions {
  readonly functions = new Set<string>();
  readonly asked = new Set<string>();
  readonly grains = new Set<string>();
  anyFunction = false;
  anyGrain = false;

  /** Any part of the tree. */
  visit(part: unknown): void {
    if (Array.isArray(part)) {
      for (const item of part) this.visit(item);
    } else if (typeof part === 'object' && part !== null && !this.#takes(part as Expression)) this.visit(Object.values(part));
  }

  /** True when nothing below the node is to be looked at any more. */
  #takes(node: Expression): boolean {
    if (node.kind === 'name') return this.#name(node.name);
    if (node.kind === 'attribute' || node.kind === 'item') return this.#member(node);
    if (node.kind === 'call') return this.#call(node);
    return node.kind === 'const' || (node.kind === 'compare' && this.#compare(node));
  }

  #name(name: string): true {
    if (name === 'salt') this.anyFunction = true;
    else if (name === 'grains') this.anyGrain = true;
    else if (name === 'ifelse') this.functions.add('match.ifelse');
    return true;
  }

  #member(node: AttributeNode | ItemNode): boolean {
    const fun = functionOf(node);
    if (fun === undefined) return isName(node.owner, 'grains') && this.#grain(memberOf(node));
    this.functions.add(fun);
    return true;
  }

  #grain(path: string | undefined): boolean {
    if (path !== undefined) this.grains.add(path.split(':', 1)[0] ?? '');
    return path !== undefined;
  }

  #call({ callee, args }: CallNode): boolean {
    if (callee.kind === 'attribute' && isName(callee.owner, 'grains')) {
      if (callee.name !== 'get' || !this.#grain(textOf(args.list[0]))) this.anyGrain = true;
    } else {
      if (LOOKUPS.test(functionOf(callee) ?? '')) for (const word of [...args.list, ...args.named.map(([, value]) => value)]) this.#grain(textOf(word));
      this.visit(callee);
    }
    this.visit(args);
    return true;
  }

  /** `'mod.fun' in salt`, `'name' in grains`. */
  #compare({ first, rest }: CompareNode): boolean {
    const [compared] = rest;
    const word = textOf(first);
    if (rest.length !== 1 || compared === undefined || word === undefined || !compared[0].endsWith('in')) return false;
    if (isName(compared[1], 'salt')) this.asked.add(word);
    else if (isName(compared[1], 'grains')) this.#grain(word);
    else return false;
    return true;
  }
}
