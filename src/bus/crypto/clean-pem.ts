/** The form in which keys travel and are compared: no space around, lines joined with a newline, none at the end. */
export function cleanPem(pem: string): string {
  // Lines end where Python's splitlines ends them; the rarer signs cannot stand in a PEM text.
  return pem.trim().split(/\r\n|\n|\r/).join('\n');
}

/** True when two PEM texts hold the same key text: line ends and surrounding space make no difference. Source: golden wire/auth. */
export function samePem(one: string, other: string): boolean {
  return cleanPem(one) === cleanPem(other);
}
