/** The strict reader: takes exactly what libyaml takes, and refuses in its words. Source: observed, libyaml 0.2.5. */
import { TreeBuilder, type Document, type Properties } from '../builder.js';
import { yamlTag } from '../node.js';
import type { SourceText } from '../source.js';
import { Scanner } from './scanner.js';
import type { Token, TokenKind } from './token.js';

/** What a node may be at its place. */
type NodePlace = 'block' | 'block-or-indentless' | 'flow';

const NO_CONTENT: readonly TokenKind[] = ['version', 'tag-directive', 'document-start', 'document-end', 'stream-end'];

/** Reads the one document of a text. @throws YamlError */
export function readStrict(source: SourceText): Document {
  return new StrictReader(source).read();
}

class StrictReader {
  readonly #source: SourceText;
  readonly #scanner: Scanner;
  readonly #builder: TreeBuilder;
  #handles = new Map([['!', '!'], ['!!', yamlTag('')]]);

  constructor(source: SourceText) {
    this.#source = source;
    this.#scanner = new Scanner(source);
    this.#builder = new TreeBuilder(source);
  }

  read(): Document {
    if (this.#is('stream-end')) return this.#builder.document;
    if (this.#is('version', 'tag-directive', 'document-start')) {
      this.#documentStart();
      if (this.#is(...NO_CONTENT)) this.#empty(this.#scanner.peek().start);
      else this.#node('block');
    } else {
      this.#node('block');
    }
    while (this.#is('document-end')) this.#scanner.next();
    if (!this.#is('stream-end')) this.#anotherDocument();
    return this.#builder.document;
  }

  #documentStart(): number {
    const { start } = this.#scanner.peek();
    this.#directives();
    const token = this.#scanner.peek();
    if (token.kind !== 'document-start') this.#fail('did not find expected <document start>', token.start);
    this.#scanner.next();
    return start;
  }

  #anotherDocument(): never {
    const start = this.#documentStart();
    return this.#source.fail('ComposerError', 'but found another document', start,
      { text: 'expected a single document in the stream', at: this.#builder.document.root?.start ?? 0 });
  }

  #directives(): void {
    let version = false;
    const own = new Set<string>();
    while (this.#is('version', 'tag-directive')) {
      const { kind, text, handle, start } = this.#scanner.next();
      if (kind === 'version') {
        if (version) this.#fail('found duplicate %YAML directive', start);
        if (text !== '1.1' && text !== '1.2') this.#fail('found incompatible YAML document', start);
        version = true;
      } else {
        if (own.has(handle)) this.#fail('found duplicate %TAG directive', start);
        own.add(handle);
        this.#handles.set(handle, text);
      }
    }
  }

  #is(...kinds: readonly TokenKind[]): boolean {
    return kinds.includes(this.#scanner.peek().kind);
  }

  #fail(reason: string, at: number, context?: { text: string; at: number }): never {
    return this.#source.fail('ParserError', reason, at, context);
  }

  #empty(start: number): void {
    this.#builder.scalar('', true, { start });
  }

