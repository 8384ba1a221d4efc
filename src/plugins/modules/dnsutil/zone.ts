/** Reads the file of a zone (RFC 1035, section 5). Source: observed, Salt 3008.3, for the form of the answer. */
import { PythonError } from '../../../kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { fields, intOf } from '../lookup/programs.js';

const WEEK_SECONDS = 604_800;
const UNITS: Readonly<Record<string, number>> = { H: 3600, D: 86_400, W: WEEK_SECONDS };

/** Never more than a week, which also stands for what cannot be read. */
function secondsOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([HDW]?)$/i.exec(text) ?? [];
  return number === '' ? WEEK_SECONDS : Math.min(Number(number) * (UNITS[unit.toUpperCase()] ?? 1), WEEK_SECONDS);
}

/** Lines without comments; what stands in brackets is one line. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open: string | undefined;
  for (const raw of text.split(/\r?\n/)) {
    const line = (raw.split(';')[0] ?? '').trim();
    if (line === '') continue;
    if (open === undefined && !(line.includes('(') && !line.includes(')'))) lines.push(line);
    else {
      open = `${open ?? ''} ${line}`;
      if (!line.includes(')')) continue;
      lines.push(open.replaceAll(/[()]/g, ''));
      open = undefined;
    }
  }
  return lines;
}

const SOA_MIN = 10;

class Zone {
  readonly #found = new Map<string, Value>();

  read(line: string): void {
    const words = fields(line);
    if (line.startsWith('$')) this.#found.set((words[0] ?? '').replaceAll('$', ''), words[1] ?? '');
    else this.#record(line);
  }

  #record(line: string): void {
    const origin = this.#found.get('ORIGIN');
    const words = fields(typeof origin === 'string' ? line.replaceAll('@', origin) : line);
    if (/\bSOA\b/.test(line)) this.#authority(words);
    else this.#entry(words, line);
  }

  #authority(words: readonly string[]): void {
    const parts = words[1] === 'IN' ? words : [...words.slice(0, 1), ...words.slice(2)];
    if (parts.length < SOA_MIN) throw new PythonError('IndexError', 'list index out of range');
    const [name = '', network = '', , source = '', contact = '', serial = '', refresh = '', retry = '', expire = '', minimum = ''] = parts;
    const facts: PlainMap = { ORIGIN: name, NETWORK: network, SOURCE: source, CONTACT: contact.replace('.', '@'), SERIAL: serial };
    for (const [key, value] of Object.entries(facts)) this.#found.set(key, value);
    for (const [key, value] of [['REFRESH', refresh], ['RETRY', retry], ['EXPIRE', expire], ['MINTTL', minimum]] as const) this.#found.set(key, secondsOf(value));
  }

  #entry(given: readonly string[], line: string): void {
    const origin = String(this.#found.get('ORIGIN') ?? '');
    const words = given[0] === 'IN' ? [origin, ...given] : [...given];
    const name = words[0]?.endsWith('.') === true || line.includes('NS') ? words[0] ?? '' : `${words[0] ?? ''}.${origin}`;
    // Differs: a time to live is seen for every type; Salt sees it for addresses only.
    const ttl = intOf(words[1] ?? '') === undefined ? undefined : words[1];
    const [, type = '', value = '', second = ''] = words.slice(ttl === undefined ? 1 : 2);
    if (type === 'NS') this.#list('NS').push(value);
    // Differs: every server of mail is told; Salt keeps the first.
    else if (type === 'MX') this.#list('MX').push({ priority: value, host: second });
    else this.#map(type)[name] = ttl !== undefined && (type === 'A' || type === 'AAAA') ? { TARGET: value, TTL: ttl } : value;
  }

  #list(key: string): Value[] {
    const known = this.#found.get(key);
    const list: Value[] = Array.isArray(known) ? known as Value[] : [];
    this.#found.set(key, list);
    return list;
  }

  #map(key: string): PlainMap {
    const known = this.#found.get(key);
    const map = (typeof known === 'object' && known !== null && !Array.isArray(known) ? known : {}) as PlainMap;
    this.#found.set(key, map);
    return map;
  }

  facts(): PlainMap {
    return Object.fromEntries(this.#found);
  }
}

export function parseZone(text: string): PlainMap {
  const zone = new Zone();
  for (const line of logicalLines(text)) zone.read(line);
  return zone.facts();
}
