/** The words of `file.find` that choose: name, type, owner, size, time, content. */
import type { BigIntStats } from 'node:fs';
import type { Context } from '../../../../kernel/contract/context.js';
import { PythonError } from '../../../../kernel/contract/errors.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import { joinPath } from '../../../../kernel/sys/file/paths.js';
import { compilePattern, FLAG, searching, type Pattern } from '../../../../kernel/sys/file/regex.js';
import { textWindows } from './read.js';

/** What a criterion has to know of a path; the dearer, the later it is asked. */
export type Need = 'path' | 'stat' | 'content';

export interface Candidate {
  readonly folder: string;
  readonly name: string;
  /** Asked of the disk at most once. */
  stat(): Promise<BigIntStats>;
}

export interface Criterion {
  readonly need: Need;
  fits(candidate: Candidate): boolean | Promise<boolean>;
}

/** A word of the call that makes no sense; its text is the answer of `file.find` after `error: `. */
export class FindOptionError extends PythonError {
  constructor(message: string, cause?: unknown) {
    super('ValueError', message, cause);
  }
}

type Maker = (value: string, ctx: Context) => Criterion | Promise<Criterion>;

function byPattern(pattern: Pattern): Criterion {
  const fits = ({ name }: Candidate): boolean => pattern.match(name) !== undefined;
  return { need: 'path', fits: pattern.mayStall ? (candidate) => searching(() => fits(candidate)) : fits };
}

/** Salt's own glob: `?` is one character or none, everything else of a regular expression works. */
const globSource = (value: string): string => `${value.replaceAll('.', '\\.').replaceAll('?', '.?').replaceAll('*', '.*')}$`;

function checkedPattern(value: string, flags: number): Pattern {
  try {
    return compilePattern(value, flags);
  } catch (cause) {
    throw new FindOptionError(`invalid regular expression: "${value}"`, cause);
  }
}

const TYPES: Readonly<Record<string, (stat: BigIntStats) => boolean>> = {
  b: (stat) => stat.isBlockDevice(), c: (stat) => stat.isCharacterDevice(), d: (stat) => stat.isDirectory(),
  f: (stat) => stat.isFile(), l: (stat) => stat.isSymbolicLink(), p: (stat) => stat.isFIFO(), s: (stat) => stat.isSocket(),
};

/** The letter of a path's kind; `?` for an unknown one. */
export function typeLetter(stat: BigIntStats): string {
  return Object.keys(TYPES).find((letter) => TYPES[letter]?.(stat)) ?? '?';
}

/** Fits paths of these kinds; letters may be separated by commas. */
export function byType(value: string): Criterion {
  const tests = Array.from(value.replace(/[,\s]/g, ''), (letter) => {
    const test = Object.hasOwn(TYPES, letter) ? TYPES[letter] : undefined;
    if (test === undefined) throw new FindOptionError(`invalid file type "${letter}"`);
    return test;
  });
  return { need: 'stat', fits: async (candidate) => {
    const stat = await candidate.stat();
    return tests.some((test) => test(stat));
  } };
}

async function byNumbers(value: string, number: (name: string) => Promise<number | undefined>, what: string, key: 'uid' | 'gid'): Promise<Criterion> {
  const wanted = new Set<bigint>();
  for (const name of value.replaceAll(',', ' ').split(/\s+/).filter((part) => part !== '')) {
    const id = /^\d+$/.test(name) ? Number(name) : await number(name);
    if (id === undefined) throw new FindOptionError(`no such ${what} "${name}"`);
    wanted.add(BigInt(id));
  }
  return { need: 'stat', fits: async (candidate) => wanted.has((await candidate.stat())[key]) };
}

const SIZE_UNITS: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Smallest and largest size that fit `10k`, `+1m`, `-512`. */
function sizeRange(value: string): readonly [number, number] {
  const [, style = '', digits = ''] = /^([+-]?)(.*)$/s.exec(value.trim()) ?? [];
  const unit = SIZE_UNITS[digits.slice(-1).toLowerCase()];
  const text = unit === undefined ? digits : digits.slice(0, -1).trim();
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Math.trunc(Number(text) * (unit ?? 1)) : NaN;
  if (Number.isNaN(number)) throw new FindOptionError(`invalid size: "${value}"`);
  if (style === '-') return [0, number];
  return style === '+' ? [number, Infinity] : [number, number + (unit ?? 1) - 1];
}

function bySize(value: string): Criterion {
  const [least, most] = sizeRange(value);
  return { need: 'stat', fits: async (candidate) => {
    const size = Number((await candidate.stat()).size);
    return size >= least && size <= most;
  } };
}

const INTERVAL_UNITS = [['w', 604_800], ['d', 86_400], ['h', 3600], ['m', 60], ['s', 1]] as const;
const INTERVAL = new RegExp(`^\\s*([+-]?)${INTERVAL_UNITS.map(([unit]) => `(?:(\\d+(?:\\.\\d*)?)\\s*${unit})?\\s*`).join('')}$`, 'i');

/** Age in `1w 2d 3h`; rounded down to whole steps of its smallest unit. `-` finds younger files, else older ones. */
function byAge(value: string, ctx: Context): Criterion {
  const parts = INTERVAL.exec(value);
  if (parts === null) throw new FindOptionError(`invalid time interval: '${value}'`);
  let seconds = 0;
  let step: number | undefined;
  for (const [at, [, multiplier]] of INTERVAL_UNITS.entries()) {
    const part = parts[at + 2];
    if (part === undefined) continue;
    seconds += Number(part) * multiplier;
    step = multiplier;
  }
  if (step === undefined) throw new PythonError('TypeError', "unsupported operand type(s) for /: 'int' and 'NoneType'");
  const limit = ctx.sys.now() / 1000 - Math.trunc(seconds / step) * step;
  const younger = parts[1] === '-';
  return { need: 'stat', fits: async (candidate) => {
    const changed = Math.floor(Number((await candidate.stat()).mtimeNs / 1_000_000n) / 1000);
    return younger ? changed >= limit : changed <= limit;
  } };
}

function byContent(value: string, sys: Sys): Criterion {
  const pattern = checkedPattern(value, 0);
  return { need: 'content', fits: async (candidate) => {
    if (!(await candidate.stat()).isFile()) return false;
    for await (const window of textWindows(sys, joinPath(candidate.folder, candidate.name))) {
      if (searching(() => pattern.search(window) !== undefined)) return true;
    }
    return false;
  } };
}

/** Makers by the word of the call. */
export const CRITERIA: Readonly<Record<string, Maker>> = {
  name: (value) => byPattern(compilePattern(globSource(value), 0)),
  iname: (value) => byPattern(compilePattern(globSource(value), FLAG.IGNORECASE)),
  regex: (value) => byPattern(checkedPattern(value, 0)),
  iregex: (value) => byPattern(checkedPattern(value, FLAG.IGNORECASE)),
  type: (value) => byType(value),
  // Read: Salt looks up the whole value for each name in it, so two names at once are never found.
  owner: (value, { sys }) => byNumbers(value, async () => (await sys.userByName(value))?.uid, 'user', 'uid'),
  group: (value, { sys }) => byNumbers(value, async (name) => (await sys.groupByName(name))?.gid, 'group', 'gid'),
  size: (value) => bySize(value),
  mtime: (value, ctx) => byAge(value, ctx),
  grep: (value, { sys }) => byContent(value, sys),
};
