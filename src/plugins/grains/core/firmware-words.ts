/** Tells what a firmware says from what its maker forgot to fill in. Source: read, Salt 3008.3 `smbios`. */

const UUID = /^(?:urn:)?(?:uuid:)?\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i;
const FILLER = {
  numbers: /^0+$|^0?1234567|sernum|part[_-]?number|specified|filled|applicable/i,
  makers: /manufacturer|to be filled|available|asset|^no(?:ne|t)/i,
  others: /to be filled|un(?:known|specified)|no(?:t|ne)? (?:asset|provided|defined|available|present|specified)/i,
};

/** True for a value that is worth a grain; `name` is what it is the value of. */
export function isClean(name: string, value: string): boolean {
  if (value === '' || /^none/i.test(value)) return false;
  if (name.includes('uuid')) return UUID.test(value);
  if (/serial|part|version/.test(name)) return !FILLER.numbers.test(value);
  if (/asset|manufacturer/.test(name)) return !FILLER.makers.test(value);
  return !FILLER.others.test(value);
}
