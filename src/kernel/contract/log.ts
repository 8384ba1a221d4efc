/** Facts first, then a short constant text: `log.info({ jid, fun }, 'job published')`. Errors go under `err`. */
export interface Logger {
  /** What ends a piece of work; where a log has no such level it is an error. */
  critical?(fields: LogFields, text: string): void;
  error(fields: LogFields, text: string): void;
  warn(fields: LogFields, text: string): void;
  info(fields: LogFields, text: string): void;
  debug(fields: LogFields, text: string): void;
  trace(fields: LogFields, text: string): void;
  /** False where lines of such a level go nowhere: for who would send them far. */
  hears?(level: 'error' | 'warn' | 'info' | 'debug' | 'trace'): boolean;
  /** A logger whose lines all carry these facts; `part` names the piece of the program. */
  child(fields: LogFields): Logger;
}

export type LogFields = Readonly<Record<string, unknown>>;
