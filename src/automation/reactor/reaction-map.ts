/**
 * Which files react to which tags: the option `reactor`, a list of `{tag glob: file or files}`, or the path of a YAML file that holds one.
 *
 * Source: read, Salt 3008.3, `salt.utils.reactor`; golden cli/run-reactor-list.
 */
import { globMatcher } from '../../kernel/std/fnmatch.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { TsaltError } from '../../kernel/contract/errors.js';

/** `reactor` is no list, or its file cannot be read. */
export class ReactorMapError extends TsaltError {
  readonly code = 'reactor.map';
}

interface Row {
  readonly glob: string;
  readonly fits: (tag: string) => boolean;
  readonly files: Value;
}

export class ReactionMap {
  #rows: Row[] = [];

  /** Entries that are not one glob with its files are left out, as Salt does; they are named in `ignored`. */
  constructor(option: Value | undefined) {
    for (const entry of isList(option ?? null) ? option as readonly Value[] : []) {
      const [glob, more] = isPlainMap(entry) ? Object.keys(entry) : [];
      if (glob === undefined || more !== undefined) this.ignored.push(entry);
      else this.#rows.push(row(glob, (entry as PlainMap)[glob] ?? null));
    }
  }

  readonly ignored: Value[] = [];

  get size(): number {
    return this.#rows.length;
  }

  /** Files that react to a tag, in the order of the map. */
  filesFor(tag: string): string[] {
    const files: string[] = [];
    for (const one of this.#rows) {
      if (one.fits(tag)) files.push(...filesOf(one.files));
    }
    return files;
  }

  /** As the option has it. */
  list(): PlainMap[] {
    return this.#rows.map(({ glob, files }) => ({ [glob]: files }));
  }

  add(glob: string, files: Value): PlainMap {
    if (this.#rows.some((one) => one.glob === glob)) return { status: false, comment: 'Reactor already exists.' };
    this.#rows.push(row(glob, files));
    return { status: true, comment: 'Reactor added.' };
  }

  delete(glob: string): PlainMap {
    const left = this.#rows.filter((one) => one.glob !== glob);
    const found = left.length < this.#rows.length;
    this.#rows = left;
    return found ? { status: true, comment: 'Reactor deleted.' } : { status: false, comment: 'Reactor does not exists.' };
  }
}

const row = (glob: string, files: Value): Row => ({ glob, fits: globMatcher(glob), files });

function filesOf(files: Value): string[] {
  if (typeof files === 'string') return [files];
  return isList(files) ? files.filter((file) => typeof file === 'string') : [];
}
