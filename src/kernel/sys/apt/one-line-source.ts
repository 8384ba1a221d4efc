/** A line of a `.list` file: `deb [arch=amd64] http://deb.example/debian bookworm main # comment`, or what is no source and stays as it is. */
import { InvocationError } from '../../contract/errors.js';
import type { PackageSource } from './package-source.js';

export const MAIN_LIST = '/etc/apt/sources.list';
const TYPES = ['deb', 'deb-src', 'rpm', 'rpm-src'];

interface ReadLine {
  readonly isSource: boolean;
  readonly disabled: boolean;
  readonly comment: string;
  readonly words: readonly string[];
}

export class OneLineSource implements PackageSource {
  readonly kind = 'list';
  line: string;
  file: string;
  readonly invalid: boolean;
  disabled: boolean;
  type = '';
  uri = '';
  dist = '';
  comps: string[] = [];
  comment: string;
  architectures: string[] = [];
  signedby = '';
  trusted: boolean | null = null;

  /** @throws InvocationError for a source without a suite */
  constructor(line: string, file = MAIN_LIST) {
    const read = readLine(line);
    this.line = line;
    this.file = file;
    this.invalid = !read.isSource;
    this.disabled = read.disabled;
    this.comment = read.comment;
    if (read.isSource) this.#take(read.words);
  }

  get types(): string[] { return [this.type]; }
  get uris(): string[] { return [this.uri]; }
  get suites(): string[] { return this.dist === '' ? [] : [this.dist]; }
  set suites(suites: readonly string[]) { this.dist = suites[0] ?? ''; }

  #take(words: readonly string[]): void {
    const options = readOptions(this.line);
    this.architectures = options.get('arch')?.split(',') ?? [];
    this.signedby = options.get('signed-by') ?? '';
    const trusted = options.get('trusted');
    this.trusted = trusted === undefined ? null : isYes(trusted);
    const plain = withoutOptions(words);
    const [type, uri, dist, ...comps] = plain;
    if (type === undefined || uri === undefined || dist === undefined) {
      throw new InvocationError(`Invalid repository definition: ${plain.join(' ')}`);
    }
    Object.assign(this, { type, uri, dist, comps });
  }

  toString(): string {
    if (this.invalid) return this.line.trim();
    const options = this.#options();
    const shown = [...options].map(([name, value]) => `${name}=${value}`).join(' ');
    const parts = [this.disabled ? '#' : '', this.type, shown === '' ? '' : `[${shown}]`, this.uri, this.dist, this.comps.join(' ')];
    const comment = this.comment === '' ? '' : ` #${this.comment}`;
    return `${parts.filter((part) => part !== '').join(' ')}${comment}`.trim();
  }

  /** Options that were there keep their place, whatever their meaning. */
  #options(): Map<string, string> {
    const options = readOptions(this.line);
    if (this.architectures.length > 0) options.set('arch', this.architectures.join(','));
    if (this.signedby !== '') options.set('signed-by', this.signedby);
    if (this.trusted === true) options.set('trusted', 'yes');
    if (this.trusted === false || options.get('trusted') === 'no') options.delete('trusted');
    return options;
  }
}

/** apt's words for yes; everything else is no. */
export function isYes(text: string): boolean {
  return ['yes', 'true', 'with', 'on', 'enable', '1'].includes(text.toLowerCase());
}

function readLine(line: string): ReadLine {
  let text = line.trim();
  const disabled = text.startsWith('#');
  if (disabled) text = text.slice(1);
  const at = text.indexOf('#');
  const comment = at > 0 ? text.slice(at + 1) : '';
  const words = splitSource((at > 0 ? text.slice(0, at) : text).trim());
  const hasOptions = words[1]?.startsWith('[') === true;
  const isSource = words.length >= 3 && TYPES.includes(words[0] ?? '') && (!hasOptions || words.some((word) => word.endsWith(']')));
  return { isSource, disabled, comment, words };
}

/** The address of a CD may have blanks. */
function splitSource(text: string): string[] {
  const split = (part: string): string[] => part.split(/\s+/).filter((word) => word !== '');
  const start = text.indexOf('cdrom:');
  const end = text.lastIndexOf('/');
  if (start < 0 || end < start) return split(text);
  return [...split(text.slice(0, start)), text.slice(start, end + 1), ...split(text.slice(end + 1))];
}

function withoutOptions(words: readonly string[]): readonly string[] {
  if (words[1]?.startsWith('[') !== true) return words;
  const end = words.findIndex((word) => word.endsWith(']'));
  return [words[0] ?? '', ...words.slice(end + 1)];
}

/** `[name=value name=value]` in their order; `arch` stands for every name that begins so, as apt has it. */
function readOptions(line: string): Map<string, string> {
  const options = new Map<string, string>();
  const inside = /\[([^\]]*=[^\]]*)\]/.exec(line)?.[1] ?? '';
  for (const word of inside.trim().split(/\s+/)) {
    const at = word.indexOf('=');
    if (at > 0) options.set(word.slice(0, at), word.slice(at + 1));
  }
  return options;
}
