/**
 * Renders SLS files and what they include into one piece of high data.
 * Refuses to know where files come from and how they are rendered. Start at `Gatherer.take`.
 *
 * Source: state-system, section 1 (steps 1 to 3); golden states/include-extend-exclude.
 */
import { PythonError } from '../../kernel/contract/errors.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { SlsMatches } from '../../kernel/contract/state-engine.js';
import { fnmatchFilter } from '../../kernel/std/fnmatch.js';
import { equalValues, isMap, isTruthy, mapEntries, mapGet, type Value, type ValueMap } from '../../kernel/std/value.js';
import { messageOf, traceback } from '../../kernel/loader/failure-text.js';
import { numberStates, readDeclarations } from './declarations.js';
import { emptyHigh, isBody, isHidden, text, type Body, type HighData } from './high-data.js';
import { relativeSls } from './relative-sls.js';
import { reportRenderError } from '../render/report.js';

export interface SlsFile {
  readonly text: string;
  /** Where it lies on this machine. */
  readonly path: string;
  /** As the author knows it: `salt://web/init.sls`. */
  readonly source: string;
}

export interface SlsSource {
  /** SLS names of an environment; undefined when there is no such environment. */
  names(saltenv: string): Promise<readonly string[] | undefined>;
  read(sls: string, saltenv: string): Promise<SlsFile | undefined>;
  /** @throws PythonError: of the class SaltRenderError when the author's text is wrong */
  render(file: SlsFile, sls: string, saltenv: string): Promise<Value>;
}

export interface GatherOptions {
  readonly log: Logger;
  /** Give states numbers in the order they were read (`state_auto_order`). */
  readonly autoOrder: boolean;
}

const FIRST_ORDER = 10_000;
/** Includes inside includes; a deeper chain is refused. */
const DEPTH_MAX = 500;

export class Gatherer {
  readonly high = emptyHigh();
  readonly #source: SlsSource;
  readonly #options: GatherOptions;
  readonly #rendered = new Set<string>();
  #order = FIRST_ORDER;

