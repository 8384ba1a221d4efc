/** `log_granular_levels`: a level for a part of the program and all below it. */
import { levelNumber } from './levels.js';
import { isPlainMap, type Value } from '../std/value.js';

/** The least level a part may log with. A key matches its part and what is below; the longest one counts. */
export function granularLevels(option: Value | undefined): (name: string) => number {
  const rules = isPlainMap(option ?? null)
    ? Object.entries(option as object).map(([key, level]) => ({ key: withoutProgram(key), level: levelNumber(level, 'all') }))
    : [];
  rules.sort((a, b) => b.key.length - a.key.length);
  return (name) => {
    const part = withoutProgram(name);
    return rules.find(({ key }) => key === '' || part === key || part.startsWith(`${key}.`))?.level ?? 0;
  };
}

/** Existing configurations say `salt.minion`; our parts are `tsalt.minion`. */
function withoutProgram(name: string): string {
  return name.replace(/^t?salt(\.|$)/, '');
}
