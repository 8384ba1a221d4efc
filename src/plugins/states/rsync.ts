/**
 * Folders kept the same by rsync. Source: the documentation of Salt 3006 (3008 has the module without the state).
 *
 * Differs: a test run makes nothing, foretells the changes, and is content where there are none; hosts are not looked for as folders.
 */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';

/** What the program said last. */
const summary = (text: string): string => (text.split('\n\n').at(-1) ?? '').replaceAll('  ', '\n').split('\n').filter((line) => line !== '').map((line) => `- ${line}`).join('\n');

function changesIn(text: string): PlainMap {
  const lines = (text.split('\n\n')[0] ?? '').split('\n').slice(1);
  const deleted = lines.filter((line) => line.startsWith('deleting ')).map((line) => line.slice('deleting '.length));
  // The folder itself is made by a real run alone.
  const copied = lines.filter((line) => line !== '' && !line.startsWith('deleting ') && !/^created (?:\d+ )?director/.test(line));
  if (deleted.length + copied.length === 0) return {};
  const shown = (all: string[]): string => (all.length === 0 ? 'N/A' : all.sort().join('\n'));
  return { copied: shown(copied), deleted: shown(deleted) };
}

/** A place of another host, of a daemon, or of the master. */
const isElsewhere = (path: string): boolean => /^[^/]*:/.test(path);

interface Wish {
  readonly name: string;
  readonly source: string;
  readonly force: Value;
  readonly prepare: Value;
  readonly dryrun: Value;
  readonly options: PlainMap;
}

async function synchronized({ name, source, force, prepare, dryrun, options }: Wish, ctx: Context): Promise<PlainMap> {
  const isMissing = async (path: string): Promise<boolean> => !isElsewhere(path) && !await ctx.sys.exists(path);
  const isChecked = !isTruthy(force) && !isTruthy(prepare);
  if (isChecked && await isMissing(source)) return failed(name, `Source directory ${source} was not found.`);
  const isNew = await isMissing(name);
  if (isChecked && isNew) return failed(name, `Destination directory ${name} was not found.`);
  const isDry = ctx.test || isTruthy(dryrun);
  if (isNew && isTruthy(prepare) && !isDry) await ctx.sys.fs.mkdir(name, { recursive: true });
  const answer = await ctx.call('rsync.rsync', [source, name], { ...options, force, dryrun: isDry }) as PlainMap;
  if (isTruthy(answer['retcode'] ?? 0)) return failed(name, str(answer['stderr'] ?? ''));
  const text = str(answer['stdout'] ?? '');
  const changes = changesIn(text);
  return isDry && Object.keys(changes).length > 0 ? wouldChange(name, summary(text), changes) : done(name, summary(text), changes);
}

const off = p.any(false);
const none = p.any(null);

export default defineState({
  name: 'rsync',
  virtual: async (ctx) => ((await ctx.sys.which('rsync')) === undefined ? 'The rsync state module cannot be loaded: the rsync binary is not in the path.' : true),
  doc: 'Folders kept the same by rsync.',
  functions: {
    synchronized: fn({
      doc: 'Make sure that a folder has what another one has.',
      params: {
        name: p.string(), source: p.string(), delete: off, force: off, update: off, passwordfile: none, exclude: none, excludefrom: none, prepare: p.any(false, 'make the folder when it is not there'),
        dryrun: off, additional_opts: none,
      },
      run: ({ name, source, force, prepare, dryrun, ...options }, ctx) => guarded(name, () => synchronized({ name, source, force, prepare, dryrun, options }, ctx)),
    }),
  },
});
