/** States that say what a file holds. */
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { expandUser } from '../../../../kernel/sys/file/probe.js';
import { isTruthy, type PlainMap } from '../../../../kernel/std/value.js';
import { answering, onPath } from '../ground/answer.js';
import { more, signatureParams } from '../ground/params.js';
import { accumulated } from './accumulated.js';
import { addBeacon } from './beacon.js';
import { cached, notCached } from './cached.js';
import { checkByProgram } from './check-cmd.js';
import { decode } from './decode.js';
import { manage } from './managed.js';
import { managedParams } from './managed-params.js';
import { serialize, serializeParams } from './serialize.js';

/** The entries in the order of Salt's own answer, which shows in JSON. Source: golden cli/salt-state-high-json. */
const inOrder = ({ changes = {}, comment = '', name = '', result = null, ...rest }: PlainMap): PlainMap => ({ changes, comment, name, result, ...rest });

const FILES: Readonly<Record<string, Fn>> = {
  managed: fn({
    doc: 'Make sure that a file has this content, owner and mode: from a source of the file server or elsewhere, rendered or not, or from contents given here.',
    params: { name: p.string(), ...managedParams, ...more },
    run: async ({ name, ...args }, ctx) => {
      const path = await expandUser(ctx.sys, name);
      const { env: _env, ...kwargs } = args.kwargs;
      return inOrder(await answering(path, () => manage(ctx, path, { ...args, kwargs })));
    },
  }),
  serialize: fn({
    doc: 'Make sure that a file holds this data, as YAML, JSON or another form.',
    params: { name: p.string(), ...serializeParams, ...more },
    run: ({ name, ...args }, ctx) => onPath(ctx, name, 'serialize', (path) => serialize(ctx, path, args)),
  }),
  decode: fn({
    doc: 'Make sure that a file holds what is behind a text in base64.',
    params: {
      name: p.string(), encoded_data: p.any(null), contents_pillar: p.any(null), encoding_type: p.any('base64'), checksum: p.any('md5', 'How files are compared'),
    },
    run: ({ name, encoded_data, contents_pillar, checksum }, ctx) =>
      decode(ctx, name, { encodedData: encoded_data, contentsPillar: contents_pillar, checksum }),
  }),
  accumulated: fn({
    doc: 'Collect text for a file that `file.managed` (as `accumulator`) or `file.blockreplace` writes later in the run.',
    params: { name: p.string(), filename: p.string(), text: p.any(), ...more },
    run: ({ name, filename, text }, ctx) => answering(name, () => Promise.resolve(accumulated(ctx, name, filename, text))),
  }),
};

const CACHE: Readonly<Record<string, Fn>> = {
  cached: fn({
    doc: 'Make sure that a source is in the cache of the minion; a path of this machine must be there.',
    params: {
      name: p.string(), source_hash: p.any(''), source_hash_name: p.any(null), skip_verify: p.any(false), saltenv: p.any('base'),
      use_etag: p.any(false), ...signatureParams, sig_backend: p.any('gpg'),
    },
    run: ({ name, skip_verify, use_etag, source_hash, source_hash_name, saltenv, ...signing }, ctx) => cached(ctx, name, {
      source_hash, source_hash_name, saltenv, skip_verify: isTruthy(skip_verify), use_etag: isTruthy(use_etag), signing,
    }),
  }),
  not_cached: fn({
    doc: 'Make sure that a source is not in the cache of the minion.',
    params: { name: p.string(), saltenv: p.any('base') },
    run: ({ name, saltenv }, ctx) => notCached(ctx, name, saltenv),
  }),
};

const FOR_THE_ENGINE: Readonly<Record<string, Fn>> = {
  mod_run_check_cmd: fn({
    doc: 'Run a program on a file; true when it succeeds.',
    params: { cmd: p.any(), filename: p.string(), check_cmd_opts: p.keywords() },
    run: ({ cmd, filename, check_cmd_opts }, ctx) => checkByProgram(ctx, cmd, filename, check_cmd_opts),
  }),
  mod_beacon: fn({
    doc: 'Add a beacon that tells when a managed file or folder changes.',
    params: { name: p.string(), ...more },
    run: ({ name, kwargs }, ctx) => addBeacon(ctx, name, kwargs),
  }),
};

export const CONTENT: Readonly<Record<string, Fn>> = { ...FILES, ...CACHE, ...FOR_THE_ENGINE };
