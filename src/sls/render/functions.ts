/** The functions templates have without asking: Jinja's and Salt's. Source: read; golden: render/core-globals-*, sf-raise. */
import { PythonError } from '../../kernel/contract/errors.js';
import { Namespace } from './eval/targets.js';
import { argsOf, Builtin, type Data, Thing } from './python/data.js';
import { Dict } from './python/dict.js';
import { TemplateError, typeError } from './python/errors.js';
import { fillDict } from './python/members/dict.js';
import { isInt } from './python/numbers.js';
import { strOf } from './python/text.js';
import { nameOfType } from './python/type-name.js';
import { Range } from './python/views.js';
import { loremIpsum } from './lorem-ipsum.js';

function range(list: readonly Data[]): Range {
  if (list.length === 0 || list.length > 3) throw typeError(`range expected at ${list.length === 0 ? 'least 1 argument, got 0' : `most 3 arguments, got ${list.length}`}`);
  const numbers = list.map((item) => {
    if (!isInt(item)) throw typeError(`'${nameOfType(item)}' object cannot be interpreted as an integer`);
    return Number(item);
  });
  const [first = 0, second, step = 1] = numbers;
  return second === undefined ? new Range(0, first, 1) : new Range(first, second, step);
}

function makeDict(list: readonly Data[], named: ReadonlyMap<string, Data>, ordered: boolean): Dict {
  if (list.length > 1) throw typeError(`dict expected at most 1 argument, got ${list.length}`);
  const dict = new Dict({ ordered });
  if (list[0] !== undefined) fillDict(dict, list[0]);
  for (const [key, value] of named) dict.set(key, value);
  return dict;
}

/** `cycler('a', 'b')`: one after the other, from the beginning again. */
class Cycler extends Thing {
  readonly typeName = 'Cycler';
  readonly #items: readonly Data[];
  #at = 0;

  constructor(items: readonly Data[]) {
    super();
    if (items.length === 0) throw new PythonError('RuntimeError', 'at least one item has to be provided');
    this.#items = items;
  }

  override get kindText(): string {
    return 'jinja2.utils.Cycler object';
  }

  override member(name: string): Data | undefined {
    switch (name) {
      case 'current': return this.#items[this.#at] as Data;
      case 'pos': return this.#at;
      case 'items': return [...this.#items];
      case 'next': return new Builtin(name, () => this.#next());
      case 'reset': return new Builtin(name, () => {
        this.#at = 0;
        return null;
      });
      default: return undefined;
    }
  }

  #next(): Data {
    const item = this.#items[this.#at] as Data;
    this.#at = (this.#at + 1) % this.#items.length;
    return item;
  }
}

/** `joiner(', ')`: nothing the first time, then the separator. */
class Joiner extends Thing {
  readonly typeName = 'Joiner';
  readonly #separator: Data;
  #used = false;

  constructor(separator: Data) {
    super();
    this.#separator = separator;
  }

  override call(): Data {
    const text = this.#used ? this.#separator : '';
    this.#used = true;
    return text;
  }
}

function namespace(list: readonly Data[], named: ReadonlyMap<string, Data>): Namespace {
  const made = new Namespace();
  for (const [key, value] of makeDict(list, named, false).entries()) made.attributes.set(strOf(key), value);
  return made;
}

/** Salt's `ifelse(test, value, ..., other)`. The tests are targets: asked of `match.ifelse` where there is one. */
function ifElse(list: readonly Data[], salt: Data | undefined, call: (callee: Data, list: readonly Data[]) => ReturnType<NonNullable<Thing['call']>>): ReturnType<NonNullable<Thing['call']>> {
  const [only] = list;
  if (list.length === 1 && only !== undefined) return only;
  const matcher = salt instanceof Thing ? salt.item?.('match.ifelse') : undefined;
  if (matcher === undefined) throw new PythonError('KeyError', "'match.ifelse'");
  return call(matcher, list);
}

/** The functions by name. `salt` is the object of that name, for `ifelse`. */
export function globalFunctions(salt: Data | undefined): Map<string, Data> {
  return new Map<string, Data>([
    ['range', new TypeFunction('range', ({ list }) => range(list))],
    ['dict', new TypeFunction('dict', ({ list, named }) => makeDict(list, named, false))],
    ['lipsum', new Builtin('generate_lorem_ipsum', ({ list, named }) => loremIpsum(list, named))],
    ['cycler', new TypeFunction('jinja2.utils.Cycler', ({ list }) => new Cycler(list))],
    ['joiner', new TypeFunction('jinja2.utils.Joiner', ({ list, named }) => new Joiner(list[0] ?? named.get('sep') ?? ', '))],
    ['namespace', new TypeFunction('jinja2.utils.Namespace', ({ list, named }) => namespace(list, named))],
    ['odict', new TypeFunction('collections.OrderedDict', ({ list, named }) => makeDict(list, named, true))],
    ['raise', new Builtin('jinja_raise', ({ list, named }) => {
      const message = list[0] ?? named.get('msg') ?? null;
      throw new TemplateError('raised', message === null ? 'None' : strOf(message));
    })],
    ['ifelse', new Builtin('ifelse', ({ list }, site) => ifElse(list, salt, (callee, args) => (callee as Thing).call?.(argsOf(...args), site) ?? null))],
  ]);
}

/** A class of Python that templates may call. */
class TypeFunction extends Builtin {
  override readonly typeName = 'type';
  override repr(): string {
    return `<class '${this.name}'>`;
  }
}