  #node(place: NodePlace): void {
    const first = this.#scanner.peek();
    if (first.kind === 'alias') {
      this.#scanner.next();
      this.#builder.alias(first.text, first.start);
      return;
    }
    const properties = this.#properties(first.start);
    const token = this.#scanner.peek();
    if (place === 'block-or-indentless' && token.kind === 'block-entry') this.#indentlessSequence(properties);
    else if (token.kind === 'scalar') this.#scalar(properties);
    else if (token.kind === 'flow-sequence-start') this.#flowSequence(properties);
    else if (token.kind === 'flow-mapping-start') this.#flowMapping(properties);
    else if (place !== 'flow' && token.kind === 'block-sequence-start') this.#blockSequence(properties);
    else if (place !== 'flow' && token.kind === 'block-mapping-start') this.#blockMapping(properties);
    else if (properties.anchor !== undefined || properties.tag !== undefined) this.#nothing(properties);
    else {
      this.#fail('did not find expected node content', token.start,
        { text: `while parsing a ${place === 'flow' ? 'flow' : 'block'} node`, at: first.start });
    }
  }

  /** Properties without a node. The tag `!` makes it an empty text here. */
  #nothing(properties: Properties): void {
    this.#builder.scalar('', properties.tag === undefined, { ...properties, tag: properties.tag === '!' ? yamlTag('str') : properties.tag });
  }

  #properties(start: number): Properties {
    let anchor: string | undefined;
    let tag: Token | undefined;
    for (;;) {
      if (anchor === undefined && this.#is('anchor')) anchor = this.#scanner.next().text;
      else if (tag === undefined && this.#is('tag')) tag = this.#scanner.next();
      else return { start, anchor, tag: tag === undefined ? undefined : this.#fullTag(tag, start) };
    }
  }

  #fullTag({ handle, text, start }: Token, nodeStart: number): string {
    if (handle === '') return text;
    const prefix = this.#handles.get(handle);
    if (prefix === undefined) this.#fail('found undefined tag handle', start, { text: 'while parsing a node', at: nodeStart });
    return prefix + text;
  }

  #scalar(properties: Properties): void {
    const { text, plain } = this.#scanner.next();
    this.#builder.scalar(text, plain, properties);
  }

  #blockSequence(properties: Properties): void {
    const { start } = this.#scanner.next();
    this.#builder.open('sequence', properties);
    while (this.#is('block-entry')) {
      const { end } = this.#scanner.next();
      if (this.#is('block-entry', 'block-end')) this.#empty(end);
      else this.#node('block');
    }
    const token = this.#scanner.peek();
    if (token.kind !== 'block-end') {
      this.#fail("did not find expected '-' indicator", token.start, { text: 'while parsing a block collection', at: start });
    }
    this.#scanner.next();
    this.#builder.close();
  }

  /** A list that stands at the column of its key. */
  #indentlessSequence(properties: Properties): void {
    this.#builder.open('sequence', properties);
    while (this.#is('block-entry')) {
      const { end } = this.#scanner.next();
      if (this.#is('block-entry', 'key', 'value', 'block-end')) this.#empty(end);
      else this.#node('block');
    }
    this.#builder.close();
  }

  #blockMapping(properties: Properties): void {
    const { start } = this.#scanner.next();
    this.#builder.open('mapping', properties);
    while (this.#is('key')) {
      this.#blockMappingPart();
      if (this.#is('value')) this.#blockMappingPart();
      else this.#empty(this.#scanner.peek().start);
    }
    const token = this.#scanner.peek();
    if (token.kind !== 'block-end') {
      this.#fail('did not find expected key', token.start, { text: 'while parsing a block mapping', at: start });
    }
    this.#scanner.next();
    this.#builder.close();
  }

  /** The node behind a key or value mark. */
  #blockMappingPart(): void {
    const { end } = this.#scanner.next();
    if (this.#is('key', 'value', 'block-end')) this.#empty(end);
    else this.#node('block-or-indentless');
  }

  #flowSequence(properties: Properties): void {
    const { start } = this.#scanner.next();
    this.#builder.open('sequence', properties);
    for (let first = true; !this.#is('flow-sequence-end'); first = false) {
      if (!first) this.#comma('sequence', ']', start);
      if (this.#is('key')) this.#flowPair();
      else if (!this.#is('flow-sequence-end')) this.#node('flow');
      else break;
    }
    this.#scanner.next();
    this.#builder.close();
  }

  #comma(what: string, end: string, start: number): void {
    const token = this.#scanner.peek();
    if (token.kind !== 'flow-entry') {
      this.#fail(`did not find expected ',' or '${end}'`, token.start, { text: `while parsing a flow ${what}`, at: start });
    }
    this.#scanner.next();
  }

  /** `[a: b]`: a mapping of one pair. libyaml swallows the token behind an empty key: observed. */
  #flowPair(): void {
    const { start } = this.#scanner.next();
    this.#builder.open('mapping', { start });
    if (this.#is('value', 'flow-entry', 'flow-sequence-end')) this.#empty(this.#scanner.next().end);
    else this.#node('flow');
    this.#flowValue('flow-sequence-end');
    this.#builder.close();
  }

  #flowValue(end: TokenKind): void {
    if (!this.#is('value')) return this.#empty(this.#scanner.peek().start);
    const mark = this.#scanner.next();
    if (this.#is('flow-entry', end)) this.#empty(mark.end);
    else this.#node('flow');
  }

  #flowMapping(properties: Properties): void {
    const { start } = this.#scanner.next();
    this.#builder.open('mapping', properties);
    for (let first = true; !this.#is('flow-mapping-end'); first = false) {
      if (!first) this.#comma('mapping', '}', start);
      if (this.#is('key')) {
        const mark = this.#scanner.next();
        if (this.#is('value', 'flow-entry', 'flow-mapping-end')) this.#empty(mark.end);
        else this.#node('flow');
        this.#flowValue('flow-mapping-end');
      } else if (!this.#is('flow-mapping-end')) {
        this.#node('flow');
        this.#empty(this.#scanner.peek().start);
      } else break;
    }
    this.#scanner.next();
    this.#builder.close();
  }
}
