/**
 * A job on the publish port: the signed envelope and the load inside.
 *
 * Source: wire-protocol section 6; golden wire/jobs, signed.
 */
import { parseJid, type Publication } from '../../kernel/contract/job.js';
import { isList, type Value } from '../../kernel/std/value.js';
import { binaryFields, decodeNetwork, encodeNetwork } from '../codec/codec.js';
import { optionalText, readBytes, readMap, WireShapeError } from './shape.js';

export interface PublicationEnvelope {
  /** Sealed with the AES key; the signature is over these bytes. */
  readonly load: Buffer;
  readonly sig: Buffer | undefined;
  readonly sigAlgo: string;
}

const ENVELOPE = binaryFields('load', 'sig');

/** @throws CodecError, WireShapeError */
export function readPublicationEnvelope(frame: Uint8Array): PublicationEnvelope {
  const outer = readMap(decodeNetwork(frame, { binary: ENVELOPE }), 'publication');
  return {
    load: readBytes(outer['load'], 'publication.load'),
    sig: outer['sig'] === undefined ? undefined : readBytes(outer['sig'], 'publication.sig'),
    sigAlgo: optionalText(outer['sig_algo']) ?? 'PKCS1v15-SHA1',
  };
}

export function encodePublicationEnvelope(envelope: { load: Uint8Array; sig?: Uint8Array; sigAlgo?: string }): Buffer {
  return encodeNetwork({
    enc: 'aes',
    load: envelope.load,
    ...(envelope.sig === undefined ? {} : { sig_algo: envelope.sigAlgo ?? '', sig: envelope.sig }),
  });
}

const KNOWN = new Set(['fun', 'arg', 'tgt', 'tgt_type', 'jid', 'ret', 'user', 'delimiter', 'serial']);

/** Reads a decoded, already authenticated load; the only way to get a `Publication`. @throws WireShapeError */
export function readPublication(value: Value): Publication {
  const load = readMap(value, 'load');
  const jid = parseJid(load['jid']);
  if (jid === undefined) throw new WireShapeError('load.jid', 'a job id', load['jid']);
  const arg = load['arg'];
  if (!isList(arg)) throw new WireShapeError('load.arg', 'a list', arg);
  const tgt = load['tgt'];
  if (tgt === undefined) throw new WireShapeError('load.tgt', 'a target', tgt);
  return {
    jid, arg, tgt,
    fun: readFun(load['fun']),
    tgt_type: optionalText(load['tgt_type']) ?? 'glob',
    ret: optionalText(load['ret']) ?? '',
    user: optionalText(load['user']) ?? '',
    delimiter: optionalText(load['delimiter']) ?? ':',
    more: Object.fromEntries(Object.entries(load).filter(([key]) => !KNOWN.has(key))),
  };
}

function readFun(fun: Value | undefined): string | readonly string[] {
  if (typeof fun === 'string') return fun;
  if (isList(fun) && fun.every((name) => typeof name === 'string')) return fun as readonly string[];
  throw new WireShapeError('load.fun', 'a function name or a list of them', fun);
}
