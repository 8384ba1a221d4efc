/** Results of tests, as a list for people and as JUnit's XML for continuous integration. Source: read, Salt 3008.3 and junit_xml 1.9. */
import { floatOf, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { sortedTexts } from '../../../kernel/std/python-order.js';

/** Results by test, by state. */
export type Results = ReadonlyMap<string, ReadonlyMap<string, PlainMap>>;

const DIGITS = 10_000;
const statusOf = (result: PlainMap): string => String(result['status']);
const allOf = (results: Results): PlainMap[] => [...results.values()].flatMap((tests) => [...tests.values()]);
const count = (results: Results, word: string): number => allOf(results).filter((result) => statusOf(result).startsWith(word)).length;
const timeOf = (results: readonly PlainMap[]): number => Math.round(results.reduce((sum, result) => sum + Number(result['duration']), 0) * DIGITS) / DIGITS;

export const hasFailed = (results: Results): boolean => count(results, 'Fail') > 0;

export function listReport(results: Results, onlyFails: boolean): Value[] {
  const rows = sortedTexts(results.keys()).map((state): PlainMap => {
    const tests = [...results.get(state) ?? []].filter(([, result]) => !onlyFails || statusOf(result).startsWith('Fail'));
    return onlyFails && tests.length === 0 ? {} : { [state]: Object.fromEntries(tests) };
  });
  // Salt sorts by names, and a row without any comes first.
  const sorted = [...rows.filter((row) => Object.keys(row).length === 0), ...rows.filter((row) => Object.keys(row).length > 0)];
  const missing = [...results.values()].filter((tests) => tests.size === 0).length;
  return [...sorted, { 'TEST RESULTS': { 'Execution Time': floatOf(timeOf(allOf(results))), Passed: count(results, 'Pass'), Failed: count(results, 'Fail'), Skipped: count(results, 'Skip'), 'Missing Tests': missing } }];
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** What XML cannot hold is left out. */
// oxlint-disable-next-line no-control-regex -- these are the characters that XML 1.0 forbids
const escaped = (text: string): string => text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? '').replaceAll('\n', '&#10;');

function testCase(name: string, result: PlainMap): string {
  const status = statusOf(result);
  const head = `\t\t<testcase name="${escaped(name)}" time="${Number(result['duration']).toFixed(6)}"`;
  const inside = status.startsWith('Fail') ? 'failure' : status.startsWith('Skip') ? 'skipped' : undefined;
  return inside === undefined ? `${head}/>` : `${head}>\n\t\t\t<${inside} type="${inside}" message="${escaped(status)}"/>\n\t\t</testcase>`;
}

export function junitReport(results: Results): string {
  const cases = [...results.values()].flatMap((tests) => (tests.size === 0
    ? ['\t\t<testcase name="missing_test">\n\t\t\t<system-out>Test(s) Missing</system-out>\n\t\t</testcase>']
    : sortedTexts(tests.keys()).map((name) => testCase(name, tests.get(name) ?? {}))));
  const [failed, skipped, time] = [count(results, 'Fail'), count(results, 'Skip'), timeOf(allOf(results))];
  const counts = `disabled="0" errors="0" failures="${failed}"`;
  return [
    '<?xml version="1.0" ?>', `<testsuites ${counts} tests="${cases.length}" time="${time}">`, `\t<testsuite ${counts} name="test_results" skipped="${skipped}" tests="${cases.length}" time="${time}">`,
    ...cases, '\t</testsuite>', '</testsuites>', '',
  ].join('\n');
}
