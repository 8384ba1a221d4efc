/** Drivers are packages that few need: loaded when somebody asks for them, with a clear word when they are not there. */
import { CommandExecutionError } from '../contract/errors.js';

/** `who` is the beginning of the message. @throws CommandExecutionError that names the package */
export async function loadDriver<T>(who: string, name: string): Promise<T> {
  try {
    // The name is no literal, so that the build does not look for it.
    return await import(name) as T;
  } catch (cause) {
    throw new CommandExecutionError(`${who} needs the npm package '${name}', which is not installed here`, { cause });
  }
}
