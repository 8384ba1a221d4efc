/** A link to one master: its address found, its request port connected, its key to be proven; nobody signed in yet. */
import { join } from 'node:path';
import type { KeyPair } from '../../bus/channel/key-files.js';
import { MasterLink } from '../../bus/channel/master-link.js';
import { signingFile } from '../../bus/channel/signing-memory.js';
import { isEncryptionAlgorithm, isSignatureAlgorithm } from '../../bus/crypto/algorithms.js';
import { RequestTimeoutError, type RequestClient } from '../../bus/transport/contract.js';
import { requestClient } from '../../bus/transport/zeromq.js';
import { encodeClearRequest } from '../../bus/wire/request.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { trustOf } from './master-keys.js';
import { findAddress, type FoundAddress, type MasterAddress } from './masters.js';

export interface LinkParts {
  readonly opts: Readonly<PlainMap>;
  readonly id: string;
  readonly pair: KeyPair;
  readonly log: Logger;
  /** All masters of the configuration, in its order. */
  readonly masters: readonly MasterAddress[];
  readonly grains: () => PlainMap;
}

export interface OpenLink extends AsyncDisposable {
  readonly link: MasterLink;
  readonly at: FoundAddress;
}

export const FRAME_BYTES_MAX = 256 * 1024 * 1024;

export function makeLink(parts: LinkParts, master: MasterAddress, at: FoundAddress): OpenLink {
  const { opts, pair, id, log } = parts;
  const client = clientOf(opts, master, at);
  const encAlgo = opts['encryption_algorithm'];
  const sigAlgo = opts['signing_algorithm'];
  const link = new MasterLink({
    id, privateKey: pair.privateKey, publicPem: pair.publicPem, client, log, trust: trustOf(opts, master, parts.masters),
    encAlgo: isEncryptionAlgorithm(encAlgo) ? encAlgo : 'OAEP-SHA1', sigAlgo: isSignatureAlgorithm(sigAlgo) ? sigAlgo : 'PKCS1v15-SHA1',
    signMessages: opts['minion_sign_messages'] === true, verifyPublications: opts['sign_pub_messages'] === true,
    signing: signingFile(join(String(opts['pki_dir']), 'minion_master.signs')),
    autosignGrains: autosignGrains(parts),
  });
  return { link, at, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]().then(() => undefined) };
}

function clientOf(opts: Readonly<PlainMap>, master: MasterAddress, { address, ipv6 }: FoundAddress): RequestClient {
  return requestClient({
    address: `tcp://${address}:${master.requestPort}`, ipv6, frameBytesMax: FRAME_BYTES_MAX, tcpKeepaliveIdleSeconds: Number(opts['tcp_keepalive_idle'] ?? 300),
  });
}

/** Whether a master answers at all: it is asked in clear, and proves nothing. */
export async function answersPing(opts: Readonly<PlainMap>, master: MasterAddress, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean> {
  const client = clientOf(opts, master, await findAddress(master, opts['ipv6']));
  try {
    await client.request(encodeClearRequest({ cmd: 'ping' }), options);
    return true;
  } catch (err) {
    if (err instanceof RequestTimeoutError) return false;
    throw err;
  } finally {
    await client[Symbol.asyncDispose]();
  }
}

function autosignGrains({ opts, grains: grainsOf }: LinkParts): PlainMap | undefined {
  const names = opts['autosign_grains'];
  if (!Array.isArray(names)) return undefined;
  const grains = grainsOf();
  return Object.fromEntries(names.map(String).map((name) => [name, grains[name] ?? null]));
}
