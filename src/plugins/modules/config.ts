/** Looks up options: in the minion's configuration, grains, pillar and the master's options. */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { DEFAULT_DELIMITER } from '../../kernel/std/traverse.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';
import { getFirst, getMerged, mergedOption, optionOf, optionsBelow, optionsLike } from './config/lookup.js';

const VALID_SCHEMES = new Set(['salt', 'file', 'http', 'https', 'ftp', 'swift', 's3']);
const NOTHING_OMITTED = { omit_opts: false, omit_grains: false, omit_pillar: false, omit_master: false };

const omitParams = { omit_opts: p.bool(false), omit_grains: p.bool(false), omit_pillar: p.bool(false), omit_master: p.bool(false) };

export default defineModule({
  name: 'config',
  quickGrains: true,
  doc: "Looks up options: in the minion's configuration, grains, pillar and the master's options.",
  functions: {
    backup_mode: fn({
      doc: "Give the mode for backups of files: the one given, else the option.\n\nsalt '*' config.backup_mode",
      params: { backup: p.any('') },
      run: ({ backup }, ctx) => (isTruthy(backup) ? backup : optionOf(ctx, 'backup_mode', '', NOTHING_OMITTED)),
    }),
    manage_mode: fn({
      doc: "Give the mode of a file as four octal digits.\n\nsalt '*' config.manage_mode 755",
      params: { mode: p.any() },
      run: ({ mode }) => {
        if (mode === null) return null;
        const digits = str(mode).replaceAll('0o', '0').replace(/^"+|"+$/g, '').replace(/^'+|'+$/g, '');
        return digits.replace(/^0+/, '').padStart(4, '0');
      },
    }),
    valid_fileproto: fn({
      doc: "Say whether files can be fetched from addresses of this kind.\n\nsalt '*' config.valid_fileproto salt://path/to/file",
      params: { uri: p.string() },
      run: ({ uri }) => VALID_SCHEMES.has(/^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1]?.toLowerCase() ?? ''),
    }),
    option: fn({
      doc: "Give an option by its plain name, or all whose names fit a pattern.\n\nsalt '*' config.option redis.host\nsalt '*' config.option 'redis.*' wildcard=True",
      params: { value: p.string(), default: p.any(null), ...omitParams, omit_all: p.bool(false), wildcard: p.bool(false) },
      run({ value, default: fallback, omit_all: omitAll, wildcard, ...given }, ctx) {
        const omit = omitAll ? { omit_opts: true, omit_grains: true, omit_pillar: true, omit_master: true } : given;
        const nothing = fallback ?? (wildcard ? {} : '');
        return wildcard ? optionsLike(ctx, value, nothing, omit) : optionOf(ctx, value, nothing, omit);
      },
    }),
    merge: fn({
      doc: "Give one option with the values of all places in it.\n\nsalt '*' config.merge schedule",
      params: { value: p.string(), default: p.any(''), omit_opts: p.bool(false), omit_master: p.bool(false), omit_pillar: p.bool(false) },
      run: ({ value, default: fallback, ...omit }, ctx) => mergedOption(ctx, value, fallback, { ...omit, omit_grains: true }),
    }),
    get: fn({
      doc: "Give the value at a path from the first place that has it; merge=recurse or merge=overwrite lays the places over each other.\n\nsalt '*' config.get pkg:apache",
      params: {
        key: p.any(), default: p.any(''), delimiter: p.string(DEFAULT_DELIMITER), merge: p.string(null),
        omit_opts: omitParams.omit_opts, omit_pillar: omitParams.omit_pillar, omit_master: omitParams.omit_master, omit_grains: omitParams.omit_grains,
      },
      run({ key, default: fallback, delimiter, merge, ...omit }, ctx) {
        return merge === null ? getFirst(ctx, key, fallback, delimiter, omit) : getMerged(ctx, key, fallback, delimiter, merge);
      },
    }),
    dot_vals: fn({
      doc: "Give all options whose names begin with a word and a dot.\n\nsalt '*' config.dot_vals host",
      params: { value: p.string() },
      run: ({ value }, ctx) => optionsBelow(ctx, value),
    }),
    gather_bootstrap_script: fn({
      doc: 'Fetch the script that installs minions. Part of salt-cloud; here it says that it cannot.',
      params: { bootstrap: p.string(null) },
      run: () => {
        throw new CommandExecutionError('config.gather_bootstrap_script is unavailable: the bootstrap script belongs to salt-cloud');
      },
    }),
    items: fn({
      doc: "Give all options of the minion.\n\nsalt '*' config.items",
      run: (_args, ctx): PlainMap => ctx.opts,
    }),
  },
});
