/** Collects the nodes of one document: containers, anchors, aliases, and how large the whole is once aliases are followed. */
import { yamlTag, type MappingNode, type Node, type SequenceNode } from './node.js';
import { resolvePlain } from './resolve.js';
import type { SourceText } from './source.js';

/** Containers inside containers. */
const DEPTH_MAX = 300;

export interface Document {
  readonly root: Node | undefined;
  /** Nodes counted with aliases followed, to notice bombs. */
  readonly expandedSize: number;
}

/** What stands before a node: offsets and names as written; the tag is complete. */
export interface Properties {
  readonly start: number;
  readonly anchor?: string | undefined;
  readonly tag?: string | undefined;
}

interface OpenContainer {
  readonly node: SequenceNode | MappingNode;
  key: Node | undefined;
  size: number;
}

interface Anchor {
  readonly node: Node;
  size: number;
  open: boolean;
}

export class TreeBuilder {
  readonly #source: SourceText;
  readonly #anchors = new Map<string, Anchor>();
  readonly #anchored = new Map<Node, Anchor>();
  readonly #open: OpenContainer[] = [];
  #root: Node | undefined;
  #rootSize = 0;

  constructor(source: SourceText) {
    this.#source = source;
  }

  get document(): Document {
    return { root: this.#root, expandedSize: this.#rootSize };
  }

  /** `plain`: without quotes. The tag `!` makes even quoted text resolve as plain: observed. */
  scalar(value: string, plain: boolean, properties: Properties): void {
    const { tag, start } = properties;
    const found = tag === '!' || (tag === undefined && plain) ? resolvePlain(value) : tag ?? yamlTag('str');
    const node: Node = { kind: 'scalar', tag: found, start, value };
    this.#declare(node, properties, false);
    this.#place(node, 1);
  }

  open(kind: 'sequence' | 'mapping', properties: Properties): void {
    const { tag, start } = properties;
    if (this.#open.length >= DEPTH_MAX) this.#source.fail('RecursionError', 'maximum recursion depth exceeded', start);
    const node: SequenceNode | MappingNode = kind === 'sequence'
      ? { kind, tag: tag === undefined || tag === '!' ? yamlTag('seq') : tag, start, items: [] }
      : { kind, tag: tag === undefined || tag === '!' ? yamlTag('map') : tag, start, pairs: [], flat: false };
    this.#declare(node, properties, true);
    this.#open.push({ node, key: undefined, size: 1 });
  }

  close(): void {
    const done = this.#open.pop();
    if (done === undefined) throw new TypeError('no container is open');
    const anchor = this.#anchored.get(done.node);
    if (anchor !== undefined) {
      anchor.open = false;
      anchor.size = done.size;
    }
    this.#place(done.node, done.size);
  }

  alias(name: string, start: number): void {
    const found = this.#anchors.get(name);
    if (found === undefined) this.#source.fail('ComposerError', 'found undefined alias', start);
    if (found.open) this.#source.fail('RecursionError', 'maximum recursion depth exceeded', start);
    this.#place(found.node, found.size);
  }

  #declare(node: Node, { anchor: name }: Properties, open: boolean): void {
    if (name === undefined) return;
    const known = this.#anchors.get(name);
    if (known !== undefined) {
      this.#source.fail('ComposerError', 'second occurrence', node.start,
        { text: 'found duplicate anchor; first occurrence', at: known.node.start });
    }
    const anchor = { node, size: 1, open };
    this.#anchors.set(name, anchor);
    this.#anchored.set(node, anchor);
  }

  #place(node: Node, size: number): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      this.#root = node;
      this.#rootSize = size;
      return;
    }
    parent.size += size;
    if (parent.node.kind === 'sequence') parent.node.items.push(node);
    else if (parent.key === undefined) parent.key = node;
    else {
      parent.node.pairs.push([parent.key, node]);
      parent.key = undefined;
    }
  }
}
