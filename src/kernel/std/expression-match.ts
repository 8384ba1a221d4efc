/** Whether a text fits a glob or, else, a regular expression as a whole: how Salt compares names. Source: read, Salt 3008.3 `expr_match`. */
import { globMatcher } from './fnmatch.js';
import { linearMatch, RegexSyntaxError } from './linear-regex.js';

/** @throws RegexRefusedError for an expression that could stall the program */
export function expressionMatcher(expression: string): (text: string) => boolean {
  const fitsGlob = globMatcher(expression);
  const isExpression = isPattern(expression);
  return (text) => fitsGlob(text) || (isExpression && linearMatch(expression, text, 'fullmatch') !== undefined);
}

/** What is no expression fits nothing. */
function isPattern(expression: string): boolean {
  try {
    linearMatch(expression, '', 'fullmatch');
    return true;
  } catch (error) {
    if (error instanceof RegexSyntaxError) return false;
    throw error;
  }
}
