/**
 * The pipe of renderers that a text goes through: that of its first line `#!jinja|yaml`, else the usual one.
 *
 * Source: read, Salt 3008.3 `salt.template`; golden: render/pipe-*.
 */
import type { Logger } from '../../kernel/contract/log.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { strip } from '../../kernel/std/python-space.js';
import { closeNames } from './close-names.js';
import type { RenderStep, SlsPlace } from './contract.js';
import { sourceName } from './source-name.js';
import { traceOf } from './trace.js';

const USUAL_PIPE = 'jinja|yaml';

/** Names of pipes from before there were pipes. */
const OLD_PIPES: ReadonlyMap<string, string> = new Map(
  ['yaml', 'json', 'yamlex'].flatMap((format) => ['jinja', 'mako', 'wempy'].map((engine) => [`${format}_${engine}`, `${engine}|${format}`] as const)),
);

export interface PipeHost {
  readonly renderers: ReadonlyMap<string, RenderStep>;
  readonly opts: PlainMap;
  readonly log: Logger;
}

interface Stage {
  readonly run: RenderStep;
  readonly argument: string;
}

/** The pipe a text asks for, or `usual`. */
export function pipeOf(text: string, usual: string): string {
  const line = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  return line.startsWith('#!') && !line.startsWith('#!/') ? strip(line).slice(2) : usual;
}

/** Runs a text through its pipe. A pipe with an unknown renderer gives nothing but a line in the log, as in Salt. */
export async function runPipe(text: string, place: SlsPlace, host: PipeHost): Promise<Value> {
  if (strip(text) === '') return {};
  const stages = stagesOf(pipeOf(text, place.renderer ?? usualPipe(host.opts)), place, host);
  let result: Value = stages.length === 0 ? {} : text;
  const traced = { ...place, trace: traceOf(text, sourceName(place)) };
  for (const { run, argument } of stages) result = await run(result, traced, argument);
  return text.includes('\r\n') && typeof result === 'string' && !result.includes('\r\n') ? result.replaceAll('\n', '\r\n') : result;
}

function usualPipe(opts: PlainMap): string {
  const { renderer } = opts;
  return typeof renderer === 'string' && renderer !== '' ? renderer : USUAL_PIPE;
}

function stagesOf(pipe: string, place: SlsPlace, { renderers, opts, log }: PipeHost): Stage[] {
  const parts = (OLD_PIPES.get(pipe) ?? pipe).split('|').map((part) => strip(part));
  const stages: Stage[] = [];
  for (const part of parts) {
    const blank = part.indexOf(' ');
    const name = blank < 0 ? part : part.slice(0, blank);
    if (isRefused(name, place, opts)) {
      log.warn({ renderer: name }, 'renderer is refused by the configuration and left out');
      continue;
    }
    const run = renderers.get(name);
    if (run === undefined) {
      log.error({ renderer: name, pipe, sls: place.sls, source: place.source, close: closeNames(name, renderers.keys()) }, 'renderer is not available: the file gives nothing');
      return [];
    }
    stages.push({ run, argument: strip(part.slice(name.length)) });
  }
  return stages;
}

function isRefused(name: string, place: SlsPlace, opts: PlainMap): boolean {
  const listed = (key: string): readonly Value[] | undefined => (Array.isArray(opts[key]) && isTruthy(opts[key]) ? opts[key] as Value[] : undefined);
  const wanted = place.allowed ?? listed('renderer_whitelist');
  return (wanted !== undefined && !wanted.includes(name)) || (place.refused ?? listed('renderer_blacklist'))?.includes(name) === true;
}
