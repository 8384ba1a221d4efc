/** Maps that were written to files of their own. */
import { readFileSync, renameSync } from 'node:fs';
import { isPlainMap, type PlainMap } from '../../kernel/std/value.js';
import { CodecError, decodeBus } from '../codec/codec.js';

/** The file is not there; it holds no map; it cannot be read as a value. */
export type KeptFault = 'gone' | 'none' | 'unreadable';

/** Undefined, with a word to `tell`, when there is none; a file that is none of ours is put aside under another name. @throws the system's error */
export function readKept(path: string, tell: (fault: KeptFault, err?: unknown) => void): PlainMap | undefined {
  try {
    const item = decodeBus(readFileSync(path));
    if (isPlainMap(item)) return item;
    tell('none');
  } catch (err) {
    const isGone = (err as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isGone && !(err instanceof CodecError)) throw err;
    tell(isGone ? 'gone' : 'unreadable', err);
    if (isGone) return undefined;
  }
  renameSync(path, `${path}.unreadable`);
  return undefined;
}
