/** Values that mean themselves inside filters and names. */

/** In a filter (RFC 4515). */
export function escapeFilter(value: string): string {
  return value.replace(/[\\*()\0]/g, (letter) => `\\${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** In a distinguished name (RFC 4514). */
export function escapeName(value: string): string {
  return value.replace(/[,+"\\<>;=\0#]|^ | $/g, (letter) => `\\${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
