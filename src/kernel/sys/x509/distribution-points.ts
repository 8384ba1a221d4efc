/** Where lists of revoked certificates are to be had. */
import { InvocationError } from '../../contract/errors.js';
import { str } from '../../std/python-text.js';
import { isList, isMap, isTruthy, mapGet, type Value, type ValueMap } from '../../std/value.js';
import { bitSet, der, own, ownParts, sequence } from './der.js';
import { generalName, givenNames, splitGiven } from './general-names.js';
import { relativeNameParts } from './names.js';
import { REASON_BITS } from './oids.data.js';

const listOf = (value: Value | undefined): readonly Value[] => (isList(value) ? value : value === undefined || !isTruthy(value) ? [] : [value]);

/** Names of a point: in full, or one that is added to the issuer's. */
function pointName(point: ValueMap): Buffer[] {
  const full = listOf(mapGet(point, 'fullname')).map((name) => generalName(splitGiven(str(name))));
  const given = mapGet(point, 'relativename');
  const relative = given === undefined || !isTruthy(given) ? undefined : relativeNameParts(str(given));
  if (full.length > 0 && relative !== undefined) throw new InvocationError('You cannot provide both full_name and relative_name, at least one must be None.');
  if (full.length > 0) return [der(ownParts(0), der(ownParts(0), ...full))];
  return relative === undefined ? [] : [der(ownParts(0), der(ownParts(1), relative))];
}

function reasonBits(value: Value | undefined, number: number): Buffer[] {
  const reasons = listOf(value).map((reason) => REASON_BITS.indexOf(str(reason)));
  if (reasons.some((bit) => bit <= 0)) throw new InvocationError('unspecified and remove_from_crl are not valid reasons in a DistributionPoint');
  return reasons.length === 0 ? [] : [der(own(number), bitSet(reasons))];
}

function point(item: Value): Buffer {
  if (!isMap(item)) return sequence(der(ownParts(0), der(ownParts(0), ...givenNames(item).map(generalName))));
  const issuer = listOf(mapGet(item, 'crlissuer')).map((name) => generalName(splitGiven(str(name))));
  return sequence(...pointName(item), ...reasonBits(mapGet(item, 'reasons'), 1), ...(issuer.length === 0 ? [] : [der(ownParts(2), ...issuer)]));
}

/** Texts are one point each, maps say more. */
export function distributionPoints(value: Value): Buffer {
  const items = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : listOf(value);
  return sequence(...items.filter((item) => item !== 'critical').map(point));
}

export function issuingPoint(value: Value): Buffer {
  if (!isMap(value)) throw new InvocationError('issuingDistributionPoint must be a dictionary');
  const flag = (name: string, number: number): Buffer[] => (isTruthy(mapGet(value, name)) ? [der(own(number), Buffer.from([0xff]))] : []);
  return sequence(...pointName(value), ...flag('onlyuser', 1), ...flag('onlyCA', 2), ...reasonBits(mapGet(value, 'onlysomereasons'), 3), ...flag('indirectCRL', 4), ...flag('onlyAA', 5));
}
