/** Methods of text that is marked as safe: arguments are escaped, results are safe too. Golden: render/core-markup-methods. */
import { type Args, Builtin, type CallSite, type Data, isTuple, type Later, tuple } from '../data.js';
import { formatData, formatText } from '../format.js';
import { escapeHtml, Markup } from '../markup.js';
import { callMethod } from './method.js';
import { STR_METHODS } from './str.js';

/** Methods whose results are no text of the same kind. */
const PLAIN = new Set(['count', 'encode', 'endswith', 'find', 'index', 'rfind', 'rindex', 'startswith']);
const SAME = ['capitalize', 'title', 'lower', 'upper', 'replace', 'ljust', 'rjust', 'lstrip', 'rstrip', 'center', 'strip', 'translate',
  'expandtabs', 'swapcase', 'zfill', 'casefold', 'removeprefix', 'removesuffix', 'join', 'split', 'rsplit', 'splitlines', 'partition', 'rpartition'];
const SAFE = new Set(SAME);

export function markupMember(self: Markup, name: string): Data | undefined {
  const found = STR_METHODS.get(name);
  switch (name) {
    case 'unescape': return new Builtin(name, () => unescapeHtml(self.value), 'Markup');
    case 'striptags': return new Builtin(name, () => stripTags(self.value), 'Markup');
    case 'format': return new Builtin(name, (args, site) => new Markup(formatText(self.value, args, site, showEscaped)), 'Markup');
    default:
  }
  if (found === undefined) return undefined;
  const run = (args: Args, site: CallSite): Later<Data> => {
    const given = SAFE.has(name) ? { list: args.list.map(escaped), named: args.named } : args;
    const result = callMethod(found, `str.${name}`, self.value, given, site);
    return result instanceof Promise || PLAIN.has(name) || !SAFE.has(name) ? result : safe(result);
  };
  return new Builtin(name, run, 'Markup');
}

function showEscaped(value: Data, spec: string): string {
  return value instanceof Markup && spec === '' ? value.value : escapeHtml(formatData(value, spec));
}

function escaped(data: Data): Data {
  if (typeof data === 'string') return escapeHtml(data);
  if (data instanceof Markup) return data.value;
  return isTuple(data) ? tuple(data.map(escaped)) : Array.isArray(data) ? data.map(escaped) : data;
}

function safe(data: Data): Data {
  if (typeof data === 'string') return new Markup(data);
  if (isTuple(data)) return tuple(data.map(safe));
  return Array.isArray(data) ? data.map(safe) : data;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** Entities read back: by number, and the names that matter. */
export function unescapeHtml(text: string): string {
  return text.replace(/&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-z]{2,6});/g, (whole, word: string) => {
    if (!word.startsWith('#')) return NAMED[word] ?? whole;
    const code = /^#x/i.test(word) ? Number.parseInt(word.slice(2), 16) : Number(word.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Text without tags and comments, white space squeezed. */
export function stripTags(text: string): string {
  return unescapeHtml(text.replace(/<!--[\s\S]*?-->/g, '').replace(/<[^>]*>/g, '').split(/\s+/).filter((word) => word !== '').join(' '));
}
