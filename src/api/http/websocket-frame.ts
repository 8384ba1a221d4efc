/** Frames of websockets (RFC 6455, section 5.2). Clients send short texts: what comes in pieces or is long is refused. */
export const OPCODES = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

const FINAL = 0x80;
const MASKED = 0x80;
const SHORT_MAX = 125;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const PAYLOAD_MAX = 16 * 1024;
const MASK_BYTES = 4;

/** As a server sends it: not masked. */
export function frameBytes(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length <= SHORT_MAX ? 2 : length <= 0xffff ? 4 : 10);
  head[0] = FINAL | opcode;
  if (length <= SHORT_MAX) head[1] = length;
  else if (length <= 0xffff) {
    head[1] = LENGTH_16;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = LENGTH_64;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** The first frame, as clients send it: masked; undefined while it is not whole. */
export function readFrame(bytes: Buffer): { frame: Frame; length: number } | undefined | 'wrong' {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const opcode = first & 0x0f;
  const isKnown = (Object.values(OPCODES) as number[]).includes(opcode);
  if ((first & 0xf0) !== FINAL || !isKnown || (second & MASKED) === 0) return 'wrong';
  const short = second & 0x7f;
  const isControl = opcode >= OPCODES.close;
  if (short === LENGTH_64 || (isControl && short > SHORT_MAX)) return 'wrong';
  const at = short === LENGTH_16 ? 4 : 2;
  if (bytes.length < at + MASK_BYTES) return undefined;
  const size = short === LENGTH_16 ? bytes.readUInt16BE(2) : short;
  if (size > PAYLOAD_MAX) return 'wrong';
  const length = at + MASK_BYTES + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(at, at + MASK_BYTES);
  const payload = Buffer.from(bytes.subarray(at + MASK_BYTES, length)).map((byte, index) => byte ^ (mask[index % MASK_BYTES] ?? 0));
  return { frame: { opcode, payload: Buffer.from(payload) }, length };
}
