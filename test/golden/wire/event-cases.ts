/** Frames of the event sockets. */
import assert from 'node:assert/strict';
import { decodeBus, encodeBus, MapSplitter } from '../../../src/bus/codec/codec.js';
import { decodeEventBody, encodeEventBody, encodeEventFrame, encodePushFrame } from '../../../src/bus/event/frame.js';
import type { CaseList } from './case-list.js';
import { bytesOf, type RecordedEvent } from './recordings.js';
import { bytesAt, equalBytes, equalsView, fieldAt } from './view.js';

export interface RecordedPush {
  readonly body_b64: string;
  readonly frame_b64: string;
}

const STREAM_BYTES_MAX = 16 * 1024 * 1024;
const LENGTH_BYTES = 4;

export function eventCases(id: string, recorded: RecordedEvent, list: CaseList): void {
  const frame = bytesOf(recorded.frame_b64);
  list.check(`${id}/event frame`, () => {
    const decoded = decodeBus(frame);
    equalsView(fieldAt(decoded, 'head') ?? null, recorded.head);
    const event = decodeEventBody(bytesAt(decoded, 'body'));
    assert.equal(event.tag, recorded.tag);
    equalsView(event.data, recorded.data);
  });
  list.check(`${id}/event frame is encoded again to the same bytes`, () => {
    equalBytes(encodeBus(decodeBus(frame)), frame);
    equalBytes(encodeEventFrame(decodeEventBody(bytesAt(decodeBus(frame), 'body'))), frame);
  });
}

/** Frames that came through one socket: the splitter finds them again, however the stream is cut. */
export function streamCases(id: string, frames: readonly Buffer[], list: CaseList): void {
  const stream = Buffer.concat(frames);
  for (const size of [1, 7, 1000, stream.length]) {
    list.check(`${id}/stream in pieces of ${size === stream.length ? 'all' : size} bytes`, () => {
      const splitter = new MapSplitter({ bytesMax: STREAM_BYTES_MAX });
      const found: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) found.push(...splitter.push(stream.subarray(at, at + size)));
      assert.equal(found.length, frames.length);
      for (const [at, one] of found.entries()) equalBytes(one, frames[at] as Buffer);
      assert.equal(splitter.pendingBytes, 0);
    });
  }
}

/** The pushing side: the frame of the recorded body with its length in front. */
export function pushCases(id: string, push: RecordedPush, list: CaseList): void {
  const frame = bytesOf(push.frame_b64);
  const body = bytesOf(push.body_b64);
  list.check(`${id}/push frame`, () => {
    assert.equal(frame.readUInt32BE(), frame.length - LENGTH_BYTES);
    equalBytes(bytesAt(decodeBus(frame.subarray(LENGTH_BYTES)), 'body'), body);
  });
  list.check(`${id}/push frame is encoded again to the same bytes`, () => {
    const { tag, data } = decodeEventBody(body);
    equalBytes(encodeEventBody({ tag, data }), body);
    equalBytes(encodePushFrame({ tag, data }), frame);
  });
}
