/** Where a document differs from the one that is wanted. */
import type { KeyObject } from 'node:crypto';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import type { Certificate } from '../../../kernel/sys/x509/certificate.js';
import type { Crl, CrlDraft } from '../../../kernel/sys/x509/crl.js';
import { readDer } from '../../../kernel/sys/x509/der.js';
import type { Extension } from '../../../kernel/sys/x509/extension.js';
import type { Issue, RequestDraft } from '../../../kernel/sys/x509/issue.js';
import { samePublic } from '../../../kernel/sys/x509/keys.js';
import { nameText } from '../../../kernel/sys/x509/names.js';
import { EXTENSIONS, TOLD_NAMES } from '../../../kernel/sys/x509/oids.data.js';
import type { CertificateRequest } from '../../../kernel/sys/x509/request.js';
import { hexOfNumber } from '../../../kernel/sys/x509/show-extension.js';
import { isSignedBy } from '../../../kernel/sys/x509/signed.js';

function toldName(oid: string): string {
  const name = Object.entries(EXTENSIONS).find(([, number]) => number === oid)?.[0];
  return name === undefined ? 'Unknown OID' : TOLD_NAMES[name] ?? name;
}

const same = (a: Extension, b: Extension): boolean => a.critical === b.critical && a.value.equals(b.value);
const among = (extension: Extension, list: readonly Extension[]): Extension | undefined => list.find(({ oid }) => oid === extension.oid);
const told = (list: readonly Extension[]): string[] => list.map(({ oid }) => toldName(oid));

type ExtensionChanges = { readonly added: string[]; readonly changed: string[]; readonly removed: string[] };

function extensionChanges(current: readonly Extension[], wanted: readonly Extension[]): { extensions?: ExtensionChanges } {
  const known = wanted.map((one) => ({ one, before: among(one, current) }));
  const changes = {
    added: told(known.filter(({ before }) => before === undefined).map(({ one }) => one)),
    changed: told(known.filter(({ one, before }) => before !== undefined && !same(one, before)).map(({ one }) => one)),
    removed: told(current.filter((one) => among(one, wanted) === undefined)),
  };
  return changes.added.length + changes.changed.length + changes.removed.length === 0 ? {} : { extensions: changes };
}

const nameChange = (current: Buffer, wanted: Buffer): string | undefined => (current.equals(wanted) ? undefined : nameText(readDer(wanted)));

/** Leaves out what is not different. */
const filled = (changes: Readonly<Record<string, Value | undefined>>): PlainMap => Object.fromEntries(Object.entries(changes).filter((row): row is [string, Value] => row[1] !== undefined));

export function certificateChanges(current: Certificate, { draft, signer }: Issue, serial: Value): PlainMap {
  return filled({
    serial_number: serial !== null && draft.serial !== current.serial ? serial : undefined,
    private_key: samePublic(draft.publicKey, current.publicKey) ? undefined : true,
    signing_private_key: signer === undefined || isSignedBy(current, signer.publicKey) ? undefined : true,
    subject_name: nameChange(current.subject.bytes, draft.subject), issuer_name: nameChange(current.issuer.bytes, draft.issuer),
    ...extensionChanges(current.extensions, draft.extensions),
  });
}

export function requestChanges(current: CertificateRequest, draft: RequestDraft): PlainMap {
  return filled({
    private_key: samePublic(draft.key, current.publicKey) ? undefined : true, subject_name: nameChange(current.subject.bytes, draft.subject), ...extensionChanges(current.extensions, draft.extensions),
  });
}

function revocationChanges(current: Crl, draft: CrlDraft): { revocations?: Readonly<Record<string, string[]>> } {
  const serials = (list: readonly { readonly serial: bigint }[]): string[] => list.map(({ serial }) => hexOfNumber(serial));
  const known = draft.revoked.map((row) => ({ row, before: current.revoked.find(({ serial }) => serial === row.serial) }));
  const changes = {
    added: serials(known.filter(({ before }) => before === undefined).map(({ row }) => row)),
    changed: serials(known.filter(({ row, before }) => before !== undefined && extensionChanges(before.extensions, row.extensions).extensions !== undefined).map(({ row }) => row)),
    removed: serials(current.revoked.filter(({ serial }) => !draft.revoked.some((row) => row.serial === serial))),
  };
  return changes.added.length + changes.changed.length + changes.removed.length === 0 ? {} : { revocations: changes };
}

export function crlChanges(current: Crl, draft: CrlDraft, key: KeyObject): PlainMap {
  return filled({
    issuer_name: nameChange(current.issuer.bytes, draft.issuer), public_key: isSignedBy(current, key) ? undefined : true, ...revocationChanges(current, draft),
    ...extensionChanges(current.extensions, draft.extensions),
  });
}
