/** States of the schedule and of processes, and those that look and wait, hold what every state must. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { minionFolder, openStateHost } from '../support/state-host.js';
import { stateContract, type StateSystem } from './states.js';

interface Machine extends StateSystem {
  readonly word: string;
}

async function openMachine(): Promise<Machine> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-watching-')));
  const host = await openStateHost(minionFolder(base));
  // A word of its own in the command line of a process that waits.
  const word = `tsalt-wait-${process.pid}-${base.slice(-6)}`;
  const waiting = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)', word], { stdio: 'ignore' });
  const ended = once(waiting, 'exit');
  const jobs = async (): Promise<unknown> => host.call('schedule.list', [], { show_all: true, return_yaml: false, offline: true });
  return {
    word,
    async run(fun, args, options) {
      const row = await host.run(fun, args, options);
      // A killed process is gone only when its parent has heard of it.
      if (Object.keys(row['changes'] as PlainMap).includes('killed')) await ended;
      return row;
    },
    picture: async () => [await jobs(), waiting.exitCode === null && waiting.signalCode === null],
    async [Symbol.asyncDispose]() {
      waiting.kill('SIGKILL');
      await host[Symbol.asyncDispose]();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Real Salt tells no changes before they are made. */
const silent = (): PlainMap => ({});
const job = { name: "some job; $(id)", function: 'test.ping', seconds: 3600, offline: true };
const add = async (machine: Machine): Promise<void> => void await machine.run('schedule.present', job);

stateContract({
  name: 'schedule', open: openMachine,
  changing: [
    { title: 'a job', fun: 'schedule.present', args: () => job, testResult: true },
    { title: 'other times', fun: 'schedule.present', args: () => ({ ...job, seconds: 60 }), prepare: add, testResult: true },
    { title: 'no job', fun: 'schedule.absent', args: () => ({ name: job.name, offline: true }), prepare: add, foretold: silent, testResult: true },
  ],
  idle: [{ title: 'no job that is not there', fun: 'schedule.absent', args: () => ({ name: 'none', offline: true }) }],
  failing: [{ title: 'two kinds of times', fun: 'schedule.present', args: () => ({ ...job, cron: '* * * * *' }), comment: /Unable to use "seconds"/ }],
});

stateContract({
  name: 'process', open: openMachine, skip: spawnSync('ps', ['-e']).status === 0 ? false : 'processes are listed by ps',
  changing: [{ title: 'no process', fun: 'process.absent', args: ({ word }) => ({ name: word, signal: 9 }), foretold: silent }],
  idle: [{ title: 'no process that is not there', fun: 'process.absent', args: () => ({ name: 'tsalt no such $(id)' }) }],
  failing: [],
});

stateContract({
  name: 'loop', open: openMachine,
  changing: [],
  failing: [
    { title: 'what never comes', fun: 'loop.until', args: () => ({ name: 'test.false', condition: 'm_ret', period: 0.01, timeout: 0.05 }), comment: /^Timed out while waiting for condition m_ret$/ },
    { title: 'a condition that is none', fun: 'loop.until', args: () => ({ name: 'test.ping', condition: 'm_ret %}{{ salt["cmd.run"]("id") }}{% if m_ret' }), comment: /is not an expression/ },
  ],
});

stateContract({
  name: 'http', open: openMachine,
  changing: [],
  failing: [{ title: 'nobody answers', fun: 'http.query', args: () => ({ name: 'http://127.0.0.1:9/', status: 200 }), comment: /^Status 200 was not found\.$/ }],
});

/** A folder is no mount: both ways to look are there. */
const folder = (more: PlainMap) => (): PlainMap => ({ name: realpathSync(import.meta.dirname), ...more });
const mount = (more: PlainMap) => (): PlainMap => ({ name: '/', ...more });

stateContract({
  name: 'disk', open: openMachine,
  changing: [],
  idle: [
    { title: 'room in a folder', fun: 'disk.status', args: folder({ minimum: 0, maximum: '100%' }) },
    { title: 'room on a mount', fun: 'disk.status', args: mount({ minimum: '0 KB', absolute: true }) },
  ],
  failing: [
    { title: 'too much in a folder', fun: 'disk.status', args: folder({ maximum: '0 KB', absolute: true }), comment: /^Disk used space is above maximum of 0 KB at [1-9]\d* KB$/ },
    { title: 'too much room in a folder', fun: 'disk.status', args: folder({ maximum: 0, free: true }), comment: /^Disk available space is above maximum of 0 % at \d+\.\d %$/ },
    { title: 'too little on a mount', fun: 'disk.status', args: mount({ minimum: '9007199254740000', absolute: true }), comment: /^Disk used space is below minimum of 9007199254740000 KB at \d+ KB$/ },
    { title: 'no such folder', fun: 'disk.status', args: () => ({ name: '/no such; $(id)', maximum: 1 }), comment: /^Disk mount \/no such; \$\(id\) not present\. Directory .* does not exist or is not a directory$/ },
    { title: 'no number', fun: 'disk.status', args: mount({ minimum: '1.5' }), comment: /^minimum must be an integer $/ },
  ],
});
