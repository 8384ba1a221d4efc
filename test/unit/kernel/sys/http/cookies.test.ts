import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCookies, writeCookies } from '../../../../../src/kernel/sys/http/cookie-file.js';
import { CookieJar } from '../../../../../src/kernel/sys/http/cookies.js';

const NOW = Date.UTC(2026, 0, 1);
const jarOf = (url: string, ...lines: string[]): CookieJar => {
  const jar = new CookieJar();
  jar.take(lines, new URL(url), NOW);
  return jar;
};
const sent = (jar: CookieJar, url: string, atMs = NOW): string => jar.headerFor(new URL(url), atMs);

/** Line that a server at http://a.site.example/dir/page sets; where it is sent. */
const CASES: readonly (readonly [string, Readonly<Record<string, boolean>>])[] = [
  ['n=v', { 'http://a.site.example/dir/x': true, 'http://a.site.example/other': false, 'http://site.example/dir/x': false, 'http://b.a.site.example/dir/x': false }],
  ['n=v; Path=/', { 'http://a.site.example/other': true, 'https://a.site.example/': true }],
  ['n=v; Path=/o', { 'http://a.site.example/o': true, 'http://a.site.example/o/p': true, 'http://a.site.example/other': false }],
  ['n=v; Path=/; Domain=site.example', { 'http://a.site.example/': true, 'http://site.example/': true, 'http://b.site.example/': true, 'http://evilsite.example/': false }],
  ['n=v; Path=/; Domain=.a.site.example', { 'http://x.a.site.example/': true, 'http://site.example/': false }],
  ['n=v; Path=/; Domain=other.example', { 'http://other.example/': false, 'http://a.site.example/': false }],
  ['n=v; Path=/; Domain=example', { 'http://a.site.example/': false, 'http://x.example/': false }],
  ['n=v; Path=/; Secure', { 'http://a.site.example/': false, 'https://a.site.example/': true }],
  ['n=v; Path=/; Max-Age=0', { 'http://a.site.example/': false }],
  ['n=v; Path=/; Expires=Thu, 01-Jan-2026 00:00:01 GMT', { 'http://a.site.example/': true }],
  [`n=${'v'.repeat(9000)}; Path=/`, { 'http://a.site.example/': false }],
  ['n=v; Path=/; Domain=localhost', { 'http://localhost/': false }],
  ['=v; Path=/', { 'http://a.site.example/': false }],
];
for (const [line, places] of CASES) {
  test(`a cookie goes where it may: ${line.slice(0, 60)}`, () => {
    const jar = jarOf('http://a.site.example/dir/page', line);
    for (const [url, isSent] of Object.entries(places)) assert.equal(sent(jar, url) !== '', isSent, url);
  });
}

test('a host without a dot is named as Python does', () => {
  const jar = jarOf('http://localhost/', 'n=v; Max-Age=9');
  assert.equal(jar.lasting(NOW)[0]?.domain, 'localhost.local');
  assert.equal(sent(jar, 'http://localhost:8080/'), 'n=v');
});

test('a later cookie of a name takes the place of the first, or removes it; longer paths are sent first', () => {
  const jar = jarOf('http://h.example/', 'a=1; Path=/', 'b=2; Path=/dir', 'a=3; Path=/', 'c=4; Path=/; Max-Age=100', 'd=5; Path=/');
  jar.take(['d=; Path=/; Max-Age=-1'], new URL('http://h.example/'), NOW);
  assert.equal(sent(jar, 'http://h.example/dir'), 'b=2; a=3; c=4');
  assert.equal(sent(jar, 'http://h.example/', NOW + 200_000), 'a=3');
  assert.deepEqual(jar.lasting(NOW).map(({ name }) => name), ['c']);
});

test('files say the same when they are read again; other lines are passed over', () => {
  const jar = jarOf('http://h.example/a/b', 'q="x\\y z"; Max-Age=100; Path=/; Secure; HttpOnly', 'r=1; Max-Age=100; Domain=h.example; Path=/a');
  for (const format of ['lwp', 'mozilla'] as const) {
    const text = writeCookies(jar.lasting(NOW), format);
    assert.deepEqual(readCookies(`${text}\n# a remark\nSet-Cookie9: x\n`, format, 'f'), jar.lasting(NOW), text);
  }
  assert.equal(writeCookies(jar.lasting(NOW), 'lwp').split('\n')[2], 'Set-Cookie3: r=1; path="/a"; domain=".h.example"; path_spec; domain_dot; expires="2026-01-01 00:01:40Z"; version=0');
});
