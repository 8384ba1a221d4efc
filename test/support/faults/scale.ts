/**
 * How long the faults last and how many there are: short in the tests, whole with `TSALT_FAULTS=whole` (`npm run bench -- faults`).
 * Every run has a seed, which is printed; `TSALT_FAULTS_SEED` repeats one.
 */
import { seededRandom, type Random } from '../../system/hostile/random.js';

export const isWhole = process.env['TSALT_FAULTS'] === 'whole';

export const scaled = (short: number, whole: number): number => (isWhole ? whole : short);

export function newSeed(): number {
  const given = process.env['TSALT_FAULTS_SEED'];
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}

export { seededRandom, type Random };
