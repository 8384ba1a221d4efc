/** A log whose warnings and errors also go to whoever waits for a run: with Salt the run happens in the process of the command line. */
import type { LogFields, Logger } from '../../kernel/contract/log.js';
import { errorText, factsText } from '../../kernel/log/facts.js';

export type HeardLevel = 'critical' | 'error' | 'warning';

export function heardLog(log: Logger, hear: (level: HeardLevel, text: string) => void, more: LogFields = {}): Logger {
  const both = (level: HeardLevel, write: (fields: LogFields, text: string) => void) => (fields: LogFields, text: string): void => {
    write(fields, text);
    const all = { ...more, ...fields };
    hear(level, `${text}${all['err'] === undefined ? '' : `: ${errorText(all['err'])}`}${factsText(all)}`);
  };
  return {
    critical: both('critical', (fields, text) => (log.critical === undefined ? log.error(fields, text) : log.critical(fields, text))),
    error: both('error', (fields, text) => log.error(fields, text)), warn: both('warning', (fields, text) => log.warn(fields, text)),
    info: (fields, text) => log.info(fields, text), debug: (fields, text) => log.debug(fields, text), trace: (fields, text) => log.trace(fields, text),
    child: (fields) => heardLog(log.child(fields), hear, { ...more, ...fields }),
  };
}
