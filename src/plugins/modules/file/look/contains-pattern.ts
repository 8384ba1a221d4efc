/** `file.contains_regex`. */
import type { Sys } from '../../../../kernel/contract/sys.js';
import { piecesOf, textLines } from '../../../../kernel/sys/file/content.js';
import { cutStart } from '../ground/lists.js';
import { isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { expandUser, pathExists } from '../../../../kernel/sys/file/probe.js';
import { compilePattern, searching } from '../../../../kernel/sys/file/regex.js';
import { Utf8Stream } from '../../../../kernel/sys/file/utf8.js';

/** Asks line by line; each line keeps its end. False where the file cannot be read. */
export async function containsPattern(sys: Sys, given: string, source: string, cutAtStart: string): Promise<boolean> {
  const path = await expandUser(sys, given);
  if (!(await pathExists(sys, path))) return false;
  const pattern = compilePattern(source, 0);
  try {
    for await (const lines of lineGroups(sys, path)) {
      if (searching(() => lines.some((line) => pattern.search(cutStart(line, cutAtStart)) !== undefined))) return true;
    }
    return false;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** Lines of a text file with their ends, as many as a piece of it holds. */
async function* lineGroups(sys: Sys, path: string): AsyncGenerator<string[]> {
  const decoder = new Utf8Stream();
  let rest = '';
  for await (const piece of piecesOf(sys, path)) {
    const lines = textLines(rest + decoder.write(piece));
    // The last line may go on in the next piece, and a carriage return may be half of its end.
    rest = lines.pop() ?? '';
    yield lines;
  }
  decoder.end();
  yield textLines(rest);
}
