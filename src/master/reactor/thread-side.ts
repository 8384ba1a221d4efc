/** Compiles reactions in a thread: a template that never ends, or waits, holds up nothing but itself. */
import { compileReactions } from '../../automation/reactor/compile.js';
import { reactionFiles } from '../../automation/reactor/reaction-files.js';
import { messageOf } from '../../kernel/loader/failure-text.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { templateFiles } from '../../sls/render/session-renderer.js';
import { createRenderer } from '../../sls/render/renderer.js';
import type { ThreadHost } from '../pillar/thread-side.js';

/** A reaction file is a short program: one that computes longer is wrong. */
const COMPUTE_MS_MAX = 10_000;

/** `{references, tag, data, grains}` to `{reactions: [{chunk, where}], failures: [{file, error}]}`. */
export async function reactionsOf(request: Value, host: ThreadHost, signal: AbortSignal): Promise<PlainMap> {
  const { references, tag, data, grains } = request as { references: readonly string[]; tag: string; data: PlainMap; grains: PlainMap };
  const { opts, sys, log, files, unpack } = host;
  const modules = host.modules(grains);
  const session = modules.session({ signal, unmaskPillar: true, nested: true });
  const renderer = createRenderer({
    files: templateFiles(files, sys), call: (fun, args, kwargs) => session.call(fun, args, kwargs), functions: () => modules.catalog.functions('modules'),
    facts: { grains, pillar: {}, opts, id: String(opts['id']) }, log, sys, unpack, limits: { computeMsMax: COMPUTE_MS_MAX },
  });
  const failures: Value[] = [];
  const reactions = await compileReactions(references, { tag, data }, {
    renderer, files: (reference) => reactionFiles(reference, host),
    onFailure: (file, error) => failures.push({ file, error: messageOf(error) }),
  });
  return { reactions: reactions.map(({ chunk, where }) => ({ chunk, where })), failures };
}
