/** Plays the outputter recordings through `display` and the outputters themselves. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { display } from '../../src/cli/print/display.js';
import type { OutputOptions, OutputPlugin } from '../../src/kernel/contract/plugin.js';
import { isPlainMap, type PlainMap } from '../../src/kernel/std/value.js';
import { differenceOf, readCases, type CaseResult, type Corpus } from './corpus.js';
import { untag } from './pytag.js';

interface Recording {
  readonly id: string;
  readonly outputter: string | null;
  readonly opts?: unknown;
  readonly kwargs?: { readonly _retcode?: number; readonly nested_indent?: number };
  readonly data: unknown;
  readonly expect: { readonly text: string | null };
}

/** The options of a master behind the recordings, as far as outputters read them. */
const DEFAULTS: PlainMap = {
  color: false, strip_colors: true, state_output: 'full', state_verbose: true, state_output_diff: false,
  state_output_pct: false, state_output_profile: true, state_compress_ids: false, state_tabular: false,
};

const plugins = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src', 'plugins', 'output');

async function load(name: string): Promise<OutputPlugin | undefined> {
  const path = join(plugins, `${name}.js`);
  if (!existsSync(path)) return undefined;
  return ((await import(pathToFileURL(path).href)) as { default: OutputPlugin }).default;
}

async function play(recording: Recording): Promise<string> {
  const opts = untag(recording.opts ?? {});
  if (!isPlainMap(opts)) throw new TypeError('opts of a recording must be a map');
  const { _retcode: retcode, nested_indent: nestedIndent } = recording.kwargs ?? {};
  const options: OutputOptions = {
    ...(retcode === undefined ? {} : { retcode }), ...(nestedIndent === undefined ? {} : { nestedIndent }),
  };
  return display(untag(recording.data, { sequences: true }), recording.outputter, { ...DEFAULTS, ...opts }, load, options);
}

async function judge(id: string, recording: Recording): Promise<CaseResult> {
  const wanted = recording.expect.text ?? '';
  const found = await play(recording);
  if (found === wanted) return { id, outcome: 'passed' };
  const reason = differenceOf('outputters', id);
  if (reason !== undefined) return { id, outcome: 'listed', detail: reason };
  return { id, outcome: 'failed', detail: `wanted ${JSON.stringify(wanted)}\nfound  ${JSON.stringify(found)}` };
}

export const corpus: Corpus = {
  name: 'outputters',
  async *run(dir) {
    for (const { file, content } of readCases(dir)) {
      for (const recording of content as Recording[]) yield judge(`${file}/${recording.id}`, recording);
    }
  },
};
