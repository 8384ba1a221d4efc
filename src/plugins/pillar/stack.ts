/**
 * `stack`: YAML files, listed in a file of its own and rendered one after the other, each of which sees what those before it
 * made.
 *
 * Source: read, Salt 3008.3 `salt.pillar.stack`.
 */
import { dirname, join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineExtPillar, type PillarSource } from '../../kernel/contract/plugin.js';
import { asError } from '../../kernel/std/async.js';
import { traverse } from '../../kernel/std/traverse.js';
import { isMap, mapEntries, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { globPaths } from '../../kernel/sys/glob.js';
import { loadYaml } from '../../kernel/yaml/load.js';
import { mergeMap } from './stack/merge.js';

const ENV = '__env__';
const FILES_MAX = 10_000;

interface Stack {
  readonly ctx: Context;
  readonly source: PillarSource;
  readonly env: string;
}

/** Files that list others: those given, then those chosen by a value of pillar, grains or options. */
function listsOf(args: readonly Value[], choices: PlainMap, { ctx, source, env }: Stack): string[] {
  const facts: Readonly<Record<string, Readonly<PlainMap>>> = { pillar: source.pillar, grains: ctx.grains, opts: ctx.opts };
  const chosen = Object.entries(choices).flatMap(([choice, files]) => {
    const colon = choice.indexOf(':');
    const kind = choice.slice(0, colon);
    const data = colon < 0 ? undefined : facts[kind];
    if (data === undefined) throw new CommandExecutionError(`Unknown traverse option "${colon < 0 ? choice : kind}", should be one of ${Object.keys(facts).join(', ')}`);
    const value = traverse(data, choice.slice(colon + 1), null);
    if (!isMap(files)) return [];
    const found = mapEntries(files).find(([key]) => (key === ENV ? env : key) === value)?.[1] ?? [];
    return (Array.isArray(found) ? found as readonly Value[] : [found]).map((file) => String(file).replaceAll(ENV, env));
  });
  return [...args.map(String), ...chosen];
}

async function render(text: string, path: string, made: ValueMap, { listing, ymlpath }: { listing: string; ymlpath?: string }, { ctx, source, env }: Stack): Promise<string> {
  const variables: PlainMap = {
    stack: made, minion_id: source.id, pillar: source.pillar, pillarenv: source.pillarenv, __opts__: ctx.opts, __grains__: ctx.grains,
    __stack__: { cfg_path: listing }, ...(ymlpath === undefined ? {} : { ymlpath }),
  };
  const functions = { '__stack__.traverse': (data: Value, key: Value, fallback: Value = null, delimiter: Value = ':') => traverse(data, key, fallback, String(delimiter)) };
  // Files of stacks call functions by this name; on the first line it moves no other.
  return ctx.port('render').template(`{% set __salt__ = salt %}${text}`, 'jinja', { saltenv: env, path, variables, functions });
}

/** A listing is a list in YAML, or a name on each line. */
function namesOf(text: string): string[] {
  const lines = text.split(/\r\n|[\r\n]/);
  try {
    const data = loadYaml(text);
    return Array.isArray(data) ? (data as readonly Value[]).map(String) : lines;
  } catch {
    // What is no YAML is lines.
    return lines;
  }
}

async function addListing(listing: string, before: ValueMap, stack: Stack): Promise<ValueMap> {
  const { ctx } = stack;
  const text = await ctx.sys.readText(listing);
  if (text === undefined) {
    ctx.log.info({ listing }, 'stack: there is no such listing');
    return before;
  }
  let made = before;
  const names = namesOf(await render(text, listing, made, { listing }, stack)).filter((name) => name.trim() !== '');
  const paths = names.flatMap((name) => globPaths(join(dirname(listing), name)));
  if (paths.length > FILES_MAX) throw new CommandExecutionError(`stack: ${listing} names more than ${FILES_MAX} files`);
  for (const path of paths) made = await addFile(path, listing, made, stack);
  return made;
}

async function addFile(path: string, listing: string, made: ValueMap, stack: Stack): Promise<ValueMap> {
  const text = await stack.ctx.sys.readText(path) ?? '';
  const rendered = await render(text, path, made, { listing, ymlpath: path }, stack).catch((cause: unknown) => {
    throw new CommandExecutionError(`Stack pillar template render error in ${path}:\n"${asError(cause).message}"`, { cause });
  });
  let layer: Value;
  try {
    layer = loadYaml(rendered);
  } catch (cause) {
    // Salt's text ends with the rendered file; that may hold secrets and stays here.
    throw new CommandExecutionError(`Stack pillar yaml parsing error in ${path}:\n${placeOf(cause)}`, { cause });
  }
  return isMap(layer) ? mergeMap(made, layer) : made;
}

const placeOf = (cause: unknown): string => {
  const { line } = cause as { readonly line?: unknown };
  return typeof line === 'number' && line > 0 ? `line ${line} of the rendered text` : 'the rendered text is no YAML';
};

export default defineExtPillar({
  name: 'stack',
  doc: 'YAML files, listed in a file and merged in order; each is a template that sees what those before it made.',
  params: { args: p.rest(), kwargs: p.keywords() },
  async extPillar({ args, kwargs }, ctx, source) {
    const saltenv = ctx.opts['saltenv'];
    const stack: Stack = { ctx, source, env: source.pillarenv ?? (typeof saltenv === 'string' && saltenv !== '' ? saltenv : 'base') };
    let made: ValueMap = {};
    for (const listing of listsOf(args, kwargs, stack)) made = await addListing(listing, made, stack);
    return made;
  },
});
