/** Appends results and events to a file, each as one line of JSON. Source: read, Salt 3008.3. */
import { dirname } from 'node:path';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { pythonJson } from '../../kernel/std/python-json.js';
import type { PlainMap } from '../../kernel/std/value.js';

const FILE = '/var/log/salt/events';

async function append(items: readonly Readonly<PlainMap>[], ctx: ReturnerContext): Promise<void> {
  if (items.length === 0) return;
  const lines = items.map((item) => {
    const text = pythonJson(item, { indent: null, sortKeys: false });
    if (text === undefined) throw new CommandExecutionError('rawfile_json: a key is neither text nor number, JSON cannot have it');
    return `${text}\n`;
  });
  const path = String(ctx.options['filename']);
  await ctx.sys.fs.mkdir(dirname(path), { recursive: true });
  // One write at the end of the file: several writers do not mix their lines. Others need not read what jobs gave.
  await ctx.sys.fs.appendFile(path, lines.join(''), { mode: 0o600 });
}

export default defineReturner({
  name: 'rawfile_json',
  doc: 'Appends results and events to a file, each as one line of JSON.',
  options: { filename: { doc: 'the file', default: FILE } },
  returner: (ret, ctx) => append([ret], ctx),
  eventReturn: append,
});
