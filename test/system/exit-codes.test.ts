/** Every line of the table in docs/exit-codes.md, and that bad input ends with one clear sentence and no stack trace. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, type CommandResult } from '../support/fleet/program.js';
import type { MasterHost } from '../support/fleet/master.js';
import type { MinionHost } from '../support/fleet/minion.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { startFleet } from './kit/fleet.js';

const site = new Site();
let master: MasterHost;
let minion: MinionHost;

interface Line {
  readonly when: string;
  readonly words: readonly string[];
  readonly code: number;
  /** Undefined where the command has no such option. */
  readonly strict: number | undefined;
}

const page = readFileSync(join(repository, 'docs/exit-codes.md'), 'utf8');
const lines: Line[] = [...page.matchAll(/^\| ([^|]+) \| `(tsalt[^`]*)` \| (\d+) \| (\d*) ?\|$/gm)].map(([, when = '', command = '', code, strict = '']) => ({
  when, words: wordsOf(command), code: Number(code), strict: strict === '' ? undefined : Number(strict),
}));

/** As a shell splits them. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** What the command says, all of it in a sentence; others print return data or Salt's own text. */
const SAYS: Readonly<Record<string, RegExp>> = {
  'a function is not there': /^web1:\n {4}'no\.such' is not available\.\n/,
  'an argument is missing': /Passed invalid arguments to test\.echo: echo\(\) missing 1 required positional argument: 'text'/,
  'an argument has a wrong name': /The following keyword arguments are not valid: wrong=1/,
  'a minion does not answer': /ghost:\n {4}Minion did not return\. \[(?:Not connected|No response)\]/,
  'a batch has no size': /Invalid batch specification 'abc': must be an integer or percentage string/,
  'nobody matches': /^No minions matched the target\. No command was sent, no jid was assigned\.\n/,
  'the target is malformed': /^No minions matched the target\./,
  'a node group is not there': /^Node group nogroup unavailable in /,
  'an option is not there': /tsalt: error: no such option: --zap\n$/,
  'an option has a wrong value': /tsalt: error: option -t: invalid integer value: 'abc'\n$/,
  'a value is not YAML': /tsalt: error: option --metadata: '\{a' is not YAML: [^\n]*\n$/,
  'a file for results has no folder': /tsalt: error: --out-file \/no\/such\/file cannot be written: there is no folder \/no\/such\n$/,
  'a file for results is a folder': /tsalt: error: --out-file \/tmp is a folder: name a file\n$/,
  'two kinds of target': /tsalt: error: The options [^\n]* are mutually exclusive[^\n]*\n$/,
  'an outputter is not there': /Invalid outputter bogus specified, fall back to nested/,
  'no master runs': /The salt master could not be contacted\. Is master running\?/,
  'a runner function is not there': /^'no\.such' is not available\.\n/,
  'an argument of a runner is missing': /Passed invalid arguments: list_job\(\) missing 1 required positional argument: 'jid'/,
  'a job is not known': /The master knows no job 123; tsalt-run jobs\.list_jobs lists those it knows/,
  'no master runs, for a runner': /\[ERROR {3}\] [^\n]*master[^\n]*\n/,
  'a file is not there': /\/no\/such\/file does not exist: it is not sent/,
  'a file cannot be placed': /web1:\n {4}Destination unavailable/,
  'a directory without `--chunked`': /^\/etc is a directory, only files are supported in non-chunked mode\./,
  'no key fits': /^The key glob 'nope' does not match any unaccepted keys\.\n/,
  'a local function is not there': /^'no\.such' is not available\.\n/,
  'an argument of a local function is missing': /Passed invalid arguments: echo\(\) missing 1 required positional argument: 'text'/,
};

site.setUp('a master with a minion, and the key of one that never came', async () => {
  const fleet = await startFleet(site, ['web1'], { master: { timeout: 5, sharedsecret: 'open sesame', external_auth: { sharedsecret: { alice: ['.*'] } } } });
  master = fleet.master;
  [minion] = fleet.minions as [MinionHost];
  copyFileSync(master.path('pki/minions/web1'), master.path('pki/minions/ghost'));
});

function run([program = '', ...words]: readonly string[], more: readonly string[] = []): Promise<CommandResult> {
  const config = program === 'tsalt-call' ? minion.configDir : master.configDir;
  const own = words.map((word) => (word === 'NOWHERE' ? join(site.dir, 'nowhere') : word));
  return runCommand([process.execPath, join(repository, 'bin', program), '-c', config, ...more, ...own]);
}

site.test('the page has its table, and a sentence for each line that is named here', () => {
  assert.ok(lines.length > 40, `${lines.length} lines`);
  for (const when of Object.keys(SAYS)) assert.ok(lines.some((line) => line.when === when), when);
  return Promise.resolve();
});

for (const [input, says] of [['alice\nopen sesame\n', 'web1:\n    True\n'], ['alice\n', 'Authentication error occurred.\n'], ['', 'Authentication error occurred.\n']] as const) {
  site.test(`a login is asked for without a terminal: ${JSON.stringify(input)}`, async () => {
    const { code, stdout, stderr } = await runCommand(
      [process.execPath, join(repository, 'bin/tsalt'), '-c', master.configDir, '-a', 'sharedsecret', 'web1', 'test.ping'], { input },
    );
    assert.deepEqual([code, stdout + stderr], [0, `username: password: ${says}`]);
  });
}

for (const line of lines) {
  site.test(`${line.when}: ${line.words.join(' ')}`, async () => {
    const plain = await run(line.words);
    const text = plain.stdout + plain.stderr;
    assert.equal(plain.code, line.code, text);
    const says = SAYS[line.when];
    if (says !== undefined) assert.match(plain.stdout.match(says) === null ? plain.stderr : plain.stdout, says);
    // What a function raised is Salt's text; the program itself shows none of its own places.
    if (line.when !== 'a runner fails') assert.doesNotMatch(text, /\n\s+at |node:internal|dist\/chunks|Traceback/);
    if (line.strict !== undefined) assert.equal((await run(line.words, ['--strict'])).code, line.strict);
  });
}
