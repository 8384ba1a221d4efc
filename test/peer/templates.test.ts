/** Random expressions, rendered here and by the Jinja of real Salt in one Python process. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRenderer } from '../../src/sls/render/renderer.js';
import { listeningLog } from '../support/module-host.js';
import { saltProgram, skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Expressions } from './templates/expressions.js';

const folder = join(import.meta.dirname, '../../../test/peer/templates');
const COUNT = Number(process.env['TSALT_TEMPLATE_COUNT'] ?? 1500);

interface Outcome {
  readonly text?: string;
  readonly error?: string;
}

/** Kinds of templates whose results differ on purpose, each with its reason. */
const exceptions = JSON.parse(readFileSync(join(folder, 'exceptions.json'), 'utf8')) as readonly { readonly template?: string; readonly theirs?: string; readonly why: string }[];
const isException = (template: string, { text, error }: Outcome): boolean => exceptions.some((one) =>
  (one.template === undefined || new RegExp(one.template, 's').test(template)) && (one.theirs === undefined || new RegExp(one.theirs, 's').test(error ?? text ?? '')));

function theirs(templates: readonly string[]): Outcome[] {
  const done = spawnSync(saltProgram('python'), [join(folder, 'render.py')], { input: JSON.stringify(templates), encoding: 'utf8', maxBuffer: 1 << 28, timeout: 120_000 });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout) as Outcome[];
}

const renderer = createRenderer({
  files: { read: async () => undefined }, call: async () => null, functions: async () => [], log: listeningLog(),
  facts: { grains: { os: 'Debian', n: 4 }, pillar: {}, opts: {}, id: 'web1' },
});

async function ours(template: string): Promise<Outcome> {
  try {
    return { text: await renderer.renderTemplate(template, 'jinja', { saltenv: 'base' }) };
  } catch (error) {
    const line = (error as Error).message.split('\n')[0] ?? '';
    return { error: line.split('; line ')[0] ?? '' };
  }
}

/** Addresses differ in each process. */
const normal = ({ text, error }: Outcome): Outcome => {
  const plain = (word: string): string => word.replaceAll(/0x[0-9a-f]{6,}/g, '0x<ADDR>');
  return text === undefined ? { error: plain(error ?? '') } : { text: plain(text) };
};

const seed = Number(process.env['TSALT_TEMPLATE_SEED'] ?? 20261121);

test(`${COUNT} random expressions render as with real Salt (seed ${seed})`, { skip: skipWithoutSalt }, async () => {
  const source = new Expressions(seed);
  const templates = Array.from({ length: COUNT }, () => source.next());
  const recorded = theirs(templates);
  const wrong: string[] = [];
  for (const [at, template] of templates.entries()) {
    const [found, wanted] = [normal(await ours(template)), normal(recorded[at] as Outcome)];
    // What Python says about an error matters less than that there is one; TSALT_TEMPLATE_ERRORS compares that, too.
    const exact = wanted.text !== undefined || process.env['TSALT_TEMPLATE_ERRORS'] !== undefined;
    const same = exact ? found.text === wanted.text && found.error === wanted.error : found.error !== undefined;
    if (!same && !isException(template, wanted)) wrong.push(`${template}\n  theirs ${JSON.stringify(wanted)}\n  ours   ${JSON.stringify(found)}`);
  }
  assert.deepEqual(wrong, [], wrong.join('\n'));
});
