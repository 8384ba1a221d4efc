/**
 * `_minion_event`: events of a minion on the master's bus.
 *
 * Source: wire-protocol section 7; golden events/event-send, minion-start.
 * Differs: tags that belong to the master or to another minion are refused in both forms (real Salt filters only lists), and an `id` in the
 * data is that of the sender.
 */
import type { Logger } from '../../../kernel/contract/log.js';
import { stampNow } from '../../../kernel/std/time.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { PROGRESS_TAG, readProgress, type JobProgress } from '../../../bus/wire/job-progress.js';
import type { EventBus } from '../../../bus/event/bus.js';
import type { Bounds } from '../../requests/bounds.js';
import { BOUNDS } from '../../requests/bounds.data.js';
import { reply, SIZES, type MinionCommand } from '../../requests/command.js';
import { SeldomLog } from '../../requests/seldom-log.js';
import { tagKind } from './event-tags.js';

export interface EventParts {
  readonly bus: EventBus;
  /** Called with the grains that came along. */
  readonly onGrains: (id: string, grains: PlainMap) => void;
  /** Called with what our minion tells of its jobs; it is no event. False when the job is not the minion's. */
  readonly onProgress: (id: string, progress: JobProgress) => boolean;
  readonly bounds: Bounds;
  /** Resolves when what was told by `onProgress` is stored: then the minion need not tell it again. */
  readonly progressStored: () => Promise<void>;
  /** Whether a job was published to the minion: only then an event of the minion can come of it. */
  readonly isJobOf: (jid: string, id: string) => boolean;
  readonly log: Logger;
}

const TAG_CHARS_SHOWN = 100;

export function eventCommand(parts: EventParts): MinionCommand {
  const seldom = new SeldomLog(parts.log);
  return {
    name: '_minion_event', from: 'minion', bytesMax: SIZES.medium,
    rule: 'An accepted minion; tags of the master and of other minions are refused',
    async run(load, sender) {
      if (isPlainMap(load['grains'])) parts.onGrains(sender.id, load['grains']);
      const fire = (tag: Value | undefined, data: PlainMap): void => {
        const kind = typeof tag === 'string' ? tagKind(tag, sender.id) : 'refused';
        if (typeof tag !== 'string' || kind === 'refused') {
          seldom.warn(sender.id, { tag: shownTag(tag) }, 'event refused: its tag is not the minion\'s to use');
          return;
        }
        // What the error says may be anything: it is on the bus, not in the log.
        if (tag === '_salt_error') seldom.warn(sender.id, {}, 'error on a minion: see the event _salt_error');
        // Whoever reads an event takes `id` for the minion it came from.
        const { data: inner } = data;
        const jid = isPlainMap(inner) ? inner['__pub_jid'] : undefined;
        const cause = typeof jid === 'string' && parts.isJobOf(jid, sender.id) ? jid : undefined;
        // The maps were made for this request: they may be added to.
        if ((kind === 'own' || 'id' in data) && data['id'] !== sender.id) data['id'] = sender.id;
        if (!('_stamp' in data)) data['_stamp'] = stampNow();
        parts.bus.fire(tag, data, cause);
      };
      if (isList(load['events'])) {
        const { length } = load['events'];
        if (length > BOUNDS.eventsInRequest) parts.bounds.hit('events_in_request', { id: sender.id, events: length });
        for (const event of load['events'].slice(0, BOUNDS.eventsInRequest)) {
          if (!isPlainMap(event)) continue;
          const data = isPlainMap(event['data']) ? event['data'] : { data: event['data'] ?? null };
          fire(prefixed(load['pretag'], event['tag']), data);
        }
      } else if (load['tag'] === PROGRESS_TAG) await takeProgress(parts, sender.id, load['data']);
      else fire(load['tag'], load);
      return reply(null);
    },
  };
}

async function takeProgress({ onProgress, progressStored, log }: EventParts, id: string, data: Value | undefined): Promise<void> {
  const foreign = readProgress(data).filter((progress) => !onProgress(id, progress)).length;
  if (foreign > 0) log.warn({ id, jobs: foreign }, 'progress refused: of jobs that were not published to the minion');
  await progressStored();
}

function prefixed(pretag: Value | undefined, tag: Value | undefined): Value | undefined {
  return typeof pretag === 'string' && pretag !== '' ? `${pretag}/${typeof tag === 'string' ? tag : ''}` : tag;
}

const shownTag = (tag: Value | undefined): string => (typeof tag === 'string' ? tag.slice(0, TAG_CHARS_SHOWN) : '[no text]');
