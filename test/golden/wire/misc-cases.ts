/** misc.json: topics, socket names, job ids, job folders, tags. */
import assert from 'node:assert/strict';
import { eventSocketHash, isHashType, jobFolder, minionTopic } from '../../../src/bus/crypto/digest.js';
import { isJid } from '../../../src/kernel/contract/jid.js';
import { tagOf } from '../../../src/kernel/contract/tag.js';
import { jidToTime } from '../../../src/kernel/std/time.js';
import type { CaseList } from './case-list.js';

export interface MiscFile {
  readonly topics: readonly { readonly id: string; readonly topic: string }[];
  readonly minion_event_sockets: readonly { readonly id: string; readonly hash10: string }[];
  readonly is_jid: readonly { readonly jid: unknown; readonly is_jid: boolean }[];
  readonly jid_to_time: readonly { readonly jid: string; readonly time: string }[];
  readonly jid_dir: readonly { readonly jid: string; readonly hash_type: string; readonly dir: string }[];
  readonly tags: readonly { readonly call: readonly [string | readonly string[], string]; readonly tag: string }[];
}

export function miscCases(file: MiscFile, list: CaseList): void {
  for (const { id, topic } of file.topics) list.check(`misc/topic ${id}`, () => assert.equal(minionTopic(id), topic));
  for (const { id, hash10 } of file.minion_event_sockets) {
    list.check(`misc/event socket ${id}`, () => assert.equal(eventSocketHash(id), hash10));
  }
  for (const { jid, is_jid } of file.is_jid) {
    list.check(`misc/is_jid ${JSON.stringify(jid)}`, () => assert.equal(isJid(jid), is_jid));
  }
  for (const { jid, time } of file.jid_to_time) list.check(`misc/jid_to_time ${jid}`, () => assert.equal(jidToTime(jid), time));
  for (const { jid, hash_type, dir } of file.jid_dir) {
    list.check(`misc/jid_dir ${hash_type} ${jid}`, () => {
      assert.ok(isHashType(hash_type));
      assert.equal(jobFolder(jid, hash_type), dir);
    });
  }
  for (const { call: [suffix, area], tag } of file.tags) {
    list.check(`misc/tag ${tag}`, () => assert.equal(tagOf(area, ...(typeof suffix === 'string' ? [suffix] : suffix)), tag));
  }
}
