/**
 * `_minion_event`: events of a minion on the master's bus.
 *
 * Source: wire-protocol section 7; golden events/event-send, minion-start.
 * Differs: tags that belong to the master or to another minion are refused in both forms (real Salt filters only lists).
 */
import type { Logger } from '../../../kernel/contract/log.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { PROGRESS_TAG, readProgress, type JobProgress } from '../../../bus/wire/job-progress.js';
import type { EventBus } from '../../../bus/event/bus.js';
import { reply, SIZES, type MinionCommand } from '../../requests/command.js';

export interface EventParts {
  readonly bus: EventBus;
  /** Called with the grains that came along. */
  readonly onGrains: (id: string, grains: PlainMap) => void;
  /** Called with what our minion tells of its jobs; it is no event. False when the job is not the minion's. */
  readonly onProgress: (id: string, progress: JobProgress) => boolean;
  readonly log: Logger;
}

/** Tags only the master fires; `ret` and `sub` are fired for what comes by `_return`, where the id is proven. */
const RESERVED = [
  /^salt\/job\/[^/]*\/(publish|new|return|ret|sub)(\/|$)/, /^salt\/(key|auth|presence|cluster|stats|syndic|batch)(\/|$)/,
  /^tsalt\/job\//, /^salt\/run\//, /^salt\/cloud\//, /^salt\/wheel\/[^/]*\/(new|return|ret)(\/|$)/, /^(key|minion\/refresh\/|resource\/refresh\/|syndic\/)/,
];
/** Tags that name a minion: only that minion may use them. */
const OWNED = [/^salt\/job\/[^/]*\/(?:prog|start)\/([^/]+)/, /^salt\/minion\/([^/]+)\//, /^salt\/beacon\/([^/]+)\//];
const TAG_CHARS_MAX = 1024;
const TAG_CHARS_SHOWN = 100;
/** Events in one request; the rest is dropped, with a line in the log. */
const EVENTS_MAX = 5000;

export function eventCommand(parts: EventParts): MinionCommand {
  return {
    name: '_minion_event', from: 'minion', bytesMax: SIZES.medium,
    rule: 'An accepted minion; tags of the master and of other minions are refused',
    run(load, sender) {
      if (isPlainMap(load['grains'])) parts.onGrains(sender.id, load['grains']);
      const fire = (tag: Value | undefined, data: PlainMap): void => {
        if (typeof tag === 'string' && mayFire(tag, sender.id)) {
          // What the error says may be anything: it is on the bus, not in the log.
          if (tag === '_salt_error') parts.log.error({ id: sender.id }, 'error on a minion: see the event _salt_error');
          parts.bus.fire(tag, isOwned(tag) ? { ...data, id: sender.id } : data);
        } else parts.log.warn({ id: sender.id, tag: shownTag(tag) }, 'event refused: its tag is not the minion\'s to use');
      };
      if (isList(load['events'])) {
        if (load['events'].length > EVENTS_MAX) parts.log.warn({ id: sender.id, events: load['events'].length, taken: EVENTS_MAX }, 'too many events at once');
        for (const event of load['events'].slice(0, EVENTS_MAX)) {
          if (!isPlainMap(event)) continue;
          const data = isPlainMap(event['data']) ? event['data'] : { data: event['data'] ?? null };
          fire(prefixed(load['pretag'], event['tag']), data);
        }
      } else if (load['tag'] === PROGRESS_TAG) takeProgress(parts, sender.id, load['data']);
      else fire(load['tag'], load);
      return Promise.resolve(reply(null));
    },
  };
}

function takeProgress({ onProgress, log }: EventParts, id: string, data: Value | undefined): void {
  const foreign = readProgress(data).filter((progress) => !onProgress(id, progress)).length;
  if (foreign > 0) log.warn({ id, jobs: foreign }, 'progress refused: of jobs that were not published to the minion');
}

function prefixed(pretag: Value | undefined, tag: Value | undefined): Value | undefined {
  return typeof pretag === 'string' && pretag !== '' ? `${pretag}/${typeof tag === 'string' ? tag : ''}` : tag;
}

const isOwned = (tag: string): boolean => OWNED.some((pattern) => pattern.test(tag));
const shownTag = (tag: Value | undefined): string => (typeof tag === 'string' ? tag.slice(0, TAG_CHARS_SHOWN) : '[no text]');

export function mayFire(tag: string, id: string): boolean {
  if (tag === '' || tag.length > TAG_CHARS_MAX || tag.includes('\n')) return false;
  if (RESERVED.some((pattern) => pattern.test(tag))) return false;
  return OWNED.every((pattern) => {
    const owner = pattern.exec(tag)?.[1];
    return owner === undefined || owner === id;
  });
}
