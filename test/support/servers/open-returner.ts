/** A returner as a minion has it, with a log that is kept. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Ports } from '../../../src/kernel/contract/ports.js';
import { createSys } from '../../../src/kernel/sys/sys.js';
import type { OpenReturner } from '../../../src/kernel/loader/open-returner.js';
import type { ModuleHost } from '../../../src/kernel/loader/module-host.js';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { listeningLog, testHost, type LogLine } from '../module-host.js';

export interface Opened {
  readonly returner: OpenReturner;
  readonly host: ModuleHost;
  readonly lines: readonly LogLine[];
}

export async function openReturner(root: string, name: string, opts: PlainMap, { grains = {}, ports = {} }: { grains?: PlainMap; ports?: Partial<Ports> } = {}): Promise<Opened> {
  const log = listeningLog();
  const host = await testHost({ sys: createSys(), log, grains: () => grains, ports, opts: { cachedir: mkdtempSync(join(root, 'c-')), id: 'web1', ...opts } });
  const returner = await host.returner(name);
  if (returner === undefined) throw new Error(`There is no returner ${name}`);
  return { returner, host, lines: log.lines };
}

/** A result as a job gives it. */
export const result = (more: PlainMap = {}): PlainMap => ({
  cmd: '_return', id: 'web1', jid: '20260102030405678901', fun: 'test.echo', fun_args: ['a'], return: 'a', retcode: 0, success: true, ...more,
});
