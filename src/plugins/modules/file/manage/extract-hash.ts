/** `file.extract_hash`: picks the hash of a file out of a list of hashes. */
import type { Context } from '../../../../kernel/contract/context.js';
import { strip } from '../../../../kernel/std/python-space.js';
import { readBytes, textLines } from '../../../../kernel/sys/file/content.js';
import { basename } from '../../../../kernel/sys/file/paths.js';
import { parseAddress } from '../../../../kernel/sys/file/url.js';
import { decodeUtf8 } from '../../../../kernel/sys/file/utf8.js';
import { HASH_BY_DIGITS, HASH_DIGITS } from '../look/hash.js';

export interface FoundHash {
  readonly hsum: string;
  readonly hash_type: string;
}

/** Names a line may end in, or begin with. */
interface Name {
  readonly whole: string;
  /** What a line has to end in. */
  readonly end: string;
  /** Characters one of which stands before that end. */
  readonly before: RegExp;
}

const BLANK = /[ \t\n\r\v\f]/;
const BLANK_OR_PATH = /[ \t\n\r\v\f\\/*]/;

/** The best line: one for `source_hash_name`, else the file's name, else the source's, else the first hash at all. */
export async function extractHash(
  ctx: Context, list: string, type: string, fileName: string, source: string, sourceHashName: string | null,
): Promise<FoundHash | null> {
  const names: (Name | null)[] = [
    sourceHashName ? { whole: sourceHashName, end: sourceHashName, before: BLANK } : null,
    fileName === '' ? null : { whole: fileName, end: basename(fileName), before: BLANK_OR_PATH },
    source === '' ? null : { whole: source, end: sourceName(source), before: BLANK_OR_PATH },
  ];
  const found: (FoundHash | undefined)[] = [];
  let first: FoundHash | undefined;
  const expression = hashExpression(ctx, type);
  for (const raw of textLines(decodeUtf8(await readBytes(ctx.sys, list)))) {
    const line = strip(raw);
    const hsum = expression.exec(line)?.[1] ?? '';
    const hashType = HASH_BY_DIGITS.get(hsum.length);
    if (hashType === undefined) continue;
    const hash = { hsum, hash_type: hashType };
    first ??= hash;
    for (const [at, name] of names.entries()) if (name !== null && isFor(line, name)) found[at] ??= hash;
  }
  return found.find((hash) => hash !== undefined) ?? first ?? null;
}

function sourceName(source: string): string {
  const { host, path } = parseAddress(source);
  return basename(path === '' ? host : path);
}

function hashExpression(ctx: Context, type: string): RegExp {
  const digits = HASH_DIGITS.get(type);
  if (digits === undefined && type !== '') ctx.log.warn({ type }, 'file.extract_hash: unsupported hash_type, any supported one will do');
  const all = [...HASH_DIGITS.values()];
  const length = digits === undefined ? `${Math.min(...all)},${Math.max(...all)}` : String(digits);
  return new RegExp(`(?<![a-z0-9])([a-f0-9]{${length}})(?![a-z0-9])`, 'i');
}

function isFor(line: string, { whole, end, before }: Name): boolean {
  if (line.endsWith(end)) {
    const sign = line.charAt(line.length - end.length - 1);
    return sign !== '' && before.test(sign);
  }
  return line.startsWith(whole) && BLANK.test(line.charAt(whole.length));
}
