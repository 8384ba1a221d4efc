/** What websockets tell with `format_events`: after each event that matters, all jobs or all minions. Source: read, Salt 3008.3. */
import { pythonJson } from '../../kernel/std/python-json.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { FeedEvent } from '../events/feed.js';

const KEPT_MAX = 1000;

export class EventSummary {
  readonly #jobs = new Map<string, PlainMap>();
  readonly #minions = new Map<string, PlainMap>();

  take({ tag, data }: Pick<FeedEvent, 'tag' | 'data'>): string[] {
    const [, kind, jid = '', step = '', id = ''] = tag.split('/');
    if (kind === 'job' && step === 'new') return [this.#newJob(jid, data)];
    if (kind === 'job' && step === 'ret') return this.#returned(jid, id, data);
    if (kind === 'key') return this.#keyChanged(data);
    return kind === 'presence' ? this.#present(data) : [];
  }

  #newJob(jid: string, { minions, fun = null, tgt = null, tgt_type: tgtType = null, _stamp: start = null }: PlainMap): string {
    const expected = Object.fromEntries((isList(minions) ? minions : []).map((id): [string, Value] => [String(id), { success: false }]));
    keep(this.#jobs, jid, { jid, start_time: start, minions: expected, fun, tgt, tgt_type: tgtType, state: 'running' });
    if (fun === 'grains.items') this.#minions.clear();
    return this.#showJobs();
  }

  #returned(jid: string, id: string, { return: value = null, retcode = null, success = null, fun }: PlainMap): string[] {
    const job = this.#jobs.get(jid) ?? {};
    const minions = { ...(isPlainMap(job['minions']) ? job['minions'] : {}), [id]: { return: value, retcode, success } };
    const isDone = Object.values(minions).every((one) => isPlainMap(one) && one['success'] === true);
    keep(this.#jobs, jid, { ...job, minions, ...(isDone ? { state: 'complete' } : {}) });
    if (fun !== 'grains.items') return [this.#showJobs()];
    keep(this.#minions, id, { ...this.#minions.get(id), grains: value });
    return [this.#showJobs(), this.#showMinions()];
  }

  #keyChanged({ act, id }: PlainMap): string[] {
    if (act === 'delete') this.#minions.delete(String(id));
    if (act === 'accept' && !this.#minions.has(String(id))) keep(this.#minions, String(id), {});
    return [this.#showMinions()];
  }

  #present({ present }: PlainMap): string[] {
    const now = new Set(isList(present) ? present.map(String) : []);
    const before = this.#minions.size;
    for (const id of this.#minions.keys()) if (!now.has(id)) this.#minions.delete(id);
    const isChanged = before !== this.#minions.size || [...now].some((id) => !this.#minions.has(id));
    for (const id of now) if (!this.#minions.has(id)) keep(this.#minions, id, {});
    return isChanged ? [this.#showMinions()] : [];
  }

  #showJobs(): string {
    return json({ jobs: Object.fromEntries(this.#jobs) });
  }

  #showMinions(): string {
    return json({ minions: [...this.#minions].map(([id, facts]) => ({ ...facts, id })) });
  }
}

const json = (value: Value): string => pythonJson(value, { indent: null, sortKeys: false }) ?? '{}';

function keep(map: Map<string, PlainMap>, key: string, value: PlainMap): void {
  map.set(key, value);
  if (map.size <= KEPT_MAX) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
