/** The package pino, in one place: bundled, its names stand below `default`. */
import type * as Pino from 'pino';

export async function loadPino(): Promise<typeof Pino.pino> {
  const loaded = (await import('pino')) as { pino?: typeof Pino.pino; default: typeof Pino.pino };
  return loaded.pino ?? loaded.default;
}
