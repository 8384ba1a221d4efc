/** Numbers of what stands in certificates, by Salt's names. Source: read, Salt 3008.3; RFC 5280. */

/** Parts of names, in the order Salt puts them. */
export const NAME_PARTS: Readonly<Record<string, string>> = {
  C: '2.5.4.6', ST: '2.5.4.8', L: '2.5.4.7', STREET: '2.5.4.9', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3', MAIL: '1.2.840.113549.1.9.1', SN: '2.5.4.4', GN: '2.5.4.42',
  UID: '0.9.2342.19200300.100.1.1', SERIALNUMBER: '2.5.4.5',
};
/** Other words for them. */
export const NAME_WORDS: Readonly<Record<string, string>> = {
  commonName: 'CN', localityName: 'L', stateOrProvinceName: 'ST', organizationName: 'O', organizationUnitName: 'OU', givenName: 'GN', surname: 'SN', Email: 'MAIL', emailAddress: 'MAIL', serialNumber: 'SERIALNUMBER',
};
/** Names in the text of a distinguished name (RFC 4514); others stand as numbers. */
export const TEXT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN', '2.5.4.7': 'L', '2.5.4.8': 'ST', '2.5.4.10': 'O', '2.5.4.11': 'OU', '2.5.4.6': 'C', '2.5.4.9': 'STREET', '0.9.2342.19200300.100.1.25': 'DC', '0.9.2342.19200300.100.1.1': 'UID',
};

/** Extensions, in the order Salt puts them. */
export const EXTENSIONS: Readonly<Record<string, string>> = {
  basicConstraints: '2.5.29.19', keyUsage: '2.5.29.15', extendedKeyUsage: '2.5.29.37', subjectKeyIdentifier: '2.5.29.14', authorityKeyIdentifier: '2.5.29.35', issuerAltName: '2.5.29.18',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1', subjectAltName: '2.5.29.17', crlDistributionPoints: '2.5.29.31', issuingDistributionPoint: '2.5.29.28', certificatePolicies: '2.5.29.32',
  policyConstraints: '2.5.29.36', inhibitAnyPolicy: '2.5.29.54', nameConstraints: '2.5.29.30', noCheck: '1.3.6.1.5.5.7.48.1.5', tlsfeature: '1.3.6.1.5.5.7.1.24', cRLNumber: '2.5.29.20',
  deltaCRLIndicator: '2.5.29.27', freshestCRL: '2.5.29.46',
};
export const ENTRY_EXTENSIONS: Readonly<Record<string, string>> = { certificateIssuer: '2.5.29.29', CRLReason: '2.5.29.21', invalidityDate: '2.5.29.24' };
/** Names under which changes of extensions are told, where they are not the words above. */
export const TOLD_NAMES: Readonly<Record<string, string>> = { crlDistributionPoints: 'cRLDistributionPoints', noCheck: 'OCSPNoCheck', tlsfeature: 'TLSFeature' };
export const EXTENSION_WORDS: Readonly<Record<string, string>> = {
  'X509v3 Basic Constraints': 'basicConstraints', 'X509v3 Key Usage': 'keyUsage', 'X509v3 Extended Key Usage': 'extendedKeyUsage', 'X509v3 Subject Key Identifier': 'subjectKeyIdentifier',
  'X509v3 Authority Key Identifier': 'authorityKeyIdentifier', 'X509v3 Issuer Alternative Name': 'issuerAltName', issuserAltName: 'issuerAltName', 'Authority Information Access': 'authorityInfoAccess',
  'X509v3 Subject Alternative Name': 'subjectAltName', 'X509v3 CRL Distribution Points': 'crlDistributionPoints', 'X509v3 Issuing Distribution Point': 'issuingDistributionPoint',
  'X509v3 Certificate Policies': 'certificatePolicies', 'X509v3 Policy Constraints': 'policyConstraints', 'X509v3 Inhibit Any Policy': 'inhibitAnyPolicy', 'X509v3 Name Constraints': 'nameConstraints',
  'OCSP No Check': 'noCheck', 'TLS Feature': 'tlsfeature', 'Netscape Comment': 'nsComment', 'Netscape Certificate Type': 'nsCertType', 'X509v3 CRLNumber': 'cRLNumber',
  'X509v3 Delta CRL Indicator': 'deltaCRLIndicator', 'x509v3 Freshest CRL': 'freshestCRL',
};
/** What may stand in a certificate, what only in a list of revoked ones, and what a request may not ask for. */
export const OF_CERTIFICATES: readonly string[] = [
  'basicConstraints', 'keyUsage', 'extendedKeyUsage', 'subjectKeyIdentifier', 'authorityKeyIdentifier', 'issuerAltName', 'authorityInfoAccess', 'subjectAltName', 'crlDistributionPoints',
  'certificatePolicies', 'policyConstraints', 'inhibitAnyPolicy', 'nameConstraints', 'noCheck', 'tlsfeature', 'nsComment', 'nsCertType',
];
export const OF_CRLS: readonly string[] = ['authorityKeyIdentifier', 'authorityInfoAccess', 'cRLNumber', 'deltaCRLIndicator', 'freshestCRL', 'issuerAltName', 'issuingDistributionPoint'];
export const NOT_OF_REQUESTS: readonly string[] = ['authorityInfoAccess', 'authorityKeyIdentifier', 'issuerAltName', 'crlDistributionPoints'];

