/** One block of a PEM text, written anew with lines of 64 signs. */
import { InvocationError } from '../../../kernel/contract/errors.js';

const LINE = 64;
const BOUND = '-----';
const ANY_TYPE = '[0-9A-Z ]+';
/** What a type may be made of: it becomes part of a pattern. */
const TYPE = /^[A-Za-z0-9 ()?:|]*$/;

/** A block that lost its ends of lines, as values of grains and of the mine do. */
function broken(text: string): string {
  const lines: string[] = [];
  for (let rest = text; rest.length > 0; rest = rest.slice(lines.at(-1)?.length)) {
    if (rest.startsWith(BOUND)) lines.push(rest.slice(0, rest.indexOf(BOUND, BOUND.length) + BOUND.length));
    else lines.push(rest.slice(0, LINE).includes('-') ? rest.slice(0, rest.indexOf('-')) : rest.slice(0, LINE));
  }
  return lines.join('\n');
}

/** @throws InvocationError with Salt's text */
export function pemEntry(source: string, type: string | null): string {
  const spread = source.replaceAll(String.raw`\n`, '\n');
  const text = !spread.includes('\n') && spread.startsWith(BOUND) && spread.endsWith(BOUND) ? broken(spread) : spread;
  const wanted = type ?? ANY_TYPE;
  if (type !== null && !TYPE.test(type)) throw new InvocationError(`'${type}' is not a type of PEM entries`);
  const pattern = String.raw`(?<begin>-----BEGIN ${wanted}-----)\s+(?:(?<type>Proc-Type: 4,ENCRYPTED)\s*)?(?:(?<info>DEK-Info: [0-9A-Z\-]+,[0-9A-F]+)\s*)?(?<body>[^-]+?)\s+(?<end>-----END ${wanted}-----)`;
  const found = new RegExp(pattern).exec(text)?.groups;
  if (found === undefined) throw new InvocationError(type === null ? `PEM text not valid:\n${text}` : `PEM does not contain a single entry of type ${type}:\n${text}`);
  const { begin = '', type: procType, info, body = '', end = '' } = found;
  const lines = body.replaceAll(/\s/g, '').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return [begin, ...(procType === undefined ? [] : [procType]), ...(info === undefined ? [] : [info, '']), ...lines, end, ''].join('\n');
}
