import assert from 'node:assert/strict';
import { test } from 'node:test';
import { returnerOptions } from '../../../../src/kernel/loader/returner-options.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { neverAborted, testHost } from '../../../support/module-host.js';

const plugin = {
  name: 'mail_return', serves: 'mail', profile: { option: 'profile', options: ['host', 'user'] },
  options: { host: { doc: 'h', default: 'localhost' }, port: { doc: 'p' }, user: { doc: 'u', key: 'login' }, profile: { doc: 'f' } },
};

const cases: { title: string; opts?: PlainMap; pillar?: PlainMap; ret?: PlainMap; wanted: PlainMap }[] = [
  { title: 'defaults only', wanted: { host: 'localhost' } },
  { title: 'plain names and a map; the map wins', opts: { 'mail.host': 'a', 'mail.port': 1, mail: { host: 'b' } }, wanted: { host: 'b', port: 1 } },
  { title: 'another name in the configuration', opts: { 'mail.login': 'me' }, wanted: { host: 'localhost', user: 'me' } },
  { title: 'what is empty is not configured', opts: { 'mail.host': '' }, wanted: { host: 'localhost' } },
  { title: 'pillar counts where the configuration has nothing', pillar: { mail: { host: 'p' } }, wanted: { host: 'p' } },
  {
    title: 'an alternative configuration, else the usual one', opts: { 'mail.host': 'a', 'mail.port': 1, 'other.mail.host': 'o' }, ret: { ret_config: 'other' },
    wanted: { host: 'o', port: 1 },
  },
  { title: 'an alternative configuration as a map', opts: { 'mail.host': 'a', 'other.mail': { host: 'm' } }, ret: { ret_config: 'other' }, wanted: { host: 'm' } },
  {
    title: 'arguments win', opts: { 'mail.host': 'a' }, ret: { ret_kwargs: { host: 'k', more: [1] } }, wanted: { host: 'k', more: [1] },
  },
  {
    title: 'a profile has the options that it may have; what it lacks is None', opts: { 'mail.profile': 'mine', mine: { 'mail.host': 'x', 'mail.port': 9 } },
    wanted: { host: 'x', user: null, profile: 'mine' },
  },
];

for (const { title, opts = {}, pillar = {}, ret = {}, wanted } of cases) {
  test(`options of a returner: ${title}`, async () => {
    const host = await testHost({ opts, pillar: () => pillar });
    assert.deepEqual(await returnerOptions(plugin, host.context('mail_return', { signal: neverAborted() }), ret), wanted);
  });
}
