/** `output_loglevel`: at which level the output of a command is logged. */
import type { Context } from '../../../kernel/contract/context.js';
import type { Value } from '../../../kernel/std/value.js';
import { str } from '../../../kernel/std/python-text.js';

/** Salt's levels by severity. */
const SEVERITY: Readonly<Record<string, number>> = {
  all: 0, garbage: 1, trace: 5, debug: 10, profile: 15, info: 20, warning: 30, error: 40, critical: 50, quiet: 1000,
};
const ERROR = 40;

/** Writes lines at one level. */
export interface OutputLog {
  readonly quiet: boolean;
  log(text: string): void;
  /** The same log, raised to errors. */
  asErrors(): OutputLog;
}

/** The log for a given `output_loglevel`; an unknown one is reported and counts as `info`. */
export function outputLog(level: Value, ctx: Context): OutputLog {
  const name = typeof level === 'string' ? level.toLowerCase() : '';
  const severity = Object.hasOwn(SEVERITY, name) ? SEVERITY[name] : undefined;
  if (severity === undefined) {
    const known = Object.keys(SEVERITY).toSorted().toReversed().join(', ');
    ctx.log.error({}, `Invalid output_loglevel '${str(level)}'. Valid levels are: ${known}. Falling back to 'info'.`);
    return atSeverity(SEVERITY['info'] ?? ERROR, ctx);
  }
  return name === 'quiet' ? SILENT : atSeverity(severity, ctx);
}

const SILENT: OutputLog = { quiet: true, log: () => undefined, asErrors: () => SILENT };

function atSeverity(severity: number, ctx: Context): OutputLog {
  const write = (text: string): void => {
    if (severity >= ERROR) ctx.log.error({}, text);
    else if (severity >= 30) ctx.log.warn({}, text);
    else if (severity >= 20) ctx.log.info({}, text);
    else if (severity >= 10) ctx.log.debug({}, text);
    else ctx.log.trace({}, text);
  };
  return { quiet: false, log: write, asErrors: () => (severity >= ERROR ? atSeverity(severity, ctx) : atSeverity(ERROR, ctx)) };
}
