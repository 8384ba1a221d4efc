/** Why a regular expression is not taken. */
/** Not a regular expression of Python; the message is Python's: `nothing to repeat at position 0`. */
export class RegexSyntaxError extends Error {
  readonly code = 'regex.syntax';

  constructor(reason: string, pattern: string, position?: number) {
    super(position === undefined ? reason : `${reason} at position ${position}${lineOf(pattern, position)}`);
    this.name = 'RegexSyntaxError';
  }
}

/** A regular expression that Python takes and we do not: it could stall the program, or needs what we have not got. */
export class RegexRefusedError extends Error {
  readonly code = 'regex.refused';
  override readonly name = 'RegexRefusedError';
}

/** Python adds line and column when the pattern has several lines. */
function lineOf(pattern: string, position: number): string {
  if (!pattern.includes('\n')) return '';
  const before = pattern.slice(0, position);
  return ` (line ${before.split('\n').length}, column ${position - before.lastIndexOf('\n')})`;
}
