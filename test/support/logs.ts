/** Loggers for tests: one that says nothing, and one that keeps its lines. */
import type { LogFields, Logger } from '../../src/kernel/contract/log.js';

const nothing = (): void => undefined;

export const silentLog: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing, trace: nothing, child: () => silentLog };

export interface LogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug' | 'trace';
  readonly fields: LogFields;
  readonly text: string;
}

export function keepingLog(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: LogLine['level']) => (fields: LogFields, text: string): void => void lines.push({ level, fields, text });
  const log = { lines, error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), trace: at('trace'), child: () => log };
  return log;
}
