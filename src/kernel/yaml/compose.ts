/** Turns the parser's events into nodes: finds tags, resolves plain words, follows aliases. */
import { getScalarValue, parseEvents, SCALAR_STYLE, YAMLException, type Event, type ScalarEvent } from 'js-yaml';
import { explainRefusal } from './explain.js';
import { yamlTag, type Node, type MappingNode, type SequenceNode } from './node.js';
import { resolvePlain } from './resolve.js';
import type { SourceText } from './source.js';

/** Containers inside containers; Python's stack gives up at about 1000 calls, that is some 300 levels. */
const DEPTH_MAX = 300;

interface Document {
  readonly root: Node | undefined;
  /** Nodes counted with aliases followed, to notice bombs. */
  readonly expandedSize: number;
}

/** Reads the one document of a text. @throws YamlError */
export function composeDocument(source: SourceText): Document {
  return new Composer(source, readEvents(source)).compose();
}

function readEvents(source: SourceText): Event[] {
  try {
    return parseEvents(source.text, { maxDepth: DEPTH_MAX * 3 });
  } catch (cause) {
    if (cause instanceof YAMLException) throw explainRefusal(source, cause);
    throw cause;
  }
}

interface OpenContainer {
  readonly node: SequenceNode | MappingNode;
  key: Node | undefined;
  size: number;
}

class Composer {
  readonly #source: SourceText;
  readonly #events: readonly Event[];
  readonly #anchors = new Map<string, { node: Node; start: number; open: boolean }>();
  readonly #sizes = new Map<Node, number>();
  readonly #open: OpenContainer[] = [];
  #handles: Record<string, string> = Object.create(null) as Record<string, string>;
  #root: Node | undefined;
  #rootSize = 0;
  #lastEnd = 0;

  constructor(source: SourceText, events: readonly Event[]) {
    this.#source = source;
    this.#events = events;
  }

  compose(): Document {
    let documents = 0;
    for (const event of this.#events) {
      switch (event.type) {
        case 1:
          documents += 1;
          if (documents > 1) this.#secondDocument();
          for (const directive of event.directives) {
            if (directive.kind === 'tag') this.#handles[directive.handle] = directive.prefix;
          }
          break;
        case 2: this.#openContainer({ kind: 'sequence', tag: this.#tagOf(event, 'seq'), start: startOf(event), items: [] }, event); break;
        case 3: this.#openContainer({ kind: 'mapping', tag: this.#tagOf(event, 'map'), start: startOf(event), pairs: [], flat: false }, event); break;
        case 4: this.#scalar(event); break;
        case 5: this.#alias(event.anchorStart, event.anchorEnd); break;
        case 6: this.#close(); break;
      }
    }
    return { root: this.#root, expandedSize: this.#rootSize };
  }

  #secondDocument(): never {
    const first = this.#root?.start ?? 0;
    const marks = [...this.#source.text.matchAll(/^---(?=\s|$)/gm)].map((found) => found.index);
    const second = marks.find((at) => at > first) ?? this.#source.text.length;
    return this.#source.fail('ComposerError', 'but found another document', second,
      { text: 'expected a single document in the stream', at: first });
  }

  #tagOf(event: { tagStart: number; tagEnd: number }, fallback: string): string {
    const written = this.#writtenTag(event);
    return written === undefined || written === '!' ? yamlTag(fallback) : written;
  }

  #writtenTag(event: { tagStart: number; tagEnd: number }): string | undefined {
    if (event.tagStart < 0) return undefined;
    const text = this.#source.text.slice(event.tagStart, event.tagEnd);
    if (text.startsWith('!<')) return decodeURIComponent(text.slice(2, -1));
    const end = text.indexOf('!', 1);
    const handle = end < 0 ? '!' : text.slice(0, end + 1);
    const prefix = this.#handles[handle] ?? (handle === '!!' ? yamlTag('') : handle);
    return prefix + decodeURIComponent(text.slice(handle.length));
  }

  #scalar(event: ScalarEvent): void {
    const value = getScalarValue(this.#source.text, event);
    const written = this.#writtenTag(event);
    const plain = event.style === SCALAR_STYLE.PLAIN;
    const tag = written !== undefined && written !== '!' ? written
      : plain && written === undefined ? resolvePlain(value) : yamlTag('str');
    const start = event.valueStart < 0 && event.anchorStart < 0 && event.tagStart < 0 ? this.#lastEnd : startOf(event, this.#source.text);
    const node: Node = { kind: 'scalar', tag, start, value };
    this.#declare(event, node);
    this.#lastEnd = Math.max(event.valueEnd, event.anchorEnd, event.tagEnd, this.#lastEnd);
    this.#place(node, 1);
  }

  #openContainer(node: SequenceNode | MappingNode, event: { anchorStart: number; anchorEnd: number }): void {
    if (this.#open.length >= DEPTH_MAX) this.#source.fail('RecursionError', 'maximum recursion depth exceeded', node.start);
    this.#declare(event, node, true);
    this.#open.push({ node, key: undefined, size: 1 });
  }

  #close(): void {
    const done = this.#open.pop();
    if (done === undefined) return;
    for (const anchor of this.#anchors.values()) if (anchor.node === done.node) anchor.open = false;
    this.#sizes.set(done.node, done.size);
    this.#place(done.node, done.size);
  }

  #declare(event: { anchorStart: number; anchorEnd: number }, node: Node, open = false): void {
    if (event.anchorStart < 0) return;
    const name = this.#source.text.slice(event.anchorStart, event.anchorEnd);
    const known = this.#anchors.get(name);
    if (known !== undefined) {
      this.#source.fail('ComposerError', 'second occurrence', node.start,
        { text: 'found duplicate anchor; first occurrence', at: known.start });
    }
    this.#anchors.set(name, { node, start: node.start, open });
  }

  #alias(nameStart: number, nameEnd: number): void {
    const found = this.#anchors.get(this.#source.text.slice(nameStart, nameEnd));
    if (found === undefined) this.#source.fail('ComposerError', 'found undefined alias', nameStart - 1);
    if (found.open) this.#source.fail('RecursionError', 'maximum recursion depth exceeded', nameStart - 1);
    this.#lastEnd = nameEnd;
    this.#place(found.node, this.#sizes.get(found.node) ?? 1);
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

function startOf(event: Exclude<Event, { type: 1 | 5 | 6 }>, text = ''): number {
  const content = event.type === 4 ? scalarStart(event, text) : event.start;
  const starts = [content, event.tagStart, event.anchorStart < 0 ? -1 : event.anchorStart - 1].filter((at) => at >= 0);
  return Math.min(...starts);
}

function scalarStart(event: ScalarEvent, text: string): number {
  if (event.valueStart < 0 || event.style === SCALAR_STYLE.PLAIN) return event.valueStart;
  if (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED) return event.valueStart - 1;
  const header = text.lastIndexOf('\n', event.valueStart - 2) + 1;
  return header + text.slice(header, event.valueStart).search(/[|>][-+0-9]*[ \t]*(#.*)?\r?\n?$/);
}
