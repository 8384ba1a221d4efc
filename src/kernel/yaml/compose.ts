/** Reads the one document of a text into nodes: quickly where that is safe, else strictly. */
import type { Document } from './builder.js';
import { readQuick } from './quick.js';
import type { SourceText } from './source.js';
import { readStrict } from './strict/reader.js';

/** @throws YamlError */
export function composeDocument(source: SourceText): Document {
  return readQuick(source) ?? readStrict(source);
}
