/** The text of a rule, from named parts, and when two texts are the same rule. Source: read, Salt 3008.3 (`nftables.build_rule`); nft(8). */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** What stands before a jump, with braces around it. */
const IN_BRACES: readonly (readonly [part: string, words: string])[] = [['connstate', 'ct state'], ['icmp-type', 'icmp type'], ['icmpv6-type', 'icmpv6 type'], ['pkttype', 'meta pkttype']];
const AFTER_JUMP: readonly (readonly [part: string, words: string])[] = [['to-ports', '--to-ports '], ['to-source', ''], ['to-destination', ''], ['reject-with', 'reject with ']];

function sortedPorts(ports: Value): string {
  const texts = isList(ports) ? ports.map(str) : str(ports).split(',');
  const wrong = texts.find((text) => !/^\s*[+-]?\d+\s*$/.test(text));
  if (wrong !== undefined) throw new CommandExecutionError(`invalid literal for int() with base 10: '${wrong}'`);
  return texts.map(Number).sort((a, b) => b - a).join(', ');
}

/** Differs: in the family inet Salt writes `inet saddr`, which nft does not know. */
function addressFamily(address: string, family: string): string {
  if (family !== 'inet') return family;
  return address.includes(':') ? 'ip6' : 'ip';
}

export function ruleText(given: PlainMap, family: string): string {
  const { target, ...rest } = given;
  const parts: PlainMap = target === undefined ? rest : { ...rest, jump: target };
  const words: string[] = [];
  const proto = str(parts['proto'] ?? '');
  const add = (part: string, wording: (value: string) => string): void => {
    const value = parts[part];
    if (value !== undefined) words.push(wording(str(value)));
  };
  const addAddress = (word: string, other: string): void => {
    if (parts[word] === undefined && parts[other] === undefined) return;
    const address = str(isTruthy(parts[word]) ? parts[word] ?? null : parts[other] ?? null);
    words.push(`${addressFamily(address, family)} ${word} ${address}`);
  };
  add('if', (value) => `meta iifname ${value}`);
  add('of', (value) => `meta oifname ${value}`);
  for (const [part, before] of IN_BRACES) add(part, (value) => `${before} { ${value} }`);
  if (parts['counter'] !== undefined) words.push('counter');
  addAddress('saddr', 'source');
  addAddress('daddr', 'destination');
  for (const word of ['dport', 'sport']) add(word, (value) => `${proto} ${word} { ${value.replaceAll(':', '-')} }`);
  for (const word of ['dport', 'sport']) {
    const ports = parts[`${word}s`];
    if (ports !== undefined) words.push(`${proto} ${word} { ${sortedPorts(ports)} }`);
  }
  add('jump', (value) => value);
  add('j', (value) => value);
  if (parts['redirect-to'] !== undefined || parts['to-port'] !== undefined) words.push(`redirect to ${str(isTruthy(parts['redirect-to']) ? parts['redirect-to'] ?? null : parts['to-port'] ?? null)}`);
  for (const [part, before] of AFTER_JUMP) add(part, (value) => `${before}${value}`);
  return words.join(' ').trimEnd();
}

const TOKEN = /"[^"]*"|[{},]|[^\s{},"]+/g;

/** A rule as nft may read it: nothing in it ends the rule, so that no other command can follow. */
export function safeRule(rule: string): string {
  const bare = rule.replaceAll(/"[^"\n]*"/g, '');
  if (/[;#\n"\\]/.test(bare) || rule.includes('\n')) throw new CommandExecutionError(`'${rule}' is more than one rule of nftables`);
  return rule;
}

/** Words, and elements of sets in an order of their own; braces around them do not matter. */
function wordsOf(rule: string): string[] {
  const words: string[] = [];
  let set: string[] | undefined;
  const close = (): void => {
    if (set !== undefined) words.push(set.sort().join(','));
    set = undefined;
  };
  let open = false;
  let isNext = true;
  for (const [token] of rule.matchAll(TOKEN)) {
    if (token === '{') [set, open, isNext] = [[], true, true];
    else if (token === '}') {
      close();
      open = false;
    } else if (token === ',') {
      set ??= words.splice(-1);
      isNext = true;
    } else {
      const word = token.replaceAll('"', '').replace(/(?<=^[\d.]+)\/32$|(?<=^[\da-f:]+)\/128$/, '');
      if (set !== undefined && !open && !isNext) close();
      if (set === undefined) words.push(word);
      else if (isNext) set.push(word);
      else set.push(`${set.pop() ?? ''} ${word}`);
      isNext = false;
    }
  }
  close();
  return words;
}

/** What nft adds when it lists a rule, or leaves out. */
function plainWords(rule: string, hasFamily: boolean): string {
  const words = wordsOf(rule).join(' ').replaceAll(/\bcounter packets \d+ bytes \d+/g, 'counter').replaceAll(/\b(reject with icmp(?:v6|x)?) type /g, '$1 ');
  return (hasFamily ? words : words.replaceAll(/\bmeta nfproto \S+ ?/g, '')).replaceAll(/\bmeta /g, '');
}

export const isSameRule = (wanted: string, listed: string): boolean => {
  const hasFamily = wanted.includes('nfproto');
  return plainWords(wanted, hasFamily) === plainWords(listed, hasFamily);
};
