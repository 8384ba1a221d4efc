/**
 * Top data of a program (`master_tops: {ext_nodes: program}`): it is started with the id of the minion and prints YAML with `classes`, a
 * list or a map, and maybe an `environment`.
 *
 * Source: read, Salt 3008.3; its words go through no shell here: there a quoted one would keep its quotes.
 */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { defineTops } from '../../kernel/contract/plugin.js';
import { splitWords } from '../../kernel/sys/shell-words.js';
import { isMap, isTruthy, mapEntries, mapFrom, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { str } from '../../kernel/std/python-text.js';
import { loadYaml } from '../../kernel/yaml/load.js';

const PROGRAM_MS = 60_000;
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

export default defineTops({
  name: 'ext_nodes',
  doc: 'Asks a program for the classes of each minion.',
  async top({ opts }, ctx) {
    const id = opts['id'];
    if (typeof id !== 'string') return {};
    const sources = ctx.opts['master_tops'];
    const words = splitWords(str(isMap(sources) ? mapGet(sources, 'ext_nodes') ?? '' : ''));
    const [program, ...rest] = words;
    if (program === undefined) throw new CommandExecutionError('ext_nodes names no program');
    const done = await ctx.sys.run([program, ...rest, id], { timeoutMs: PROGRAM_MS, outputBytesMax: OUTPUT_BYTES_MAX, signal: ctx.signal });
    if (done.timedOut) throw new CommandExecutionError(`${program} gave no answer within ${PROGRAM_MS / 1000} seconds`);
    if (done.code !== 0) throw new CommandExecutionError(`${program} ended with ${done.code}`);
    return topOf(loadYaml(Buffer.from(done.stdout).toString('utf8'), { source: program }), (what) => ctx.log.info({ program }, what));
  },
});

function topOf(data: Value, note: (what: string) => void): PlainMap {
  if (!isTruthy(data)) note('master_tops ext_nodes call did not return any data');
  if (!isMap(data)) return {};
  const classes = mapGet(data, 'classes');
  if (classes === undefined) note('master_tops ext_nodes call did not have a dictionary with a "classes" key.');
  const names = isMap(classes) ? mapEntries(classes).map(([name]) => name) : classes;
  return Array.isArray(names) ? mapFrom([[mapGet(data, 'environment') ?? 'base', names]]) as PlainMap : {};
}
