/** Extensions of certificates, requests and lists of revoked certificates: of words, and back to bytes. Start at `buildExtension`. */
import { CommandExecutionError, InvocationError } from '../../contract/errors.js';
import { str } from '../../std/python-text.js';
import { isBytes, isInteger, isList, isMap, isTruthy, mapEntries, mapGet, type Value, type ValueMap } from '../../std/value.js';
import { bitSet, boolean, der, integer, integerContent, NOTHING, octets, oid, own, ownParts, sequence, TAG, time } from './der.js';
import { distributionPoints, issuingPoint } from './distribution-points.js';
import { generalName, givenNames, splitGiven, type Given } from './general-names.js';
import { ACCESS_METHODS, ENTRY_EXTENSIONS, EXTENSIONS, KEY_PURPOSES, KEY_USES, REASONS } from './oids.data.js';
import { readSaltTime } from './salt-time.js';

/** An extension of a document. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

/** What extensions say about others: keys and the certificate of the signer. */
export interface Around {
  /** Hash of the key that is certified. */
  readonly subjectKeyId?: Buffer;
  /** Of the signer: its key's hash, its certificate's own word for it, name of its issuer, number, and other names. */
  readonly signer?: {
    readonly keyId: Buffer;
    readonly issuer?: Buffer;
    readonly serial?: bigint;
    readonly alternativeNames?: readonly Buffer[];
  };
}

type Built = readonly [value: Buffer, critical: boolean];

/** Words of a text `critical, a:b, c`, or of a list or map of the same. */
interface Words {
  readonly words: ReadonlyMap<string, string>;
  readonly critical: boolean;
}
function wordsOf(value: Value): Words {
  const pairs: [string, string][] = isMap(value) ? mapEntries(value).map(([key, one]) => [str(key), str(one)])
    : (isList(value) ? value.map(str) : str(value).split(',')).map((item) => {
      const at = item.indexOf(':');
      return at < 0 ? [item.trim(), '__present__'] : [item.slice(0, at).trim(), item.slice(at + 1).trim()];
    });
  const map = new Map(pairs);
  const critical = map.get('critical');
  map.delete('critical');
  return { words: map, critical: critical !== undefined && critical !== 'False' };
}

const mustBeNumber = (text: string, what: string): bigint => {
  if (/^\d+$/.test(text)) return BigInt(text);
  throw new InvocationError(`${what} must be an integer`);
};

function basicConstraints(value: Value): Built {
  const { words, critical } = wordsOf(typeof value === 'string' ? value.toLowerCase() : value);
  const ca = words.get('ca');
  if (ca === undefined) throw new InvocationError("Undefined required key for basicConstraints: 'ca'");
  const isCa = ca.toLowerCase() === 'true' || ca === '1';
  const length = words.get('pathlen');
  const hasLength = length !== undefined && length !== 'None';
  if (hasLength && !isCa) throw new InvocationError('path_length must be None when ca is False');
  return [sequence(...(isCa ? [boolean(true)] : []), ...(hasLength ? [integer(mustBeNumber(length, 'pathlen'))] : [])), critical];
}

function keyUsage(value: Value): Built {
  const asked = isMap(value) ? mapEntries(value).filter(([, on]) => isTruthy(on)).map(([name]) => str(name)) : [...wordsOf(value).words.keys()];
  const numbers = KEY_USES.flatMap((name, at) => (asked.includes(name) ? [at] : []));
  if (!asked.includes('keyAgreement') && (asked.includes('encipherOnly') || asked.includes('decipherOnly'))) {
    throw new InvocationError('encipher_only and decipher_only can only be true when key_agreement is true');
  }
  return [der(TAG.bits, bitSet(numbers)), wordsOf(value).critical];
}

function extendedKeyUsage(value: Value): Built {
  const { words, critical } = wordsOf(value);
  return [sequence(...[...words.keys()].map((word) => oid(KEY_PURPOSES[word] ?? word))), critical];
}

function hexBytes(value: Value): Buffer {
  if (isBytes(value)) return Buffer.from(value);
  const text = str(value).replaceAll(':', '');
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(text)) throw new InvocationError('Value must be precomputed hash');
  return Buffer.from(text, 'hex');
}

function subjectKeyIdentifier(value: Value, { subjectKeyId }: Around): Built {
  if (str(value).includes('critical')) throw new InvocationError('subjectKeyIdentifier must be marked as non-critical');
  if (value !== 'hash') return [octets(hexBytes(value)), false];
  if (subjectKeyId === undefined) throw new CommandExecutionError('Cannot calculate digest for subjectKeyIdentifier: missing pubkey');
  return [octets(subjectKeyId), false];
}

