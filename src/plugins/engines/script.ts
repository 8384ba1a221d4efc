/**
 * Runs a program again and again; each line it writes is an event: `{tag, data}` as JSON or YAML.
 *
 * Source: read, Salt 3008.3. Differs: a line that is no event is said in the log and the next one counts, where Salt's engine ends.
 */
import type { Context } from '../../kernel/contract/context.js';
import { fireEvent } from '../../kernel/contract/engine.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { sleep } from '../../kernel/std/async.js';
import { equalValues, isMap, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import { splitWords } from '../../kernel/sys/shell-words.js';
import { loadYaml } from '../../kernel/yaml/load.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { Lines } from './parts/lines.js';

const LINE_BYTES_MAX = 1024 * 1024;
const SHOWN_CHARS = 200;
const SHORTEST_PAUSE_MS = 100;
const READERS: Readonly<Record<string, (line: string) => Value>> = { json: readJson, yaml: (line) => loadYaml(line) };

interface ScriptEvent {
  readonly tag: string;
  readonly data: PlainMap;
}

/** Undefined for a line that names no tag. @throws Error for what is no event */
function eventOf(line: string, read: (line: string) => Value, id: string): ScriptEvent | undefined {
  const found = read(line);
  if (!isMap(found)) throw new CommandExecutionError('not a mapping with tag and data');
  const { tag, data = {} } = Object.fromEntries(mapEntries(found)) as PlainMap;
  if (typeof tag !== 'string' || tag === '') return undefined;
  const map: PlainMap = isMap(data) ? Object.fromEntries(mapEntries(data)) as PlainMap : { data };
  return { tag, data: Object.keys(map).length > 0 && !('id' in map) ? { ...map, id } : map };
}

export default defineEngine({
  name: 'script',
  doc: 'Run a program again and again; each line of its output that has a tag is an event.',
  params: {
    cmd: p.string(), output: p.string('json', 'how lines are written: json or yaml'), interval: p.float(1, 'seconds between two runs'),
    onchange: p.bool(false, 'only when the data of a tag changed'),
  },
  async start({ cmd, output, interval, onchange }, ctx) {
    const read = READERS[output];
    if (read === undefined) throw new CommandExecutionError(`Unknown serializer \`${output}\` found for output option`);
    const [program, ...rest] = splitWords(cmd);
    if (program === undefined) throw new CommandExecutionError('cmd is empty');
    const last = new Map<string, PlainMap>();
    const take = async (line: string): Promise<void> => {
      const event = readLine(line, read, ctx);
      if (event === undefined || (onchange && equalValues(last.get(event.tag), event.data))) return;
      if (onchange) last.set(event.tag, { ...event.data });
      ctx.log.info({ tag: event.tag }, `script engine firing event with tag ${event.tag}`);
      await fireEvent(ctx, event.tag, event.data);
    };
    while (!ctx.signal.aborted) {
      const lines = new Lines(LINE_BYTES_MAX);
      const onStdout = async (chunk: Uint8Array): Promise<void> => {
        for (const line of lines.push(chunk)) await take(line);
      };
      const { code } = await ctx.sys.run([program, ...rest], { mergeStderr: true, signal: ctx.signal, onStdout });
      const open = lines.end();
      if (open !== undefined) await take(open);
      if (lines.dropped > 0) ctx.log.error({ lines: lines.dropped, bytes_max: LINE_BYTES_MAX }, 'lines of the script were too long and are left out');
      if (code !== 0) ctx.log.error({ code }, `Command '${cmd}' returned non-zero exit status ${code}.`);
      await sleep(Math.max(SHORTEST_PAUSE_MS, interval * 1000), ctx.signal);
    }
  },
});

function readLine(line: string, read: (line: string) => Value, ctx: Context): ScriptEvent | undefined {
  if (line.trim() === '') return undefined;
  try {
    return eventOf(line, read, ctx.id);
  } catch (err) {
    ctx.log.error({ err, line: line.slice(0, SHOWN_CHARS) }, 'a line of the script is no event');
    return undefined;
  }
}
