/** The target as it goes on the wire: lists are split, node groups written out. */
import { TsaltError } from '../../kernel/contract/errors.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { publishedForm } from '../../sls/target/published-form.js';

/** The target names a node group that the configuration has not. */
export class UnknownNodegroupError extends TsaltError {
  readonly code = 'cli.unknown_nodegroup';
}

export function publishedTarget(expr: string, kind: string, opts: Readonly<PlainMap>): { tgt: Value; tgtType: string } {
  if (kind === 'list') return { tgt: expr.split(',').map((id) => id.trim()), tgtType: 'list' };
  if (kind !== 'nodegroup') return { tgt: expr, tgtType: kind };
  const form = publishedForm(expr, opts['nodegroups'] ?? {});
  if (form === undefined) throw new UnknownNodegroupError(`Node group ${expr} unavailable in ${String(opts['conf_file'])}`);
  return form;
}