function authorityKeyIdentifier(value: Value, { signer }: Around): Built {
  const { words, critical } = wordsOf(value);
  if (critical) throw new InvocationError('authorityKeyIdentifier must be marked as non-critical');
  if (signer === undefined) throw new CommandExecutionError('Need CA certificate or CA pubkey to calculate authorityKeyIdentifier');
  const keyId = words.has('keyid') ? [der(own(0), signer.keyId)] : [];
  const wantsIssuer = words.get('issuer') === 'always' || (words.has('issuer') && keyId.length === 0);
  const known = signer.issuer !== undefined && signer.serial !== undefined;
  if (words.get('issuer') === 'always' && !known) throw new CommandExecutionError('Could not add authority_cert_issuer and authority_cert_serial_number, but was set to always.');
  const issuer = wantsIssuer && known ? [der(ownParts(1), der(ownParts(4), signer.issuer)), der(own(2), integerContent(signer.serial))] : [];
  return [sequence(...keyId, ...issuer), false];
}

const hasCritical = (value: Value): boolean => (isList(value) ? value.includes('critical') : isMap(value) ? isTruthy(mapGet(value, 'critical')) : str(value).startsWith('critical'));

function issuerNames(value: Value, { signer }: Around): Built {
  const given = givenNames(value);
  const copies = given.some(([kind, one]) => kind === 'issuer' && one === 'copy');
  if (copies && signer === undefined) throw new CommandExecutionError('Need CA certificate to copy to issuerAltName');
  if (copies && signer?.alternativeNames === undefined) throw new CommandExecutionError('No <ObjectIdentifier(oid=2.5.29.17, name=subjectAltName)> extension was found');
  return [sequence(...(copies ? signer?.alternativeNames ?? [] : []), ...given.filter(([kind]) => kind !== 'issuer').map(generalName)), hasCritical(value)];
}

function accessPairs(value: Value): Given[] {
  if (typeof value === 'string') return value.split(',').map((item) => item.trim()).filter((item) => item !== 'critical').map((item): Given => {
    const [method = '', name = ''] = item.split(';');
    return [method, name];
  });
  return (isList(value) ? value : [value]).flatMap((item) => (isMap(item) ? mapEntries(item) : [])).map(([method, name]): Given => [str(method), name]).filter(([method]) => method !== 'critical');
}

function authorityInfoAccess(value: Value): Built {
  return [sequence(...accessPairs(value).map(([method, name]) => {
    const number = ACCESS_METHODS[method] ?? method;
    if (!/^[012](\.\d+)+$/.test(number)) throw new CommandExecutionError(`Unknown access OID: ${method}`);
    return sequence(oid(number), generalName(splitGiven(str(name))));
  })), false];
}

/** A notice for people; both parts may be missing. */
function notice(qualifier: ValueMap): Buffer {
  const organization = mapGet(qualifier, 'organization');
  const numbers = mapGet(qualifier, 'noticeNumbers');
  const text = mapGet(qualifier, 'text');
  const reference = isList(numbers) ? [sequence(der(TAG.utf8, Buffer.from(str(organization ?? ''))), sequence(...numbers.map((number) => integer(mustBeNumber(str(number), 'noticeNumbers')))))] : [];
  return sequence(oid('1.3.6.1.5.5.7.2.2'), sequence(...reference, ...(text === undefined ? [] : [der(TAG.utf8, Buffer.from(str(text)))])));
}

function certificatePolicies(value: Value): Built {
  if (!isMap(value)) return [sequence(...[...wordsOf(value).words.keys()].map((number) => sequence(oid(number)))), wordsOf(value).critical];
  const policies = mapEntries(value).filter(([key]) => key !== 'critical').map(([number, qualifiers]) => {
    const built = (isList(qualifiers) ? qualifiers : []).map((one) => (isMap(one) ? notice(one) : sequence(oid('1.3.6.1.5.5.7.2.1'), der(TAG.ia5, Buffer.from(str(one))))));
    return sequence(oid(str(number)), ...(built.length === 0 ? [] : [sequence(...built)]));
  });
  return [sequence(...policies), hasCritical(value)];
}

function policyConstraints(value: Value): Built {
  const { words, critical } = wordsOf(value);
  const part = (name: string, number: number): Buffer[] => {
    const text = words.get(name);
    return text === undefined ? [] : [der(own(number), integerContent(mustBeNumber(text, name)))];
  };
  return [sequence(...part('requireExplicitPolicy', 0), ...part('inhibitPolicyMapping', 1)), critical];
}

function inhibitAnyPolicy(value: Value): Built {
  if (isInteger(value)) return [integer(value), false];
  const { words, critical } = wordsOf(value);
  return [integer(mustBeNumber(words.get('value') ?? [...words.keys()][0] ?? '', 'inhibitAnyPolicy')), critical];
}

