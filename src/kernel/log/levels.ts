/** Salt's log levels and their numbers, which are Python's with some between. Source: read, Salt 3008.3. */

export const levels = {
  all: 0, garbage: 1, trace: 5, debug: 10, profile: 15, info: 20, warning: 30, error: 40, critical: 50, quiet: 1000,
} as const;

export type LevelName = keyof typeof levels;

/** Names in the order in which help texts list them. */
export const levelNames: readonly LevelName[] = [
  'all', 'garbage', 'trace', 'debug', 'profile', 'info', 'warning', 'error', 'critical', 'quiet',
];

export function isLevelName(text: unknown): text is LevelName {
  return typeof text === 'string' && Object.hasOwn(levels, text);
}

/** The number of a level in any case of letters; what is no level counts as `error`, as in Salt; nothing as `fallback`. */
export function levelNumber(name: unknown, fallback: LevelName = 'warning'): number {
  if (name === undefined || name === null || name === '') return levels[fallback];
  const lower = String(name).toLowerCase();
  return isLevelName(lower) ? levels[lower] : levels.error;
}
