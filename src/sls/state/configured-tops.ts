/** Top data of the sources that the configuration names (`master_tops`), merged. A source that fails is told of and left out. */
import type { Logger } from '../../kernel/contract/log.js';
import type { TopsRequest } from '../../kernel/contract/tops.js';
import type { ModuleHost } from '../../kernel/loader/module-host.js';
import { updateMap } from '../../kernel/std/merge.js';
import { isMap, isPlainMap, type PlainMap } from '../../kernel/std/value.js';

/** Longest that one source may take. */
const SOURCE_MS = 120_000;

export interface TopsParts {
  readonly opts: Readonly<PlainMap>;
  readonly log: Logger;
  readonly host: Pick<ModuleHost, 'load' | 'context'>;
}

/** Source: read, Salt 3008.3 `_master_tops`. */
export async function configuredTops({ opts, log, host }: TopsParts, request: TopsRequest): Promise<PlainMap> {
  const sources = isPlainMap(opts['master_tops']) ? Object.keys(opts['master_tops']).sort() : [];
  let tops: PlainMap = {};
  for (const name of sources) {
    try {
      const plugin = await host.load('tops', name);
      if (plugin === undefined) {
        log.warn({ source: name }, 'master_tops names a source that is not here');
        continue;
      }
      const found = await plugin.top(request, host.context(name, { signal: AbortSignal.timeout(SOURCE_MS) }));
      if (isMap(found)) tops = updateMap(tops, found, { mergeLists: true }) as PlainMap;
    } catch (err) {
      log.error({ err, source: name, id: request.opts['id'] }, 'source of top data failed');
    }
  }
  return tops;
}
