/**
 * Grains kept on disk (`grains_cache`), for hosts where gathering them is slow.
 *
 * Source: read, Salt 3008.3 (place, form and age of `grains.cache.p`).
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CodecError, decodeBus, encodeBus } from '../bus/codec/codec.js';
import type { Logger } from '../kernel/contract/log.js';
import { isPlainMap, isTruthy, type PlainMap } from '../kernel/std/value.js';

const USUAL_SECONDS = 300;

const placeOf = (opts: Readonly<PlainMap>): string => join(String(opts['cachedir']), 'grains.cache.p');

/** Undefined when none are kept, when they are too old, or cannot be read: then they are gathered. */
export function keptGrains(opts: Readonly<PlainMap>, log: Logger): PlainMap | undefined {
  if (!isTruthy(opts['grains_cache']) || isTruthy(opts['refresh_grains_cache'])) return undefined;
  const path = placeOf(opts);
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (modified === undefined) return undefined;
  const seconds = Math.floor((Date.now() - modified) / 1000);
  if (seconds > Number(opts['grains_cache_expiration'] ?? USUAL_SECONDS)) return undefined;
  try {
    const grains = decodeBus(readFileSync(path));
    return isPlainMap(grains) && Object.keys(grains).length > 0 ? grains : undefined;
  } catch (err) {
    if (!(err instanceof CodecError) && !isSystemError(err)) throw err;
    log.debug({ err, path }, 'kept grains cannot be read: gathering them');
    return undefined;
  }
}

/** Only for this user: grains may hold what others must not see. */
export function keepGrains(opts: Readonly<PlainMap>, grains: PlainMap, log: Logger): void {
  if (!isTruthy(opts['grains_cache'])) return;
  const path = placeOf(opts);
  const fresh = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    writeFileSync(fresh, encodeBus(grains), { mode: 0o600 });
    renameSync(fresh, path);
  } catch (err) {
    if (!(err instanceof CodecError) && !isSystemError(err)) throw err;
    log.error({ err }, `Unable to write to grains cache file ${path}`);
    if (existsSync(fresh)) rmSync(fresh);
  }
}

const isSystemError = (err: unknown): boolean => err instanceof Error && 'syscall' in err;
