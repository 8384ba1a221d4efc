/** The part of node-forge that is used. */
declare module 'node-forge' {
  interface Attribute {
    readonly name: string;
    readonly value: string;
  }
  interface Certificate {
    serialNumber: string;
    publicKey: unknown;
    readonly validity: { notBefore: Date; notAfter: Date };
    setSubject(attributes: readonly Attribute[]): void;
    setIssuer(attributes: readonly Attribute[]): void;
    setExtensions(extensions: readonly Record<string, unknown>[]): void;
    sign(key: unknown, digest: unknown): void;
  }
  const forge: {
    readonly pki: {
      createCertificate(): Certificate;
      privateKeyFromPem(pem: string): unknown;
      publicKeyFromPem(pem: string): unknown;
      certificateToPem(certificate: Certificate): string;
    };
    readonly md: Readonly<Record<string, { create(): unknown } | undefined>>;
  };
  export default forge;
}
