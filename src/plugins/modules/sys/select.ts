/**
 * Which of many functions a word selects. Salt has three ways; they differ in what a name without a star and a dot at its
 * end mean. Source: read and observed, `sys.doc`, `sys.list_functions`, `sys.argspec` of Salt 3008.3.
 */
import { fnmatchFilter } from '../../../kernel/std/fnmatch.js';

/** `sys.doc`: a pattern, a function, or a module with or without its dot. Names keep their order, without repeats. */
export function selectForDoc(functions: readonly string[], words: readonly string[]): string[] {
  if (words.length === 0) return [...functions];
  return [...new Set(words.flatMap((word) => {
    if (word.includes('*')) return fnmatchFilter(functions, word);
    const prefix = word === '' || word.endsWith('.') ? word : `${word}.`;
    return functions.filter((name) => name === word || name.startsWith(prefix));
  }))];
}

/** `sys.list_functions`: a pattern, a full name, or a module. */
export function functionsFor(functions: readonly string[], words: readonly string[]): string[] {
  if (words.length === 0) return [...functions].sort();
  return [...new Set(words.flatMap((word) => selectForSpec(functions, word)))].sort();
}

/** `sys.argspec`: one word. */
export function selectForSpec(functions: readonly string[], word: string): string[] {
  if (word.includes('*') || word.includes('.')) return fnmatchFilter(functions, word);
  return functions.filter((name) => name.startsWith(`${word}.`));
}

/** `sys.list_modules`: a pattern over function names, or a module. */
export function modulesFor(functions: readonly string[], words: readonly string[]): string[] {
  const moduleOf = (name: string): string => name.split('.')[0] as string;
  if (words.length === 0) return [...new Set(functions.map(moduleOf))].sort();
  return [...new Set(words.flatMap((word) => {
    const chosen = word.includes('*') ? fnmatchFilter(functions, word) : functions.filter((name) => moduleOf(name) === word);
    return chosen.map(moduleOf);
  }))].sort();
}
