/** Plays `states/`: small state trees through the module `state` of a minion without a master, call by call. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { messageOf, pythonClass } from '../../src/kernel/loader/failure-text.js';
import { DateTime, Float, isBytes, isMap, mapEntries, type PlainMap, type Value } from '../../src/kernel/std/value.js';
import { gatheredGrains } from '../support/gathered-grains.js';
import { neverAborted } from '../support/module-host.js';
import { differenceOf, isWanted, pendingFor, readCases, type CaseResult, type Corpus } from './corpus.js';
import { LabOnDemand, type Lab } from './states/lab.js';
import { filled, layOut, openMinion, type CaseTree } from './states/minion.js';
import { playInLab, type LabCase } from './states/orchestrations.js';

interface RecordedCall {
  readonly fun: string;
  readonly args?: Value[];
  readonly kwargs?: PlainMap;
  readonly read_back?: string[];
}
interface Answer {
  readonly ret?: unknown;
  readonly error?: { readonly type: string; readonly text: string; readonly info?: unknown };
  readonly retcode: number;
  readonly files?: Record<string, string | null>;
}
interface Recording extends CaseTree {
  readonly id: string;
  readonly calls: RecordedCall[];
  readonly expect: Answer[];
}

/** What the recorder let through of the machine's own grains. */
const GRAINS = [
  'os', 'os_family', 'osmajorrelease', 'osrelease', 'kernel', 'init', 'path', 'pythonversion', 'saltversion', 'shell', 'systemd', 'osfullname', 'oscodename', 'cpuarch', 'osarch',
];

let machine: Promise<PlainMap> | undefined;
const machineGrains = (): Promise<PlainMap> => (machine ??= gatheredGrains({ opts: { id: 'm1' } })
  .then(({ grains }) => Object.fromEntries(GRAINS.flatMap((name) => (grains[name] === undefined ? [] : [[name, grains[name]]])))));

async function play(recording: Recording, root: string): Promise<Answer[]> {
  const work = layOut(recording, root);
  const grains = { ...await machineGrains(), id: 'm1', ...recording.grains };
  await using host = await openMinion(root, grains, { __cli: 'salt-call', local: true });
  const answers: Answer[] = [];
  for (const call of recording.calls) answers.push(await ask(host, filled(call as unknown as PlainMap, work) as unknown as RecordedCall, call, { root, work }));
  return answers;
}

async function ask(host: Awaited<ReturnType<typeof openMinion>>, { fun, args = [], kwargs = {} }: RecordedCall, { read_back: names }: RecordedCall, place: Place): Promise<Answer> {
  const session = host.session({ signal: neverAborted(), nested: true });
  let answer: Omit<Answer, 'retcode' | 'files'>;
  try {
    answer = { ret: comparable(await session.call(fun, args, kwargs), place) };
  } catch (error) {
    const info: unknown = (error as { context?: { info?: unknown } }).context?.info;
    answer = {
      error: {
        type: pythonClass(error).replace(/^salt\.exceptions\./, ''), text: normalText(exceptionText(error), place),
        ...(info === undefined ? {} : { info: comparable(info as Value, place) }),
      },
    };
  }
  const files = names === undefined ? {} : { files: Object.fromEntries(names.map((name) => [name, readBack(join(place.work, name), place)])) };
  return { ...answer, retcode: session.retcode ?? 0, ...files };
}

/** Python's KeyError prints its key in quotes. */
const exceptionText = (error: unknown): string => messageOf(error);

const readBack = (path: string, place: Place): string | null => (existsSync(path) ? normalText(readFileSync(path, 'utf8'), place) : null);

interface Place {
  readonly root: string;
  readonly work: string;
}

const TRACEBACK = 'Traceback (most recent call last):';

/** As `record.py` makes texts comparable. */
function normalText(text: string, { root, work }: Place): string {
  let shown = text.replaceAll(work, '@TMP@').replaceAll(root, '@ROOT@');
  while (shown.includes(TRACEBACK)) shown = withoutTraceback(shown);
  if (shown.startsWith('One or more requisite failed: ')) {
    const [head = '', names = ''] = shown.split(/: (.*)/s);
    shown = `${head}: ${names.split(', ').sort().join(', ')}`;
  }
  return shown
    .replace(/running as PID \d+ and was started at .*? with jid/g, 'running as PID @PID@ and was started at @DATE@ with jid')
    .replace(/ at 0x[0-9a-f]{6,}/g, ' at 0x@ADDR@')
    .replace(/\b20\d{18}\b/g, '@JID@');
}

