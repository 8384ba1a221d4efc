/** Reads what apachectl writes. Source: read, Salt 3008.3; observed with Apache 2.4.62. */
import { floatOf, type PlainMap, type Value } from '../../../kernel/std/value.js';

export function readFullVersion(text: string): PlainMap {
  const facts: PlainMap = {};
  const compiled: string[] = [];
  for (const line of text.split('\n')) {
    const [key = '', value] = line.split(': ');
    if (value !== undefined) facts[key.trim().toLowerCase().replaceAll(' ', '_')] = value.trim();
    else if (line.includes(' -D')) compiled.push(line.replace(/^\s+-D\s+/, ''));
  }
  return { compiled_with: compiled, ...facts };
}

export function readModules(text: string): PlainMap {
  const named = (kind: string): string[] => text.split('\n').filter((line) => line.includes(`(${kind})`)).map((line) => line.trim().split(/\s+/)[0] ?? '');
  return { static: named('static'), shared: named('shared') };
}

export function readDirectives(text: string): PlainMap {
  const lines = text.replaceAll('\n\t', '\t').split('\n').filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => {
    const [name = '', ...rest] = line.split('\t');
    return [name, rest.join('\n')];
  }));
}

export function readHosts(text: string): PlainMap {
  const hosts: Record<string, PlainMap> = {};
  let current: PlainMap = {};
  const plain = (word: string | undefined): string => (word ?? '').replaceAll(/[()]/g, '');
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    const [kind = '', second = '', third = '', fourth = '', fifth] = words;
    if (line.includes('is a NameVirtualHost')) current = hosts[kind] = {};
    else if (kind === 'default') current['default'] = { vhost: third, conf: plain(fourth) };
    else if (kind === 'port') current[fourth] = { vhost: fourth, conf: plain(fifth), port: second };
  }
  return hosts;
}

/** Differs: values that are no numbers are kept; real Salt ends with a ValueError. */
function statusValue(text: string): Value {
  if (/^\d+$/.test(text)) return Number(text);
  return text !== '' && Number.isFinite(Number(text)) ? floatOf(Number(text)) : text;
}

export function readStatus(text: string): PlainMap {
  const board: Record<string, number> = Object.fromEntries('_SRWKDCLGI.'.split('').map((letter) => [letter, 0]));
  const facts: PlainMap = { Scoreboard: board };
  for (const line of text.split(/\r?\n/).filter((one) => one.includes(':'))) {
    const at = line.indexOf(':');
    const [key, value] = [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    if (key === 'Scoreboard') for (const letter of value.split('')) board[letter] = (board[letter] ?? 0) + 1;
    else facts[key] = statusValue(value);
  }
  return facts;
}
