/** Reads what `iptables-save` writes. Source: read, Salt 3008.3 (`iptables._parse_conf`); iptables-save(8). */
import type { PlainMap } from '../../../kernel/std/value.js';
import { ruleWords } from './rule.js';

export interface Chain {
  readonly policy: string;
  readonly 'packet count': string;
  readonly 'byte count': string;
  readonly rules: PlainMap[];
  readonly rules_comment: Record<string, PlainMap>;
}
export type Tables = Record<string, Record<string, Chain>>;

const SHORT: Readonly<Record<string, string>> = {
  A: 'append', p: 'protocol', s: 'source', d: 'destination', j: 'jump', g: 'goto', i: 'in-interface', o: 'out-interface', f: 'fragment', c: 'set-counters', m: 'match',
};
/** Long names that are told by another one. */
const TOLD_AS: Readonly<Record<string, string>> = {
  sport: 'source_port', 'source-port': 'source_port', dport: 'destination_port', 'destination-port': 'destination_port', sports: 'source-ports', dports: 'destination-ports',
  'src-cc': 'source-country', 'dst-cc': 'destination-country',
};

const isOption = (word: string | undefined): word is string => word?.startsWith('-') === true;

/** Options with their values, a `!` before an option at the beginning of its value. Differs: options that Salt does not know are kept. */
function optionsOf(words: readonly string[]): [name: string, value: string][] {
  const found: [string, string][] = [];
  for (let at = 0; at < words.length;) {
    const negated = words[at] === '!' && isOption(words[at + 1]);
    const option = words[negated ? at + 1 : at] ?? '';
    at += negated ? 2 : 1;
    if (!isOption(option)) continue;
    const values = negated ? ['!'] : [];
    while (at < words.length && !isOption(words[at]) && words[at] !== '!') values.push(words[at++] ?? '');
    const name = option.startsWith('--') ? option.slice(2) : SHORT[option.slice(1)] ?? option.slice(1);
    found.push([TOLD_AS[name] ?? name, values.join(' ')]);
  }
  return found;
}

function addRule(chains: Record<string, Chain>, line: string): void {
  const rule: Record<string, string[]> = {};
  for (const [name, value] of optionsOf(ruleWords(line))) (rule[name] ??= []).push(value);
  const { append: [name = ''] = [], ...told } = rule;
  const chain = Object.hasOwn(chains, name) ? chains[name] : undefined;
  if (chain === undefined) return;
  const comment = told['comment']?.[0];
  if (comment !== undefined) chain.rules_comment[comment.replaceAll(/^"+|"+$/g, '')] = told;
  chain.rules.push(told);
}

export function parseSaved(text: string): Tables {
  const tables: Tables = {};
  let chains: Record<string, Chain> = {};
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) chains = tables[line.replaceAll('*', '')] = {};
    else if (line.startsWith(':')) {
      const [name = '', policy = '', counters = ''] = line.split(/\s+/);
      const [packets = '', bytes = ''] = counters.replaceAll(/[[\]]/g, '').split(':');
      chains[name.replaceAll(':', '')] = { policy, 'packet count': packets, 'byte count': bytes, rules: [], rules_comment: {} };
    } else if (line.startsWith('-A')) addRule(chains, line);
  }
  return tables;
}
