/**
 * What Salt calls a job id made by a clock, as opposed to one that a caller chose: 20 digits, with `unique_jid` followed by `_<pid>`.
 *
 * Source: golden wire/misc, is_jid; observed: whatever Python's `int()` reads passes as digits, so a sign, inner single
 * underscores and space around them do, too.
 */
const JID_CHARS = 20;
const PYTHON_INTEGER = /^\s*[+-]?\p{Nd}(?:_?\p{Nd})*\s*$/u;

export function isJid(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  // Counted in characters as Python does, not in UTF-16 units.
  const chars = Array.from(value);
  if (chars.length !== JID_CHARS && (chars.length <= JID_CHARS + 1 || chars[JID_CHARS] !== '_')) return false;
  return PYTHON_INTEGER.test(chars.slice(0, JID_CHARS).join(''));
}
