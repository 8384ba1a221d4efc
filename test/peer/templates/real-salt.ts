/** Templates and YAML given to real Salt in one Python process, and the same here. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repr } from '../../../src/kernel/std/python-text.js';
import { Tuple, ValueSet } from '../../../src/kernel/std/sequences.js';
import { isMap, mapEntries, type Value } from '../../../src/kernel/std/value.js';
import { loadYaml, YamlError } from '../../../src/kernel/yaml/load.js';
import { createRenderer } from '../../../src/sls/render/renderer.js';
import { listeningLog } from '../../support/module-host.js';
import { saltProgram } from '../../support/fleet/salt-venv.js';

/** The sources: nothing but TypeScript is copied by the build. */
const folder = join(import.meta.dirname, '../../../../test/peer/templates');
const PYTHON_MS = 300_000;

export interface Outcome {
  readonly text?: string;
  readonly error?: string;
}

export interface Case {
  readonly kind?: 'template' | 'yaml';
  readonly text: string;
  readonly opts?: Readonly<Record<string, unknown>>;
}

export function theirs(cases: readonly Case[], files: Readonly<Record<string, string>> = {}): Outcome[] {
  const done = spawnSync(saltProgram('python'), [join(folder, 'render.py')], { input: JSON.stringify({ files, cases }), encoding: 'utf8', maxBuffer: 1 << 28, timeout: PYTHON_MS });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout) as Outcome[];
}

function readHere(text: string): Outcome {
  try {
    return { text: printed(loadYaml(text, { ordered: true })) };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { error: `${error.className}: ${error.message}` };
  }
}

/** As Python prints it. */
function printed(value: Value): string {
  if (Array.isArray(value) && !(value instanceof Tuple) && !(value instanceof ValueSet)) return `[${value.map((item) => printed(item as Value)).join(', ')}]`;
  if (value instanceof ValueSet) return repr(value);
  return isMap(value) ? `{${mapEntries(value).map(([key, item]) => `${printed(key)}: ${printed(item)}`).join(', ')}}` : repr(value);
}

export async function ours({ kind, text, opts = {} }: Case, files: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  if (kind === 'yaml') return readHere(text);
  const renderer = createRenderer({
    files: { read: async (path) => (Object.hasOwn(files, path) ? { text: files[path] as string, path: `/cache/${path}` } : undefined) },
    call: async (_fun, args) => args[0] ?? null, functions: async () => ['test.echo'], log: listeningLog(),
    facts: { grains: { os: 'Debian', n: 4 }, pillar: {}, opts: opts as Record<string, never>, id: 'web1' },
  });
  try {
    return { text: await renderer.renderTemplate(text, 'jinja', { saltenv: 'base' }) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** Kinds of templates whose results differ on purpose, each with its reason. */
interface Exception {
  readonly template?: string;
  readonly theirs?: string;
  readonly why: string;
}
const exceptions = JSON.parse(readFileSync(join(folder, 'exceptions.json'), 'utf8')) as readonly Exception[];

export const isException = (template: string, { text, error }: Outcome): boolean => exceptions.some((one) =>
  (one.template === undefined || new RegExp(one.template, 's').test(template)) && (one.theirs === undefined || new RegExp(one.theirs, 's').test(error ?? text ?? '')));

/** Addresses and folders differ in each process. Of an error counts what stands before the lines of the source. */
export function normal({ text, error }: Outcome): Outcome {
  const plain = (word: string): string => word.replaceAll(/0x[0-9a-f]{6,}/g, '0x<ADDR>').replaceAll(/\/[^\s'"]*\/files\/base\/|\/cache\//g, '<CACHE>/');
  return text === undefined ? { error: plain(errorHead(error ?? '')) } : { text: plain(text) };
}

/** Python's own stack is no part of what is compared. */
function errorHead(error: string): string {
  const [head = ''] = error.split('\nTraceback');
  return head.startsWith('Jinja error: ') ? head.split(/\n|; line /)[0] ?? '' : head;
}

export function sameOutcome(found: Outcome, wanted: Outcome, { errors }: { errors: boolean }): boolean {
  if (wanted.text !== undefined) return found.text === wanted.text;
  return errors ? found.error === wanted.error : found.error !== undefined;
}
