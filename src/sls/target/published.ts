/** What the client puts on the wire: node groups are written out, so that minions need not know them. */
import { InvocationError, PythonError } from '../../kernel/contract/errors.js';
import { isList, typeName, type Value } from '../../kernel/std/value.js';
import { expandNodeGroup, hasNodeGroup, splitWords } from './node-groups.js';

export interface PublishedTarget {
  readonly tgt: Value;
  readonly tgt_type: string;
}

export interface PublishOptions {
  readonly nodegroups: Value;
  /** Named in the error about an unknown group. */
  readonly confFile?: string;
}

/** @throws InvocationError for an unknown node group */
export function publishedForm(target: { readonly expr: Value; readonly kind: string }, options: PublishOptions): PublishedTarget {
  const { expr, kind } = target;
  if (kind !== 'compound' && kind !== 'nodegroup') return { tgt: expr, tgt_type: kind };
  const words = kind === 'nodegroup' ? resolve(expr, options) : wordsOf(expr);
  const expanded = words.flatMap((given): Value[] => {
    const word = readWord(given);
    return word.startsWith('N@') && word.length > 2 ? resolve(word.slice(2), options) : [word];
  });
  return { tgt: joinWords(expanded), tgt_type: 'compound' };
}

function readWord(word: Value): string {
  if (typeof word === 'string') return word;
  throw new PythonError('AttributeError', `'${typeName(word)}' object has no attribute 'startswith'`);
}

function joinWords(words: readonly Value[]): string {
  const at = words.findIndex((word) => typeof word !== 'string');
  if (at >= 0) throw new PythonError('TypeError', `sequence item ${at}: expected str instance, ${typeName(words[at])} found`);
  return words.join(' ');
}

function wordsOf(expr: Value): readonly Value[] {
  if (typeof expr === 'string') return splitWords(expr);
  if (!isList(expr)) throw new PythonError('TypeError', `'${typeName(expr)}' object is not iterable`);
  return expr;
}

function resolve(name: Value, { nodegroups, confFile = 'the master config file' }: PublishOptions): Value[] {
  if (typeof name === 'string' && hasNodeGroup(name, nodegroups)) return expandNodeGroup(name, nodegroups);
  throw new InvocationError(`Node group ${String(name)} unavailable in ${confFile}`);
}
