/**
 * The quick reader: js-yaml's parser, for the plain texts that most files are. js-yaml follows YAML 1.2 and libyaml
 * YAML 1.1: where the two differ, or js-yaml refuses, the strict reader decides. Tested by reading the same texts with both.
 */
import { COLLECTION_STYLE, EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException, type Event, type ScalarEvent } from 'js-yaml';
import { TreeBuilder, type Document } from './builder.js';
import type { SourceText } from './source.js';

/** Where both may differ: tabs, old line breaks, markers of documents, directives, escapes by number and at line ends, merge keys (their errors need exact places). */
const DOUBTFUL_TEXT = /[\t\ufeff\u0085\u2028\u2029]|\r(?!\n)|^ *(?:%|---|\.\.\.)|\\[uU\r\n]|<</m;

/** In brackets both disagree about what colons, question marks and dashes do inside of words. */
const DOUBTFUL_IN_FLOW = /^-|[:?]|^$/;

/** Keys longer than this may be refused: libyaml looks 1024 characters back. */
const KEY_LENGTH_MAX = 1000;

/** What follows a key in its line, as both understand it. */
const AFTER_PLAIN_KEY = / *(?::(?=[ \n]|\r\n|$)|[,}])/y;
const AFTER_QUOTED_KEY = /['"] *[:,}]/y;

const DEPTH_MAX = 1000;

/** Reads the one document of a text, or gives undefined when the strict reader has to decide. */
export function readQuick(source: SourceText): Document | undefined {
  if (DOUBTFUL_TEXT.test(source.text)) return undefined;
  const events = eventsOf(source.text);
  return events === undefined ? undefined : new QuickReader(source, events).read();
}

function eventsOf(text: string): Event[] | undefined {
  try {
    return parseEvents(text, { maxDepth: DEPTH_MAX });
  } catch (error) {
    // The strict reader either takes the text or says what is wrong in Salt's words.
    if (error instanceof YAMLException) return undefined;
    throw error;
  }
}

interface Level {
  readonly mapping: boolean;
  readonly flow: boolean;
  atKey: boolean;
}

class QuickReader {
  readonly #source: SourceText;
  readonly #events: readonly Event[];
  readonly #builder: TreeBuilder;
  readonly #levels: Level[] = [];
  #doubt = false;
  #documents = 0;

  constructor(source: SourceText, events: readonly Event[]) {
    this.#source = source;
    this.#events = events;
    this.#builder = new TreeBuilder(source);
  }

  read(): Document | undefined {
    for (const event of this.#events) {
      this.#take(event);
      if (this.#doubt) return undefined;
    }
    return this.#builder.document;
  }

  #take(event: Event): void {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        this.#doubt = ++this.#documents > 1;
        break;
      case EVENT_ID.SCALAR: this.#scalar(event); break;
      case EVENT_ID.ALIAS: this.#doubt = true; break;
      case EVENT_ID.POP:
        if (this.#levels.pop() !== undefined) this.#builder.close();
        break;
      case EVENT_ID.SEQUENCE: case EVENT_ID.MAPPING: this.#container(event); break;
    }
  }

  #container(event: Extract<Event, { start: number }>): void {
    const mapping = event.type === EVENT_ID.MAPPING;
    this.#doubt = event.tagStart >= 0 || event.anchorStart >= 0 || this.#levels.at(-1)?.atKey === true;
    this.#next();
    this.#levels.push({ mapping, flow: event.style === COLLECTION_STYLE.FLOW, atKey: mapping });
    this.#builder.open(mapping ? 'mapping' : 'sequence', { start: event.start });
  }

  #scalar(event: ScalarEvent): void {
    const level = this.#levels.at(-1);
    const value = getScalarValue(this.#source.text, event);
    const plain = event.style === SCALAR_STYLE.PLAIN;
    this.#doubt = event.tagStart >= 0 || event.anchorStart >= 0 ||
      (level === undefined && !plain) || this.#isUnfinishedBlock(event) ||
      (level?.atKey === true && this.#isDoubtfulKey(event)) ||
      (level?.flow === true && plain && DOUBTFUL_IN_FLOW.test(value));
    this.#next();
    this.#builder.scalar(value, plain, { start: this.#startOf(event) });
  }

  #isDoubtfulKey(event: ScalarEvent): boolean {
    if (event.valueStart < 0 || event.valueEnd - event.valueStart > KEY_LENGTH_MAX) return true;
    if (this.#source.text.slice(event.valueStart, event.valueEnd).includes('\n')) return true;
    const follows = event.style === SCALAR_STYLE.PLAIN ? AFTER_PLAIN_KEY : AFTER_QUOTED_KEY;
    follows.lastIndex = event.valueEnd;
    return !follows.test(this.#source.text);
  }

  /** A block text at the end of a text without a last line break: js-yaml adds the break. */
  #isUnfinishedBlock(event: ScalarEvent): boolean {
    const block = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
    return block && event.valueEnd >= this.#source.text.length && !this.#source.text.endsWith('\n');
  }

  /** Keys and values take turns. */
  #next(): void {
    const level = this.#levels.at(-1);
    if (level?.mapping === true) level.atKey = !level.atKey;
  }

  #startOf(event: ScalarEvent): number {
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    return quoted ? event.valueStart - 1 : event.valueStart;
  }
}