function withoutTraceback(text: string): string {
  const at = text.indexOf(TRACEBACK);
  const lines = text.slice(at + TRACEBACK.length).split('\n');
  let end = 1;
  while (end < lines.length && (lines[end]?.trim() === '' || lines[end]?.startsWith(' ') === true)) end += 1;
  const tail = lines.slice(end).join('\n');
  return tail.includes(TRACEBACK) ? text.slice(0, at) + tail.slice(tail.indexOf(TRACEBACK)) : `${text.slice(0, at)}@TRACEBACK@ ${tail}`;
}

/** A value as the recording has it: JSON, without times and numbers of processes. */
function comparable(value: Value, place: Place): unknown {
  if (typeof value === 'string') return normalText(value, place);
  if (value instanceof Float) return value.value;
  if (value instanceof DateTime) return value.text;
  if (typeof value === 'bigint') return Number(value);
  if (isBytes(value)) return normalText(Buffer.from(value).toString('utf8'), place);
  if (Array.isArray(value)) return (value as Value[]).map((item) => comparable(item, place));
  if (!isMap(value)) return value;
  const entries = mapEntries(value);
  const keys = entries.map(([key]) => key);
  const isRow = keys.includes('result') || keys.includes('__run_num__');
  return Object.fromEntries(entries.filter(([key, item]) => !isLeftOut(key, item, isRow)).map(([key, item]) => [
    typeof key === 'string' ? normalText(key, place) : JSON.stringify(comparable(key, place)), key === 'pid' && typeof item === 'number' ? '@PID@' : comparable(item, place),
  ]));
}

function isLeftOut(key: Value, item: Value, isRow: boolean): boolean {
  if (isRow && (key === 'duration' || key === 'start_time')) return true;
  return (key === 'ts' || key === '_stamp') && (typeof item === 'string' || typeof item === 'number' || item instanceof Float);
}

/** Equal, but of texts that only Python can give what stands before those. Source: README of the recordings. */
function agrees(wanted: unknown, found: unknown): boolean {
  if (typeof wanted === 'string' && typeof found === 'string') return wanted === found || agreesBefore(wanted, found);
  if (Array.isArray(wanted)) return Array.isArray(found) && wanted.length === found.length && wanted.every((item, at) => agrees(item, found[at]));
  if (!isPlain(wanted) || !isPlain(found)) return isDeepStrictEqual(wanted, found);
  const keys = Object.keys(wanted);
  return keys.length === Object.keys(found).length && keys.every((key) => Object.hasOwn(found, key) && agrees(wanted[key], found[key]));
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> => value !== null && typeof value === 'object' && !Array.isArray(value);

function agreesBefore(wanted: string, found: string): boolean {
  const end = ['@TRACEBACK@', '@USAGE@', 'OrderedDict(['].map((mark) => wanted.indexOf(mark)).find((at) => at >= 0);
  return end !== undefined && found.startsWith(wanted.slice(0, end).trimEnd());
}

/** Cases that need a master and minions name the way of each call. */
const isOfLab = (recording: Recording): boolean => recording.calls.some((call) => 'via' in call);

async function judgeInLab(recording: Recording, lab: Lab): Promise<string | undefined> {
  try {
    const found = (await playInLab(recording as unknown as LabCase, lab)).map((answer) => comparable(answer, lab));
    return difference(recording, found);
  } catch (error) {
    return `failed: ${error instanceof Error ? error.stack : String(error)}`;
  }
}

function difference(recording: Recording, found: readonly unknown[]): string | undefined {
  const at = recording.expect.findIndex((wanted, index) => !agrees(wanted, found[index]));
  if (at < 0) return undefined;
  return `call ${at + 1}: ${JSON.stringify(recording.calls[at])}\nwanted ${JSON.stringify(recording.expect[at])}\nfound  ${JSON.stringify(found[at])}`;
}

async function judge(recording: Recording): Promise<string | undefined> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'golden-states-')));
  mkdirSync(join(root, 'sock'));
  try {
    return difference(recording, await play(recording, root));
  } catch (error) {
    return `failed: ${error instanceof Error ? error.stack : String(error)}`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

export const corpus: Corpus = {
  name: 'states',
  async *run(dir) {
    await using labs = new LabOnDemand();
    for (const { file, content } of readCases(dir)) {
      for (const recording of (content as { cases: Recording[] }).cases) {
        const id = `${file}/${recording.id}`;
        if (!isWanted(id)) continue;
        const pending = pendingFor('states', id);
        if (pending !== undefined) {
          yield { id, outcome: 'pending', detail: pending };
          continue;
        }
        const detail = await (isOfLab(recording) ? judgeInLab(recording, await labs.lab()) : judge(recording));
        const listed = detail === undefined ? undefined : differenceOf('states', id);
        yield (detail === undefined ? { id, outcome: 'passed' } : listed === undefined ? { id, outcome: 'failed', detail } : { id, outcome: 'listed', detail: listed }) satisfies CaseResult;
      }
    }
  },
};
