/** Fingerprints of this minion's key and of its master's. */
import { createHash, getHashes } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';

/** Hash of what stands between the first and the last line of a key, in pairs; empty when there is no key. */
async function finger(file: string, hashType: string | null, ctx: Context): Promise<string> {
  const algorithm = hashType ?? str(ctx.opts['hash_type'] ?? 'sha256');
  const text = await ctx.sys.readText(join(str(ctx.opts['pki_dir'] ?? ''), file));
  if (text === undefined) return '';
  if (!getHashes().includes(algorithm)) throw new CommandExecutionError(`unsupported hash type ${algorithm}`);
  const lines = text.split(/(?<=\n)/).filter((line) => line.trim() !== '').slice(1, -1);
  return createHash(algorithm).update(lines.join('')).digest('hex').replaceAll(/..(?=.)/g, '$&:');
}

const hashType = { hash_type: p.string(null, 'hash_type of the configuration when not given') };

export default defineModule({
  name: 'key',
  doc: "Gives fingerprints of this minion's key and of its master's.",
  functions: {
    finger: fn({
      doc: "Give the fingerprint of the minion's public key.\n\nsalt '*' key.finger",
      params: hashType,
      run: (args, ctx) => finger('minion.pub', args.hash_type, ctx),
    }),
    finger_master: fn({
      doc: "Give the fingerprint of the master's public key as this minion knows it.\n\nsalt '*' key.finger_master",
      params: hashType,
      run: (args, ctx) => finger('minion_master.pub', args.hash_type, ctx),
    }),
  },
});
