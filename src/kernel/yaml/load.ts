/**
 * Reads YAML as Salt does: YAML 1.1 with Salt's rules for integers, dates, equal keys and tags.
 * Refuses to know: files, templates, configuration. Start at `loadYaml`.
 */
import type { Value } from '../std/value.js';
import { construct, type ConstructOptions } from './construct.js';
import { UNNAMED_SOURCE } from './error.js';
import { NOT_PLAIN, readPlain } from './plain/reader.js';
import { SourceText } from './source.js';
import { readStrict } from './strict/reader.js';

export { YamlError } from './error.js';

/** Nodes of a text once aliases are followed. Text without aliases is bound by its own size. */
const EXPANDED_NODES_MAX = 2_000_000;

/** Longest text in characters that is read. */
const TEXT_LENGTH_MAX = 64 * 1024 * 1024;

/** Reads the one document of a text; an empty text gives null. `source` names it in errors. @throws YamlError */
export function loadYaml(text: string, options: ConstructOptions & { source?: string } = {}): Value {
  const source = new SourceText(text, options.source ?? UNNAMED_SOURCE);
  if (text.length > TEXT_LENGTH_MAX) source.bare('ReaderError', `the text is longer than ${TEXT_LENGTH_MAX} characters`);
  source.checkCharacters();
  const plain = readPlain(source.text);
  if (plain !== NOT_PLAIN) return plain;
  const { root, expandedSize } = readStrict(source);
  if (root === undefined) return null;
  if (expandedSize > EXPANDED_NODES_MAX) {
    source.bare('ComposerError', `the aliases of the text stand for more than ${EXPANDED_NODES_MAX} nodes`);
  }
  return construct(root, source, options);
}

/** Line (from 1) of each key at the top of a block mapping; empty when the text is not one. @throws YamlError */
export function topLevelLines(text: string): Map<string, number> {
  const source = new SourceText(text, UNNAMED_SOURCE);
  const { root } = readStrict(source);
  const lines = new Map<string, number>();
  if (root?.kind !== 'mapping') return lines;
  for (const [key] of root.pairs) {
    if (key.kind === 'scalar') lines.set(key.value, source.markAt(key.start).line + 1);
  }
  return lines;
}
