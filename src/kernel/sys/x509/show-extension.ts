/** Extensions as Salt shows them. */
import { mapFrom, type PlainMap, type Value } from '../../std/value.js';
import { bitsOf, integerOf, oidOf, own, ownParts, partsOf, readDer, TAG, timeOf, type Node } from './der.js';
import type { Extension } from './extension.js';
import { generalNameText } from './general-names.js';
import { relativeNameText } from './names.js';
import { ACCESS_METHODS, ENTRY_EXTENSIONS, EXTENSIONS, KEY_PURPOSES, KEY_USES, REASON_BITS, REASONS, UNNAMED_PURPOSES } from './oids.data.js';
import { saltTime } from './salt-time.js';

/** Pairs of digits: `0A:1B`. */
export function prettyHex(hex: string): string {
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return (even.match(/../g) ?? []).join(':').toUpperCase();
}
export const hexOf = (bytes: Uint8Array): string => prettyHex(Buffer.from(bytes).toString('hex'));
export const hexOfNumber = (value: bigint): string => prettyHex(value.toString(16));

const number = (node: Node): number => Number(integerOf(node));
const tagged = (parts: readonly Node[], tag: number): Node | undefined => parts.find((part) => part.tag === tag);
const names = (node: Node | undefined): string[] => (node === undefined ? [] : partsOf(node).map(generalNameText));
const wordOf = (table: Readonly<Record<string, string>>, value: string): string => Object.entries(table).find(([, one]) => one === value)?.[0] ?? value;

function keyUsage(node: Node): PlainMap {
  const set = bitsOf(node.content).map((bit) => KEY_USES[bit]);
  return Object.fromEntries(KEY_USES.map((name) => [name, set.includes(name)]));
}

function purpose(node: Node): string {
  const word = wordOf(KEY_PURPOSES, oidOf(node));
  return UNNAMED_PURPOSES.includes(word) ? oidOf(node) : word;
}

function authorityKey(node: Node): PlainMap {
  const parts = partsOf(node);
  const key = tagged(parts, own(0));
  const issuer = tagged(parts, ownParts(1));
  const serial = tagged(parts, own(2));
  return { keyid: key === undefined ? null : hexOf(key.content), issuer: issuer === undefined ? null : names(issuer), issuer_sn: serial === undefined ? null : hexOfNumber(integerOf(serial)) };
}

/** Name of a point: texts, or a relative one. */
function pointName(parts: readonly Node[]): { fullname: string[]; relativename: string | null } {
  const name = tagged(parts, ownParts(0));
  const inner = name === undefined ? [] : partsOf(name);
  const relative = tagged(inner, ownParts(1));
  return { fullname: names(tagged(inner, ownParts(0))), relativename: relative === undefined ? null : relativeNameText(partsOf(relative)) };
}
const reasons = (node: Node | undefined): string[] => (node === undefined ? [] : bitsOf(node.content).map((bit) => REASON_BITS[bit] ?? '').toSorted());

function point(node: Node): PlainMap {
  const parts = partsOf(node);
  return { crlissuer: names(tagged(parts, ownParts(2))), reasons: reasons(tagged(parts, own(1))), ...pointName(parts) };
}

function issuingPoint(node: Node): PlainMap {
  const parts = partsOf(node);
  const flag = (at: number): boolean => tagged(parts, own(at)) !== undefined;
  return { ...pointName(parts), onysomereasons: reasons(tagged(parts, own(3))), onlyuser: flag(1), onlyCA: flag(2), onlyAA: flag(5), indirectCRL: flag(4) };
}

function qualifier(node: Node): PlainMap {
  const [kind, value] = partsOf(node);
  if (kind === undefined || value === undefined) return {};
  if (value.tag !== TAG.sequence) return { practice_statement: value.content.toString('utf8') };
  const parts = partsOf(value);
  const reference = tagged(parts, TAG.sequence);
  const [organization, numbers] = reference === undefined ? [] : partsOf(reference);
  return {
    organizataion: organization?.content.toString('utf8') ?? null, notice_numbers: numbers === undefined ? null : partsOf(numbers).map(number),
    explicit_text: parts.find((part) => part.tag !== TAG.sequence)?.content.toString('utf8') ?? null,
  };
}

