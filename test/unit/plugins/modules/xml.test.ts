/** Elements are found as Python's ElementTree finds them (recorded from Python 3.11); what is set changes nothing else in the file. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Value } from '../../../../src/kernel/std/value.js';
import xml from '../../../../src/plugins/modules/xml.js';
import { machine } from './machine.js';

const folder = mkdtempSync(join(tmpdir(), 'tsalt-xml-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'a b.xml');

const SOURCE = `<?xml version="1.0"?>
<r xmlns:n="urn:n" v="1">
 <a id="1" n:k="q">x<!--c-->y</a>
 <a id="2"><b>deep</b>tail</a>
 <c><a id="3"/><d xmlns="urn:d"><e>in</e></d><a id="4">z</a></c>
 <n:p>ns</n:p><f><![CDATA[<raw>]]>&#65;</f>
</r>
`;
const first = { id: '1', '{urn:n}k': 'q' };

/** Path, text, attributes; `false`: no such element. */
const FOUND: readonly (readonly [path: string, text: Value, attributes: Value])[] = [
  ['a', 'xy', first], ['./a', 'xy', first], [".//a[@id='3']", null, { id: '3' }], ['c/a', null, { id: '3' }], ['c/a[2]', 'z', { id: '4' }], ['a[last()]', null, { id: '2' }],
  ['a[last()-1]', 'xy', first], ['*', 'xy', first], ['c/*', null, { id: '3' }], ['a[b]', null, { id: '2' }], ["a[b='deep']", null, { id: '2' }], ["a[b='no']", false, false],
  ['.//e', false, false], ['.//{urn:d}e', 'in', {}], ['{urn:n}p', 'ns', {}], ['{*}p', 'ns', {}], [".//a[.='z']", 'z', { id: '4' }], ['c/..', '\n ', { v: '1' }], ['.', '\n ', { v: '1' }],
  ['f', '<raw>A', {}], ["a[@id!='1']", null, { id: '2' }], ['.//b/..', null, { id: '2' }], ['zz', false, false], ['a[@{urn:n}k]', 'xy', first],
];

test('xml.get_value and get_attribute', async () => {
  writeFileSync(file, SOURCE);
  const { call } = machine({ modules: [xml] });
  for (const [path, text, attributes] of FOUND) {
    assert.deepEqual([await call('xml.get_value', [file, path]), await call('xml.get_attribute', [file, path])], [text, attributes], path);
  }
  for (const path of ['', '//a', '/a', 'a//', "a[@id='1'", 'a[', 'a]', './/a[@id=1]']) {
    if (path !== '') await assert.rejects(call('xml.get_value', [file, path]), { message: /is no path of elements$/ }, path);
  }
});

test('xml.set_value and set_attribute', async () => {
  const { call, log } = machine({ modules: [xml] });
  const after = async (fun: string, ...args: Value[]): Promise<string> => {
    writeFileSync(file, SOURCE);
    assert.equal(await call(fun, [file, ...args]), true);
    return readFileSync(file, 'utf8');
  };
  assert.equal(await after('xml.set_value', 'a', 'é < & "'), SOURCE.replace('x<!--c-->y', 'é &lt; &amp; "'));
  assert.equal(await after('xml.set_value', "c/a[@id='3']", 7), SOURCE.replace('<a id="3"/>', '<a id="3">7</a>'));
  assert.equal(await after('xml.set_value', 'a[2]', 'new '), SOURCE.replace('<b>deep', 'new <b>deep'));
  assert.equal(await after('xml.set_attribute', 'a', 'id', 'a"b\n<'), SOURCE.replace('id="1"', 'id="a&quot;b&#10;&lt;"'));
  assert.equal(await after('xml.set_attribute', 'c/a', 'by', true), SOURCE.replace('<a id="3"/>', '<a id="3" by="True"/>'));
  // What it was set to is what is read, whatever stands in it.
  await call('xml.set_value', [file, 'f', "]]> $& $(id) 'x'"]);
  assert.equal(await call('xml.get_value', [file, 'f']), "]]> $& $(id) 'x'");
  for (const fun of ['set_value', 'set_attribute']) assert.equal(await call(`xml.${fun}`, [file, 'zz', 'k', 'v'].slice(0, fun === 'set_value' ? 3 : 4)), false);
  assert.ok(log.every(({ level, text }) => level === 'error' && text.startsWith('Unable to find element matching')));
  await assert.rejects(call('xml.set_attribute', [file, 'a', 'a b="c" d', 'x']), { message: /is no name of an attribute$/ });
});

test('xml: encodings, and what is no XML', async () => {
  const { call } = machine({ modules: [xml] });
  writeFileSync(file, Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>\u00e4</a>', 'latin1'));
  assert.equal(await call('xml.get_value', [file, '.']), 'ä');
  await call('xml.set_value', [file, '.', 'ö€']);
  assert.equal(readFileSync(file, 'latin1'), '<?xml version="1.0" encoding="ISO-8859-1"?><a>\u00f6&#8364;</a>');
  for (const text of ['', 'x', '<a>', '<a></b>', '<a/><b/>', '<a b=c/>', '<a>&nbsp;</a>', '<a>&</a>', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', '<?xml version="1.0" encoding="EBCDIC"?><a/>']) {
    writeFileSync(file, text);
    await assert.rejects(call('xml.get_value', [file, '.']), { code: 'job.command_failed' }, text);
  }
  await assert.rejects(call('xml.get_value', [join(folder, 'none'), '.']), { message: /^Unable to read .*none: No such file or directory$/ });
});