export const KEY_PURPOSES: Readonly<Record<string, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2', codeSigning: '1.3.6.1.5.5.7.3.3', emailProtection: '1.3.6.1.5.5.7.3.4', timeStamping: '1.3.6.1.5.5.7.3.8', OCSPSigning: '1.3.6.1.5.5.7.3.9',
  msSmartcardLogin: '1.3.6.1.4.1.311.20.2.2', pkInitKDC: '1.3.6.1.5.2.3.5', ipsecIKE: '1.3.6.1.5.5.7.3.17', msCodeInd: '1.3.6.1.4.1.311.2.1.21', msCodeCom: '1.3.6.1.4.1.311.2.1.22',
  msCTLSign: '1.3.6.1.4.1.311.10.3.1', msEFS: '1.3.6.1.4.1.311.10.3.4',
};
/** Purposes that are told as numbers. */
export const UNNAMED_PURPOSES: readonly string[] = ['ipsecIKE', 'msCodeInd', 'msCodeCom', 'msCTLSign', 'msEFS'];
export const ACCESS_METHODS: Readonly<Record<string, string>> = { OCSP: '1.3.6.1.5.5.7.48.1', caIssuers: '1.3.6.1.5.5.7.48.2', caRepository: '1.3.6.1.5.5.7.48.5' };

/** Bits of `keyUsage`. */
export const KEY_USES: readonly string[] = ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'];
/** Reasons of revocation, by number; 7 has none. */
export const REASONS: readonly string[] = [
  'unspecified', 'keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation', 'certificateHold', '', 'removeFromCRL', 'privilegeWithdrawn', 'aACompromise',
];
/** Reasons as bits of a distribution point. */
export const REASON_BITS: readonly string[] = ['', 'keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation', 'certificateHold', 'privilegeWithdrawn', 'aACompromise'];

/** Kinds of signatures: number, hash as node names it, and how it is told. */
export interface SignatureKind {
  readonly oid: string;
  readonly key: 'rsa' | 'ec' | 'ed25519' | 'ed448';
  readonly hash: string | null;
  readonly told: string;
}
const kind = (oid: string, key: SignatureKind['key'], hash: string | null, told = 'Unknown OID'): SignatureKind => ({ oid, key, hash, told });
export const SIGNATURES: readonly SignatureKind[] = [
  kind('1.2.840.113549.1.1.5', 'rsa', 'sha1', 'sha1WithRSAEncryption'), kind('1.2.840.113549.1.1.14', 'rsa', 'sha224', 'sha224WithRSAEncryption'), kind('1.2.840.113549.1.1.11', 'rsa', 'sha256', 'sha256WithRSAEncryption'),
  kind('1.2.840.113549.1.1.12', 'rsa', 'sha384', 'sha384WithRSAEncryption'), kind('1.2.840.113549.1.1.13', 'rsa', 'sha512', 'sha512WithRSAEncryption'),
  kind('2.16.840.1.101.3.4.3.13', 'rsa', 'sha3-224'), kind('2.16.840.1.101.3.4.3.14', 'rsa', 'sha3-256'), kind('2.16.840.1.101.3.4.3.15', 'rsa', 'sha3-384'), kind('2.16.840.1.101.3.4.3.16', 'rsa', 'sha3-512'),
  kind('1.2.840.10045.4.1', 'ec', 'sha1', 'ecdsa-with-SHA1'), kind('1.2.840.10045.4.3.1', 'ec', 'sha224', 'ecdsa-with-SHA224'), kind('1.2.840.10045.4.3.2', 'ec', 'sha256', 'ecdsa-with-SHA256'),
  kind('1.2.840.10045.4.3.3', 'ec', 'sha384', 'ecdsa-with-SHA384'), kind('1.2.840.10045.4.3.4', 'ec', 'sha512', 'ecdsa-with-SHA512'),
  kind('2.16.840.1.101.3.4.3.9', 'ec', 'sha3-224'), kind('2.16.840.1.101.3.4.3.10', 'ec', 'sha3-256'), kind('2.16.840.1.101.3.4.3.11', 'ec', 'sha3-384'), kind('2.16.840.1.101.3.4.3.12', 'ec', 'sha3-512'),
  kind('1.3.101.112', 'ed25519', null, 'ed25519'), kind('1.3.101.113', 'ed448', null, 'ed448'),
];