  constructor(source: SlsSource, options: GatherOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** Renders everything that the matches name; gives the errors. */
  async take(matches: SlsMatches): Promise<string[]> {
    const all: string[] = [];
    let found: string[] = [];
    for (const [saltenv, patterns] of matches) {
      for (const item of patterns) {
        const pattern = text(item);
        const names = await this.#source.names(saltenv) ?? await this.#source.names('__env__');
        // Of an environment that is not there Salt tries what the item before meant. Source: golden top-060.
        if (names === undefined) all.push(`No matching salt environment for environment '${saltenv}' found`);
        else found = fnmatchFilter(names, pattern);
        if (found.length === 0) found = [pattern];
        for (const sls of found) {
          if (this.#rendered.has(`${saltenv}:${sls}`)) continue;
          const errors: string[] = [];
          this.#merge(this.high, await this.#render(sls, saltenv, matches, errors, 0), errors);
          all.push(...errors.map((error) => namedMissing(error, pattern, saltenv)));
        }
      }
    }
    this.#dropRepeatedExtensions();
    return all;
  }

  /** One text that is no file of an environment, with its includes. */
  async takeFile(file: SlsFile, sls: string, saltenv: string): Promise<string[]> {
    const errors: string[] = [];
    this.#merge(this.high, await this.#renderFile(file, sls, saltenv, new Map(), errors, 0), errors);
    return errors;
  }

  async #render(sls: string, saltenv: string, matches: SlsMatches, errors: string[], depth: number): Promise<HighData> {
    const file = await this.#source.read(sls, saltenv);
    if (file !== undefined) return this.#renderFile(file, sls, saltenv, matches, errors, depth);
    errors.push(`Specified SLS ${sls} in saltenv ${saltenv} is not available on the salt master or through a configured fileserver`);
    return emptyHigh();
  }

  async #renderFile(file: SlsFile, sls: string, saltenv: string, matches: SlsMatches, errors: string[], depth: number): Promise<HighData> {
    let state: Value = null;
    try {
      state = await this.#source.render(file, sls, saltenv);
    } catch (error) {
      errors.push(await this.#unrendered(error, sls, saltenv));
    }
    this.#rendered.add(`${saltenv}:${sls}`);
    if (!isTruthy(state)) return emptyHigh();
    if (!isMap(state)) {
      errors.push(`SLS ${sls} does not render to a dictionary`, `Error when rendering state with contents: ${text(state)}`);
      return emptyHigh();
    }
    const include = includesOf(state, sls, errors);
    const high = readDeclarations(state, { sls, saltenv }, errors);
    for (const item of include) await this.#include(item, { sls, saltenv, file }, high, matches, errors, depth);
    if (this.#options.autoOrder) numberStates(high, () => this.#order++);
    return high;
  }

  /** What is said of a file that cannot be rendered, in the answer and in the log. */
  async #unrendered(error: unknown, sls: string, saltenv: string): Promise<string> {
    const { log } = this.#options;
    if (error instanceof Error && error.message.startsWith('Jinja ')) log.error({}, `Rendering exception occurred\n${traceback(error).trimEnd()}`);
    await reportRenderError(error, log, { sls, saltenv }, 'SLS');
    const text = renderError(error, sls, saltenv);
    if (log.critical === undefined) log.error({}, text);
    else log.critical({}, text);
    return text;
  }

  async #include(
    item: Value, from: { sls: string; saltenv: string; file: SlsFile }, high: HighData, matches: SlsMatches, errors: string[], depth: number,
  ): Promise<void> {
    const { sls, saltenv, file } = from;
    const [env, name] = includedName(item, saltenv);
    const fromWhere = `found in include of '${name}' within SLS '${saltenv}:${sls}'`;
    if (env !== ANY_ENV && await this.#source.names(env) === undefined && await this.#source.names('__env__') === undefined) {
      errors.push(`Nonexistent saltenv '${env}' ${fromWhere}`);
      return;
    }
    const wanted = relativeSls(name, sls, file.source);
    if (wanted === undefined) {
      errors.push(`Attempted relative include of '${name}' within SLS '${saltenv}:${sls}' goes beyond top level package `);
      return;
    }
    const envs = await this.#resolveEnvs(env, wanted, matches);
    const [only] = envs;
    if (envs.length !== 1 && !envs.includes(saltenv)) {
      errors.push(envs.length === 0
        ? `Unknown include: Specified SLS ${env}: ${wanted} is not available on the salt master in saltenv(s): ${env === ANY_ENV ? [...matches.keys()].join(', ') : env} `
        : `Ambiguous include: Specified SLS ${env}: ${wanted} is available on the salt master in multiple available saltenvs: ${envs.join(', ')}`);
      return;
    }
    if (depth >= DEPTH_MAX) {
      errors.push(`Includes are nested too deeply ${fromWhere}`);
      return;
    }
    const found = fnmatchFilter(await this.#source.names(saltenv) ?? [], wanted);
    for (const target of found.length > 0 ? found : [wanted]) {
      const targetEnv = envs.length === 1 ? only as string : saltenv;
      if (this.#rendered.has(`${targetEnv}:${target}`)) continue;
      const own: string[] = [];
      const included = await this.#render(target, targetEnv, matches, own, depth + 1);
      for (const [id, body] of included.ids) if (isBody(body) && !isHidden(id)) addIncluder(body, sls);
      this.#merge(high, included, errors);
      errors.push(...own);
    }
  }

  /** Environments in which an included SLS is looked for and found. */
  async #resolveEnvs(env: string, wanted: string, matches: SlsMatches): Promise<string[]> {
    const has = async (one: string): Promise<boolean> => fnmatchFilter(await this.#source.names(one) ?? [], wanted).length > 0;
    if (env !== ANY_ENV) return matches.has(env) || await has(env) ? [env] : [];
    const found: string[] = [];
    for (const one of matches.keys()) if (await has(one)) found.push(one);
    return found;
  }

  /** Ids must be different in all files. */
  #merge(into: HighData, from: HighData, errors: string[]): void {
    into.extensions.push(...from.extensions);
    into.excludes.push(...from.excludes);
    for (const [id, body] of from.ids) {
      const known = into.ids.get(id);
      if (isBody(known) && isBody(body) && !equalValues(known, body)) errors.push(conflict(id, known, body));
      into.ids.set(id, body);
    }
  }

  #dropRepeatedExtensions(): void {
    const { extensions } = this.high;
    const kept = extensions.filter(({ id, body }, at) =>
      extensions.findIndex((other) => other.id === id && equalValues(other.body, body)) === at);
    extensions.splice(0, extensions.length, ...kept);
  }
}

/** The environment is looked for among those that are applied. */
const ANY_ENV = '_xenv';

function includesOf(state: ValueMap, sls: string, errors: string[]): readonly Value[] {
  const include = mapGet(state, 'include');
  if (include === undefined) return [];
  if (Array.isArray(include)) return include as readonly Value[];
  errors.push(`Include Declaration in SLS ${sls} is not formed as a list`);
  return [];
}

/** `name` or `{env: name}`. */
function includedName(item: Value, saltenv: string): [string, string] {
  // Of several keys Salt takes the last.
  const entry = isMap(item) ? mapEntries(item).at(-1) : undefined;
  return entry === undefined ? [saltenv, text(item)] : [text(entry[0]), text(entry[1])];
}

function addIncluder(body: Body, sls: string): void {
  const known = body.get('__sls_included_from__');
  body.set('__sls_included_from__', [...Array.isArray(known) ? known as Value[] : [], sls]);
}

function renderError(error: unknown, sls: string, saltenv: string): string {
  if (error instanceof PythonError && /(^|\.)SaltRenderError$/.test(error.className)) return `Rendering SLS '${saltenv}:${sls}' failed: ${error.message}`;
  return `Rendering SLS ${sls} failed, render error: ${messageOf(error)}\n${traceback(error)}`;
}

/** What was asked for and is not there is said in shorter words. */
function namedMissing(error: string, pattern: string, saltenv: string): string {
  const isIt = error.includes('is not available') && error.includes(`SLS ${pattern} in saltenv`);
  return isIt ? `No matching sls found for '${pattern}' in env '${saltenv}'` : error;
}

function conflict(id: Value, known: Body, body: Body): string {
  const place = (one: Body): string => `'${text(one.get('__env__'))}:${text(one.get('__sls__'))}'`;
  return 'Detected conflicting IDs, SLS IDs need to be globally unique.\n    The conflicting ID is '
    + `'${text(id)}' and is found in SLS ${place(known)} and SLS ${place(body)}`;
}

