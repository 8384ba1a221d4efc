/**
 * Results, events and jobs as documents of Elasticsearch or OpenSearch.
 *
 * Source: options, indexes and documents: the documentation of Salt 3006; the API (documents without types, `_bulk`): those of
 * Elasticsearch 7 and later and of OpenSearch. Differs: all events of a batch are kept, not only the last; `doc_type` means nothing there.
 */
import { createHash } from 'node:crypto';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { newJid } from '../../kernel/std/time.js';
import { isList, isPlainMap, type PlainMap } from '../../kernel/std/value.js';
import { indexName, resultDocument } from './search/documents.js';
import { getDocument, putDocument, putDocuments } from './search/server.js';
import { jsonOf } from './shared/json.js';
import { flagOption } from './shared/options.js';

async function keepReturn(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const { options, log } = ctx;
  const [fun, jid] = [String(ret['fun'] ?? ''), String(ret['jid'] ?? '')];
  const unwanted = options['functions_blacklist'];
  if (isList(unwanted) && unwanted.includes(fun)) {
    log.info({ jid, fun }, 'not given to Elasticsearch: the function is in functions_blacklist');
    return;
  }
  if ((ret['return'] ?? null) === null && (ret['data'] ?? null) === null) {
    log.info({ jid, fun }, 'not given to Elasticsearch: there is no result');
    return;
  }
  const flag = (name: string): boolean => flagOption(options, name);
  const wanted = { dated: flag('index_date'), counted: flag('states_count'), ordered: flag('states_order_output'), single: flag('states_single_index') };
  const { index, body } = resultDocument(ret, wanted, new Date(ctx.sys.now()));
  await putDocument(index, `${jid}-${String(ret['id'] ?? '')}`, body, ctx);
}

async function keepEvents(events: readonly Readonly<PlainMap>[], ctx: ReturnerContext): Promise<void> {
  const { options } = ctx;
  const index = indexName(String(options['master_event_index']), flagOption(options, 'index_date'), new Date(ctx.sys.now()));
  const documents = events.map(({ tag = '', data = '' }) => {
    const body = { tag, data };
    // The same event has the same id, so that a second copy is no other document.
    return [createHash('sha256').update(jsonOf(body, 'elasticsearch')).digest('hex'), body] as const;
  });
  await putDocuments(index, documents, ctx);
}

export default defineReturner({
  name: 'elasticsearch_return',
  serves: 'elasticsearch',
  doc: 'Results, events and jobs as documents of Elasticsearch or OpenSearch.',
  options: {
    hosts: { doc: 'a list of host:port, or addresses' },
    host: { doc: 'one of these' },
    use_ssl: { doc: 'true: https for hosts without a scheme', default: false },
    verify_certs: { doc: 'false: any certificate of the server will do', default: true },
    ca_certs: { doc: 'a file of trusted certificates' },
    http_auth: { doc: 'user and password, as a list or with a colon' },
    username: { doc: 'to log in with' },
    password: { doc: 'to log in with' },
    api_key: { doc: 'to log in with, in place of both' },
    timeout: { doc: 'seconds to wait for each answer', default: 10 },
    functions_blacklist: { doc: 'functions whose results are left out', default: [] },
    index_date: { doc: 'true: an index for each day', default: false },
    master_event_index: { doc: 'index of events', default: 'salt-master-event-cache' },
    master_job_cache_index: { doc: 'index of jobs', default: 'salt-master-job-cache' },
    number_of_shards: { doc: 'of a new index', default: 1 },
    number_of_replicas: { doc: 'of a new index', default: 0 },
    states_count: { doc: 'true: with the numbers of states that succeeded and failed', default: false },
    states_order_output: { doc: 'true: keys of states begin with the number of their run', default: false },
    states_single_index: { doc: 'true: one index for all functions that run states', default: false },
  },
  returner: keepReturn,
  eventReturn: keepEvents,
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
  saveLoad: (jid, load, _minions, ctx) => putDocument(String(ctx.options['master_job_cache_index']), jid, { jid, load }, ctx),
  async getLoad(jid, ctx) {
    const load = (await getDocument(String(ctx.options['master_job_cache_index']), jid, ctx))?.['load'];
    return isPlainMap(load) ? load : {};
  },
});
