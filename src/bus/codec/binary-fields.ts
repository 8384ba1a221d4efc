/** Which fields of a message are bytes although they might happen to be valid UTF-8. */

/** A place in a message: whether raw data there stays bytes, and what lies below it. */
export interface BinaryField {
  readonly bytes: boolean;
  readonly inner: BinaryFields | undefined;
}
export type BinaryFields = ReadonlyMap<string, BinaryField>;

type Growing = Map<string, { bytes: boolean; inner: Growing | undefined }>;

/**
 * Names fields by path from the top of the message: `binaryFields('load', 'sig', 'load.token')`. Make it once, at the top of a file.
 *
 * Source: read, wire protocol section 2: such fields are bytes first, and are never decoded and encoded again.
 */
export function binaryFields(...paths: readonly string[]): BinaryFields {
  const top: Growing = new Map();
  for (const path of paths) {
    const words = path.split('.');
    let level = top;
    for (const [at, word] of words.entries()) {
      const field = level.get(word) ?? { bytes: false, inner: undefined };
      level.set(word, field);
      if (at === words.length - 1) field.bytes = true;
      else level = field.inner ??= new Map();
    }
  }
  return top;
}
