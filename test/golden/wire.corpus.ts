/**
 * The recordings of the wire protocol: codec, envelope, keys, frames. Exchanges, publications and events are found wherever
 * they stand in a file, so a new recording of the same form needs nothing here.
 */
import { readCases, type CaseResult, type Corpus } from './corpus.js';
import { CaseList } from './wire/case-list.js';
import { crypticleCases, rsaCases, type CrypticleFile, type RsaFile } from './wire/crypto-cases.js';
import { eventCases, pushCases, streamCases, type RecordedPush } from './wire/event-cases.js';
import { miscCases, type MiscFile } from './wire/misc-cases.js';
import { msgpackCases, type MsgpackFile } from './wire/msgpack-cases.js';
import { publicationCases, subscriptionCases } from './wire/publication-cases.js';
import {
  bytesOf, isJsonMap, KeyRing, type Json, type JsonMap, type RecordedEvent, type RecordedExchange, type RecordedPublication,
} from './wire/recordings.js';
import { replyCases } from './wire/reply-cases.js';
import { requestCases } from './wire/request-cases.js';
import { tcpCases, type TcpFile } from './wire/tcp-cases.js';

export const corpus: Corpus = {
  name: 'wire',
  run(dir: string): CaseResult[] {
    const list = new CaseList('wire');
    const keys = new KeyRing(dir);
    for (const { file, content } of readCases(dir)) fileCases(file, content, keys, list);
    return list.results;
  },
};

function fileCases(file: string, content: unknown, keys: KeyRing, list: CaseList): void {
  switch (file) {
    case 'keys': return;
    case 'msgpack': return msgpackCases(content as MsgpackFile, list);
    case 'crypticle': return crypticleCases(content as CrypticleFile, list);
    case 'rsa': return rsaCases(content as RsaFile, keys, list);
    case 'misc': return miscCases(content as MiscFile, list);
    case 'tcp': return tcpCases(content as TcpFile, keys, list);
    default: return recordCases(file, content as Json, keys, list);
  }
}

/** Walks a file and checks every record it knows by its fields. The id of a record is its place, by name where it has one. */
function recordCases(id: string, value: Json, keys: KeyRing, list: CaseList): void {
  if (Array.isArray(value)) {
    eventStream(id, value as readonly Json[], list);
    for (const [at, item] of (value as readonly Json[]).entries()) recordCases(`${id}/${nameOf(item, at)}`, item, keys, list);
    return;
  }
  if (!isJsonMap(value)) return;
  if (isJsonMap(value['request']) && 'reply' in value) {
    const exchange = value as unknown as RecordedExchange;
    requestCases(id, exchange, keys, list);
    replyCases(id, exchange, keys, list);
  } else if (Array.isArray(value['frames_b64'])) {
    publicationCases(id, value as unknown as RecordedPublication, keys, list);
  } else if (value['op'] === 'subscribe') {
    subscriptionCases(id, String(value['topic']), keys, list);
  } else if (isEvent(value)) {
    eventCases(id, value as unknown as RecordedEvent, list);
  } else {
    if ('body_b64' in value && 'frame_b64' in value) pushCases(id, value as unknown as RecordedPush, list);
    for (const [name, item] of Object.entries(value)) recordCases(`${id}/${name}`, item, keys, list);
  }
}

const isEvent = (value: JsonMap): boolean => typeof value['frame_b64'] === 'string' && typeof value['tag'] === 'string';

/** Events that were read from one socket, one after the other. */
function eventStream(id: string, items: readonly Json[], list: CaseList): void {
  const events = items.filter((item): item is JsonMap => isJsonMap(item) && isEvent(item));
  if (events.length > 1) streamCases(id, events.map((event) => bytesOf(String(event['frame_b64']))), list);
}

/** Name, step or command line of a record, else its number. */
function nameOf(item: Json, at: number): string {
  if (!isJsonMap(item)) return String(at);
  for (const key of ['name', 'step']) if (typeof item[key] === 'string') return item[key];
  const cli = isJsonMap(item['cli']) ? item['cli']['argv'] : undefined;
  if (Array.isArray(cli)) return `${at} ${cli.join(' ')}`;
  return typeof item['cmd'] === 'string' ? `${at} ${item['cmd']}` : String(at);
}