function nameConstraints(value: Value): Built {
  const scoped = (scope: string): Given[] => {
    if (isMap(value)) return givenNames(mapGet(value, scope) ?? []);
    return str(value).split(',').map((item) => item.trim().split(';')).flatMap(([word, name = '']) => (word === scope ? [splitGiven(name)] : []));
  };
  const part = (scope: string, number: number): Buffer[] => {
    const names = scoped(scope);
    return names.length === 0 ? [] : [der(ownParts(number), ...names.map((name) => sequence(generalName(name))))];
  };
  const parts = [...part('permitted', 0), ...part('excluded', 1)];
  if (parts.length === 0) throw new InvocationError('nameConstraints needs at least one definition');
  return [sequence(...parts), hasCritical(value)];
}

const TLS_FEATURES: Readonly<Record<string, number>> = { status_request: 5, status_request_v2: 17 };
function tlsFeature(value: Value): Built {
  const { words, critical } = wordsOf(value);
  return [sequence(...[...words.keys()].map((word) => {
    const number = TLS_FEATURES[word];
    if (number === undefined) throw new InvocationError(`Unknown TLS feature ${word}`);
    return integer(number);
  })), critical];
}

function crlNumber(value: Value): Built {
  if (!/^\d+$/.test(str(value))) throw new InvocationError('cRLNumber must be an integer and must be marked as non-critical');
  return [integer(BigInt(str(value))), false];
}

function deltaIndicator(value: Value): Built {
  const numbers = str(value).match(/\d+/g) ?? [];
  if (numbers.length !== 1) throw new InvocationError('deltaCRLIndicator must contain a single integer pointing to a cRLNumber');
  return [integer(BigInt(numbers[0])), str(value).includes('critical')];
}

function crlReason(value: Value): Built {
  const { words, critical } = wordsOf(value);
  const [reason = ''] = words.keys();
  const number = reason === '' ? -1 : REASONS.indexOf(reason);
  if (number < 0) throw new InvocationError(`'${reason}' is not a valid ReasonFlags`);
  return [der(TAG.enumerated, Buffer.from([number])), critical];
}

function invalidityDate(value: Value): Built {
  if (typeof value !== 'string') throw new InvocationError('invalidityDate must be a string');
  const critical = value.startsWith('critical');
  const unixMs = readSaltTime(critical ? value.slice(value.indexOf(' ') + 1) : value);
  const text = `${new Date(unixMs).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
  return [der(TAG.generalizedTime, Buffer.from(text)), critical];
}

const missing = (name: string) => (): never => {
  throw new InvocationError(`${name} is currently not implemented.`);
};

const BUILDERS: Readonly<Record<string, (value: Value, around: Around) => Built>> = {
  basicConstraints, keyUsage, extendedKeyUsage, subjectKeyIdentifier, authorityKeyIdentifier, issuerAltName: issuerNames, certificateIssuer: issuerNames, authorityInfoAccess,
  subjectAltName: (value) => [sequence(...givenNames(value).map(generalName)), hasCritical(value)],
  crlDistributionPoints: (value) => [distributionPoints(value), hasCritical(value)],
  freshestCRL: (value) => [distributionPoints(value), false],
  issuingDistributionPoint: (value) => [issuingPoint(value), hasCritical(value)],
  certificatePolicies, policyConstraints, inhibitAnyPolicy, nameConstraints,
  noCheck: (value) => [NOTHING, str(value).includes('critical')],
  tlsfeature: tlsFeature, nsComment: missing('nsComment'), nsCertType: missing('nsCertType'),
  cRLNumber: crlNumber, deltaCRLIndicator: deltaIndicator, CRLReason: crlReason, invalidityDate,
};

/** The extension of a name. @throws CommandExecutionError, InvocationError with Salt's text */
export function buildExtension(name: string, value: Value, around: Around = {}): Extension {
  const build = Object.hasOwn(BUILDERS, name) ? BUILDERS[name] : undefined;
  if (build === undefined) throw new CommandExecutionError(`Unknown extension ${name}`);
  const [bytes, critical] = build(value, around);
  return { oid: EXTENSIONS[name] ?? ENTRY_EXTENSIONS[name] ?? '', critical, value: bytes };
}

export const extensionBytes = ({ oid: number, critical, value }: Extension): Buffer => sequence(oid(number), ...(critical ? [boolean(true)] : []), octets(value));
export const extensionsBytes = (extensions: readonly Extension[]): Buffer => sequence(...extensions.map(extensionBytes));

/** A moment as `time` writes it. */
export const validity = (fromMs: number, toMs: number): Buffer => sequence(time(fromMs), time(toMs));
