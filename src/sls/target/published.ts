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
  const expanded = words.flatMap((word) => (word.startsWith('N@') && word.length > 2 ? resolve(word.slice(2), options) : [word]));
  return { tgt: expanded.join(' '), tgt_type: 'compound' };
}

function wordsOf(expr: Value): string[] {
  if (typeof expr === 'string') return splitWords(expr);
  if (!isList(expr)) throw new PythonError('TypeError', `'${typeName(expr)}' object is not iterable`);
  return expr.map((word) => {
    if (typeof word === 'string') return word;
    throw new PythonError('AttributeError', `'${typeName(word)}' object has no attribute 'startswith'`);
  });
}

function resolve(name: Value, { nodegroups, confFile = 'the master config file' }: PublishOptions): string[] {
  if (typeof name === 'string' && hasNodeGroup(name, nodegroups)) return expandNodeGroup(name, nodegroups);
  throw new InvocationError(`Node group ${String(name)} unavailable in ${confFile}`);
}
