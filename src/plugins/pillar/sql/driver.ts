/** Drivers are packages that few need: loaded when a source is asked, with a clear word when they are not there. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';

/** @throws CommandExecutionError that names the package */
export async function loadDriver<T>(source: string, name: string): Promise<T> {
  try {
    // The name is no literal, so that the build does not look for it.
    return await import(name) as T;
  } catch (cause) {
    throw new CommandExecutionError(`The external pillar ${source} needs the npm package '${name}', which is not installed here`, { cause });
  }
}

/** Python's placeholders as others write them: `%s` once for each value, `%%` for a percent sign. */
export function placeholders(query: string, write: (at: number) => string): { text: string; count: number } {
  let count = 0;
  const text = query.replaceAll(/%[s%]/g, (mark) => (mark === '%%' ? '%' : write(count += 1)));
  return { text, count };
}