function policy(node: Node): PlainMap {
  const [kind, qualifiers] = partsOf(node);
  return { [kind === undefined ? '' : oidOf(kind)]: qualifiers === undefined ? [] : partsOf(qualifiers).map(qualifier) };
}

const subtrees = (node: Node | undefined): string[] => (node === undefined ? [] : partsOf(node).flatMap((tree) => partsOf(tree).slice(0, 1).map(generalNameText)));

const SHOWN: Readonly<Record<string, (node: Node) => PlainMap>> = {
  basicConstraints(node) {
    const parts = partsOf(node);
    const length = tagged(parts, TAG.integer);
    return { ca: tagged(parts, TAG.boolean)?.content[0] === 0xff, pathlen: length === undefined ? null : number(length) };
  },
  keyUsage,
  extendedKeyUsage: (node) => ({ value: partsOf(node).map(purpose) }),
  subjectKeyIdentifier: (node) => ({ value: hexOf(node.content) }),
  authorityKeyIdentifier: authorityKey,
  issuerAltName: (node) => ({ value: names(node) }), certificateIssuer: (node) => ({ value: names(node) }), subjectAltName: (node) => ({ value: names(node) }),
  authorityInfoAccess: (node) => ({ value: partsOf(node).map((part) => {
    const [method, name] = partsOf(part);
    return { [method === undefined ? '' : wordOf(ACCESS_METHODS, oidOf(method))]: name === undefined ? '' : generalNameText(name) };
  }) }),
  crlDistributionPoints: (node) => ({ value: partsOf(node).map(point) }), freshestCRL: (node) => ({ value: partsOf(node).map(point) }),
  issuingDistributionPoint: issuingPoint,
  certificatePolicies: (node) => ({ value: partsOf(node).map(policy) }),
  policyConstraints(node) {
    const parts = partsOf(node);
    const value = (at: number): number | null => {
      const found = tagged(parts, own(at));
      return found === undefined ? null : number(found);
    };
    return { inhibitPolicyMapping: value(1), requireExplicitPolicy: value(0) };
  },
  inhibitAnyPolicy: (node) => ({ value: number(node) }),
  nameConstraints(node) {
    const parts = partsOf(node);
    return { excluded: subtrees(tagged(parts, ownParts(1))), permitted: subtrees(tagged(parts, ownParts(0))) };
  },
  noCheck: () => ({ value: true }),
  tlsfeature: (node) => ({ value: partsOf(node).map((part) => (number(part) === 5 ? 'status_request' : 'status_request_v2')) }),
  cRLNumber: (node) => ({ value: number(node) }), deltaCRLIndicator: (node) => ({ value: number(node) }),
  CRLReason: (node) => ({ value: REASONS[node.content[0] ?? 0] ?? '' }),
  invalidityDate: (node) => ({ value: saltTime(timeOf(node)) }),
};

function shownBy(table: Readonly<Record<string, string>>, extensions: readonly Extension[]): Value {
  return mapFrom(Object.entries(table).flatMap(([name, oid]): [string, Value][] => {
    const found = extensions.find((extension) => extension.oid === oid);
    const show = SHOWN[name];
    return found === undefined || show === undefined ? [] : [[name, { critical: found.critical, ...show(readDer(found.value)) }]];
  }));
}

/** By Salt's names, in its order; those it does not know are left out. */
export const showExtensions = (extensions: readonly Extension[]): Value => shownBy(EXTENSIONS, extensions);
export const showEntryExtensions = (extensions: readonly Extension[]): Value => shownBy(ENTRY_EXTENSIONS, extensions);

/** Extensions as they stand in a document. */
export function readExtensions(node: Node | undefined): Extension[] {
  return node === undefined ? [] : partsOf(node).map((part) => {
    const [kind, ...rest] = partsOf(part);
    return { oid: kind === undefined ? '' : oidOf(kind), critical: rest[0]?.tag === TAG.boolean && rest[0].content[0] !== 0, value: rest.at(-1)?.content ?? Buffer.alloc(0) };
  });
}
