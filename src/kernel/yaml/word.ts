/** One word that a person typed, as the value meant by it. */
import { isMap, isNumber, type Value } from '../std/value.js';
import { loadYaml, YamlError } from './load.js';

const LEFT_AS_IT_IS = new Set(['', '---', '...']);

/**
 * A word as the value users mean: `1`, `true`, `None`, `[1, 2]`, `{a: 1}`; everything doubtful stays text.
 *
 * Source: golden cli/salt-kw-scalars, cli/salt-kw-kwargs; read, `yamlify_arg` of Salt 3008.3.
 */
export function readWord(word: Value): Value {
  if (typeof word !== 'string' || LEFT_AS_IT_IS.has(word.trim()) || /[\t\r\n]/.test(word)) return word;
  if (word.includes('_') && /^[0-9_]+$/.test(word.trim())) return word;
  if (word === 'None') return null;
  try {
    return keepOrTake(word, loadYaml(word));
  } catch (error) {
    if (error instanceof YamlError) return word;
    throw error;
  }
}

function keepOrTake(word: string, value: Value): Value {
  if (word.includes('#')) return typeof value === 'string' || value === null ? word : value;
  if (isMap(value)) return word.startsWith('{') ? value : word;
  if (Array.isArray(value)) return word.startsWith('[') ? value : word;
  if (value === '' && (word === '|' || word === '!')) return word;
  if (value === null) return word === '!' ? word : null;
  return typeof value === 'boolean' || typeof value === 'string' || isNumber(value) ? value : word;
}
