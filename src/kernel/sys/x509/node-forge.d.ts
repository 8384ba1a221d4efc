/** The part of node-forge that is used; the package brings no types. */
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
  interface Asn1 {
    readonly tagClass: number;
  }
  interface Bag {
    readonly key: unknown;
    readonly asn1: Asn1 | undefined;
    readonly cert: object | null;
    readonly attributes: { readonly friendlyName?: readonly string[] };
  }
  interface Pkcs12Settings {
    readonly algorithm: string;
    readonly useMac: boolean;
    readonly count: number;
    readonly friendlyName?: string;
  }
  const forge: {
    readonly asn1: { fromDer(bytes: string): Asn1; toDer(value: Asn1): { getBytes(): string } };
    readonly pki: {
      readonly oids: Readonly<Record<string, string>>;
      createCertificate(): Certificate;
      privateKeyFromPem(pem: string): unknown;
      publicKeyFromPem(pem: string): unknown;
      certificateToPem(certificate: Certificate): string;
      privateKeyFromAsn1(value: Asn1): unknown;
      privateKeyToAsn1(key: unknown): Asn1;
      certificateFromAsn1(value: Asn1): object;
      certificateToAsn1(certificate: object): Asn1;
    };
    readonly pkcs12: {
      toPkcs12Asn1(key: unknown, certificates: readonly object[] | null, password: string | null, settings: Pkcs12Settings): Asn1;
      pkcs12FromAsn1(value: Asn1, password?: string): { getBags(filter: { bagType: string | undefined }): Record<string, Bag[] | undefined> };
    };
    readonly md: Readonly<Record<string, { create(): unknown } | undefined>>;
  };
  export default forge;
}
