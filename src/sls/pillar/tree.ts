/**
 * The pillar tree as one request sees it: environments, SLS names, texts. What is looked at is noted, so that the result
 * can be kept until one of the files changes.
 */
import { readFile, stat } from 'node:fs/promises';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { BoundedCache } from '../../kernel/std/bounded-cache.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { Roots, rootsOptions } from '../../kernel/sys/tree/roots.js';
import type { TemplateFile, TemplateFiles } from '../render/contract.js';
import { lookAt, type InputRecorder, type Look } from './inputs.js';
import { fleetingWord } from './steady.js';

export interface SlsFile extends TemplateFile {
  /** `salt://web/init.sls` */
  readonly source: string;
  readonly isInit: boolean;
}

const BASE = 'base';
/** Texts of all requests of this process, by the state of their file. */
const TEXTS_MAX = 2000;
/** As much as a whole pillar may have: a larger file would be read for a minute, and in vain. */
const TEXT_BYTES_MAX = 32 * 1024 * 1024;
const texts = new BoundedCache<string, Promise<KnownText>>(TEXTS_MAX);

interface KnownText {
  readonly text: string;
  readonly fleeting: string | undefined;
}

/** One for each configuration as an object. */
const known = new WeakMap<Readonly<PlainMap>, Roots>();

/** `pillar_roots` as a file backend, in the form that `optionsFor` gives it. */
export function pillarRoots(opts: Readonly<PlainMap>): Roots {
  const roots = known.get(opts) ?? new Roots(rootsOptions(opts, opts['pillar_roots'] ?? {}));
  known.set(opts, roots);
  return roots;
}

export class PillarTree implements TemplateFiles {
  readonly roots: Roots;
  readonly #inputs: InputRecorder;
  readonly #names = new Map<string, Promise<readonly string[]>>();
  readonly #looks = new Map<string, Promise<Look | undefined>>();

  constructor(roots: Roots, inputs: InputRecorder) {
    this.roots = roots;
    this.#inputs = inputs;
  }

  /** `base` first, then as they are configured. */
  get envs(): string[] {
    return [...new Set([BASE, ...Object.keys(this.roots.options.fileRoots)])];
  }

  isConfigured(env: string): boolean {
    return Object.hasOwn(this.roots.options.fileRoots, env);
  }

  hasFolders(env: string): boolean {
    return this.isConfigured(env) && this.roots.folders(env).length > 0;
  }

  async read(path: string, env: string): Promise<TemplateFile | undefined> {
    const found = await this.#look(path, env);
    if (found === undefined) return undefined;
    const { text, fleeting } = await texts.get(found.state, () => readText(found.path));
    if (fleeting !== undefined) this.#inputs.fleeting(`${fleeting} in ${path}`);
    return { text, path: found.path };
  }

  /** Each path is looked at once for one request, so that all of its steps see the same. */
  #look(path: string, env: string): Promise<Look | undefined> {
    const name = `${env}\0${path}`;
    const known = this.#looks.get(name) ?? this.#lookOnce(path, env);
    this.#looks.set(name, known);
    return known;
  }

  async #lookOnce(path: string, env: string): Promise<Look | undefined> {
    const found = await lookAt(this.roots, env, path);
    this.#inputs.file(env, path, found?.state ?? '');
    return found === undefined || found.state === '' ? undefined : found;
  }

  async #has(name: string, env: string): Promise<boolean> {
    for (const [path] of pathsOf(name)) if (await this.#look(path, env) !== undefined) return true;
    return false;
  }

  /** The file behind an SLS name. */
  async sls(name: string, env: string): Promise<SlsFile | undefined> {
    for (const [file, isInit] of pathsOf(name)) {
      const found = await this.read(file, env);
      if (found !== undefined) return { ...found, source: `salt://${file}`, isInit };
    }
    return undefined;
  }

  /** SLS names of an environment that fit a pattern; undefined when there is no such environment. */
  async matching(pattern: string, env: string): Promise<string[] | undefined> {
    if (!this.envs.includes(env)) return undefined;
    if (/[*?[]/.test(pattern)) return (await this.#allNames(env)).filter((name) => fnmatch(name, pattern));
    return !pattern.includes('/') && await this.#has(pattern, env) ? [pattern] : [];
  }

  #allNames(env: string): Promise<readonly string[]> {
    const known = this.#names.get(env) ?? this.#list(env);
    this.#names.set(env, known);
    return known;
  }

  async #list(env: string): Promise<readonly string[]> {
    const files = await this.roots.fileList(env);
    this.#inputs.listing(env, files);
    const names = files.filter((file) => file.endsWith('.sls')).map((file) => file.replace(/(\/init)?\.sls$/, '').replaceAll('/', '.'));
    return [...new Set(names)].sort();
  }
}

/** Files that an SLS name may mean, and whether they are the `init` of a folder. */
function pathsOf(name: string): readonly (readonly [string, boolean])[] {
  const path = name.replaceAll('.', '/');
  return [[`${path}.sls`, false], [`${path}/init.sls`, true]];
}

async function readText(path: string): Promise<KnownText> {
  const { size } = await stat(path);
  if (size > TEXT_BYTES_MAX) throw new CommandExecutionError(`${path} has ${size} bytes, more than the ${TEXT_BYTES_MAX} that are allowed`);
  const text = await readFile(path, 'utf8');
  return { text, fleeting: fleetingWord(text) };
}
