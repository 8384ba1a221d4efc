/** The target as it goes on the wire: lists are split, node groups written out. */
import { InvocationError, TsaltError } from '../../kernel/contract/errors.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { publishedForm } from '../../sls/target/published.js';

/** The target names a node group that the configuration has not. */
export class UnknownNodegroupError extends TsaltError {
  readonly code = 'cli.unknown_nodegroup';
}

export function publishedTarget(expr: string, kind: string, opts: Readonly<PlainMap>): { tgt: Value; tgtType: string } {
  if (kind === 'list') return { tgt: expr.split(',').map((id) => id.trim()), tgtType: 'list' };
  try {
    const form = publishedForm({ expr, kind }, { nodegroups: opts['nodegroups'] ?? {}, confFile: String(opts['conf_file']) });
    return { tgt: form.tgt, tgtType: form.tgt_type };
  } catch (cause) {
    if (cause instanceof InvocationError) throw new UnknownNodegroupError(cause.message, { cause });
    throw cause;
  }
}
