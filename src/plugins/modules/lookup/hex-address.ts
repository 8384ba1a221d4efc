/** Addresses as the kernel's tables of connections have them: words of 32 bits in hexadecimal digits, each backwards. */
import { ipText } from '../../../kernel/std/ip-address.js';

export interface HexEnd {
  readonly version: 4 | 6;
  readonly bits: bigint;
  readonly port: number;
}

/** `0100007F:0016` */
export function readHexEnd(text: string): HexEnd {
  const [address = '', port = ''] = text.split(':');
  const words = (address.match(/.{8}/g) ?? []).map((word) => (word.match(/../g) ?? []).reverse().join(''));
  return { version: words.length === 1 ? 4 : 6, bits: BigInt(`0x${words.join('') || '0'}`), port: parseInt(port, 16) };
}

export const hexEndAddress = ({ bits, version }: HexEnd): string => ipText(bits, version);
