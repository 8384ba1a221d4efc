/** Signs requests to services of AWS. Source: AWS documentation, Signature Version 4; its test suite. */
import { createHash, createHmac } from 'node:crypto';

export interface AwsKeys {
  readonly keyid: string;
  readonly key: string;
  /** Of keys that pass. */
  readonly token?: string | undefined;
}

export interface AwsRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly region: string;
  readonly service: string;
  readonly now: Date;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The headers to send: those given, and the proof. The query is part of no request here. */
export function signed({ method, host, path, headers, body, region, service, now }: AwsRequest, { keyid, key, token }: AwsKeys): Record<string, string> {
  const stamp = now.toISOString().replace(/[:-]|\.\d{3}/g, '');
  const all: Record<string, string> = { ...headers, host, 'x-amz-date': stamp, ...(token === undefined ? {} : { 'x-amz-security-token': token }) };
  const lower = Object.entries(all).map(([name, value]): [string, string] => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')]).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = lower.map(([name]) => name).join(';');
  const canonical = [method, path, '', ...lower.map(([name, value]) => `${name}:${value}`), '', names, sha256(body)].join('\n');
  const scope = `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const secret = [stamp.slice(0, 8), region, service, 'aws4_request'].reduce<Buffer>((so, part) => hmac(so, part), Buffer.from(`AWS4${key}`));
  const signature = hmac(secret, ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n')).toString('hex');
  return { ...all, Authorization: `AWS4-HMAC-SHA256 Credential=${keyid}/${scope}, SignedHeaders=${names}, Signature=${signature}` };
}
