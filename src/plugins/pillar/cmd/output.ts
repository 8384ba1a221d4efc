/** What `cmd_json` and `cmd_yaml` share: the command for one minion, and the reading of what it printed. */
import type { Context } from '../../../kernel/contract/context.js';
import { asError } from '../../../kernel/std/async.js';
import type { Value } from '../../../kernel/std/value.js';

/** What such a command prints are values of the pillar: no log tells it. */
export const QUIETLY = { output_loglevel: 'quiet' } as const;

/** Ids of minions are letters, digits, dots and the like: nothing that a shell takes for more than text. */
const PLAIN_ID = /^[\w.:@=+,-]+$/;

/** @throws RangeError for an id that a shell would read as more than a word */
export function commandFor(command: string, id: string): string {
  if (!command.includes('%s')) return command;
  if (!PLAIN_ID.test(id)) throw new RangeError(`The id '${id}' cannot stand in a command`);
  return command.replaceAll('%s', id);
}

/** The data in an output; what cannot be read gives nothing but a line in the log, which tells no values. */
export function readOutput(output: string, read: (text: string) => Value, { command, format }: { command: string; format: string }, ctx: Context): Value {
  try {
    return read(output);
  } catch (error) {
    // The message of a YAML error holds a piece of the output: only its kind and place are told.
    const place = /line \d+(?:,? column \d+)?/.exec(asError(error).message)?.[0] ?? '';
    ctx.log.error({ program: command.trim().split(/\s+/)[0], length: output.length, place }, `${format} data of an external pillar failed to parse`);
    return {};
  }
}
