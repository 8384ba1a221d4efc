/**
 * Counts the keys of minions.
 *
 * Salt's other store of keys (`mmap_key`, one file for all) is not here: our folders are Salt's own layout, which both read, and a listing
 * of them is quick. So `migrate_to_mmap` counts, and says that it moved nothing.
 */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { isTruthy } from '../../kernel/std/value.js';

const shown = (count: number): string => String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');

async function counted(ctx: Context): Promise<string> {
  const { minions, minions_pre: pending, minions_rejected: rejected, minions_denied: denied } = await ctx.port('keys').list();
  const counts = [['Accepted', minions.length], ['Pending', pending.length], ['Rejected', rejected.length], ['Denied', denied.length]] as const;
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const line = (word: string, count: number): string => `  ${`${word}:`.padEnd(9)} ${shown(count)}`;
  return ['PKI migration dry-run (no changes written):', ...counts.map(([word, count]) => line(word, count)), line('Total', total)].join('\n');
}

export default defineRunner({
  name: 'pki',
  doc: 'Counts the keys of minions.',
  functions: {
    migrate_to_mmap: fn({
      doc: 'With dry_run=True count the keys; else refuse, as keys stay where they are.\n\nsalt-run pki.migrate_to_mmap dry_run=True',
      params: { dry_run: p.any(false) },
      run(args, ctx) {
        if (isTruthy(args.dry_run)) return counted(ctx);
        throw new CommandExecutionError('Keys stay in pki_dir: there is no mmap_key backend to move them to');
      },
    }),
    status: fn({ doc: 'Count the keys of minions by state.\n\nsalt-run pki.status', run: (_args, ctx) => counted(ctx) }),
  },
});
