/** Says in Salt's words why a text was refused by the parser. */
import type { YAMLException } from 'js-yaml';
import type { SourceText } from './source.js';
import { YamlError } from './error.js';

/** The error for a text that the parser refused. */
export function explainRefusal(source: SourceText, cause: YAMLException): YamlError {
  const mark = cause.mark === undefined ? undefined : { line: cause.mark.line, column: cause.mark.column };
  return new YamlError(source.text, { className: 'ScannerError', reason: cause.reason, mark }, cause);
}
