import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRefspecs, GitError, isRefName, readGitAddress, shownAddress } from '../../../../../src/kernel/sys/git/url.js';

const allowed = [
  { url: '/srv/git/a.git', protocol: 'file', server: '', user: '', password: undefined, given: '/srv/git/a.git' },
  { url: 'file:///srv/git/a.git', protocol: 'file', server: '', user: '', password: undefined, given: 'file:///srv/git/a.git' },
  { url: 'https://git.example.org:8443/a.git', protocol: 'https', server: 'git.example.org:8443', user: '', password: undefined, given: 'https://git.example.org:8443/a.git' },
  { url: 'https://me@git.example.org/a.git', protocol: 'https', server: 'git.example.org', user: 'me', password: undefined, given: 'https://me@git.example.org/a.git' },
  { url: 'https://me:p%40ss@git.example.org/a.git', protocol: 'https', server: 'git.example.org', user: 'me', password: 'p@ss', given: 'https://me@git.example.org/a.git' },
  { url: 'ssh://git@git.example.org:2222/a.git', protocol: 'ssh', server: 'git.example.org:2222', user: 'git', password: undefined, given: 'ssh://git@git.example.org:2222/a.git' },
  { url: 'git@git.example.org:team/a.git', protocol: 'ssh', server: 'git.example.org', user: 'git', password: undefined, given: 'git@git.example.org:team/a.git' },
  { url: 'git://git.example.org/a.git', protocol: 'git', server: 'git.example.org', user: '', password: undefined, given: 'git://git.example.org/a.git' },
];

for (const { url, protocol, server, user, password, given } of allowed) {
  test(`readGitAddress() takes ${shownAddress(url)}`, () => {
    const read = readGitAddress(url);
    assert.deepEqual([read.protocol, read.server, read.user, read.password, read.url], [protocol, server, user, password, given]);
  });
}

const refused = [
  '', '--upload-pack=touch /tmp/x', '-u./payload', 'ext::sh -c id', 'ext::sh', 'fd::17', 'a::b', 'ssh://-oProxyCommand=id/a', 'ssh://me@-oProxyCommand=id/a',
  '-oProxyCommand=id:a', 'git@-oProxyCommand=id:a', 'git@example.org:-a', 'ssh://example.org/-a', 'relative/path', './x', 'ftp://example.org/a', 'https:///a', 'file://host/a',
  'https://example.org/a b', 'https://example.org/a\nb', 'https://example.org/\0', 'ssh://me:secret@example.org/a', 'https://me:%zz@example.org/a',
  `https://example.org/${'a'.repeat(5000)}`,
];

for (const url of refused) {
  test(`readGitAddress() refuses ${JSON.stringify(url.slice(0, 60))} and shows no login`, () => {
    assert.throws(() => readGitAddress(url), (error: unknown) => error instanceof GitError && !error.message.includes('secret') && !error.message.includes('%zz@'));
  });
}

test('shownAddress() leaves the login out', () => {
  assert.equal(shownAddress('https://me:secret@example.org/a'), 'https://<redacted>@example.org/a');
});

test('checkRefspecs() takes branches, tags and requests, and no options or commands', () => {
  const good = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*', 'refs/pull/*/head:refs/remotes/origin/pr/*'];
  assert.deepEqual(checkRefspecs(good), good);
  for (const bad of ['--upload-pack=id', 'refs/heads/a', '+refs/heads/*:refs/heads/*', '+refs/heads/../x:refs/tags/x', ':refs/tags/x', 'refs/heads/a b:refs/tags/a']) {
    assert.throws(() => checkRefspecs([bad]), GitError, bad);
  }
});

test('isRefName() refuses what git reads as something else', () => {
  for (const good of ['main', 'feature/x', 'v1.0', 'ünï']) assert.ok(isRefName(good), good);
  for (const bad of ['', '-x', '--all', 'a..b', 'a:b', 'a^', 'a~1', 'a@{1}', '../a', '/a', 'a/', 'a.lock', 'a b', 'a\0', 'a*', '.a', 'a/.b']) assert.ok(!isRefName(bad), bad);
});
