/** `file.blockreplace`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { failed } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap } from '../../../../kernel/std/value.js';
import { errorText } from '../../../../kernel/sys/file/os-error.js';
import { gatheredFor } from '../ground/accumulators.js';
import { demandFile } from '../ground/checks.js';
import { renderSources, sourcesOf, type SourceArgs } from '../ground/texts.js';
import { sourceAnswer } from './added-text.js';
import { diffAnswer } from './diff-answer.js';

export interface BlockArgs extends SourceArgs {
  readonly content: string;
  readonly marker_start: string;
  readonly marker_end: string;
  /** Further arguments of the module's function. */
  readonly options: PlainMap;
}

/** The content, with what was accumulated for this state behind it; without a state of that id, all that was accumulated for the file. */
function withGathered(ctx: Context, path: string, content: string): string {
  const gathered = gatheredFor(ctx, path);
  if (gathered === undefined) return content;
  const id = ctx.state?.low['__id__'] ?? null;
  const names = [...gathered.texts.keys()];
  const own = names.filter((name) => gathered.targets.get(name)?.includes(id) === true);
  const texts = (own.length > 0 ? own : names).flatMap((name) => gathered.texts.get(name) ?? []);
  return texts.map(str).reduce((all, text) => (all === '' ? text : `${all}\n${text}`), content);
}

/** @throws Refusal */
export async function blockreplace(ctx: Context, path: string, args: BlockArgs): Promise<PlainMap> {
  const sources = sourcesOf(args);
  await demandFile(ctx, path);
  let content = withGathered(ctx, path, args.content);
  try {
    if (sources.length > 0) content += (await renderSources(ctx, sources, args)).join('');
  } catch (error) {
    return sourceAnswer(error);
  }
  try {
    const diff = await ctx.call('file.blockreplace', [path, args.marker_start, args.marker_end], { ...args.options, content, dry_run: ctx.test });
    return diffAnswer(ctx, path, isTruthy(diff) ? diff : null, 'Changes would be made');
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log.debug({ err: error, path }, 'block cannot be managed');
    return failed(path, `Encountered error managing block: ${errorText(error)}. See the log for details.`);
  }
}
