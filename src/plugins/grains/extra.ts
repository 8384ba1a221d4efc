/** What users add in the file `grains` beside the configuration; grains `shell`, `transactional`, `efi`, `efi-secure-boot`. */
import { dirname, join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { defineGrains } from '../../kernel/contract/plugin.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { loadYaml } from '../../kernel/yaml/load.js';
import { bytesOf, isFolder, isThere, namesIn, textOf } from './core/look.js';

const EFI_FOLDERS = ['/sys/firmware/efi/efivars', '/sys/firmware/efi/vars'] as const;

async function fileGrains(ctx: Context): Promise<PlainMap> {
  const configFile: Value = ctx.opts['conf_file'] ?? null;
  if (typeof configFile !== 'string' || configFile === '') return {};
  const path = join(await isFolder(ctx, configFile) ? configFile : dirname(configFile), 'grains');
  const text = await textOf(ctx, path);
  if (text === undefined) return {};
  try {
    const data = loadYaml(text, { source: path });
    return isPlainMap(data) ? data : {};
  } catch (err) {
    ctx.log.warn({ err, path }, 'Bad syntax in grains file! Skipping.');
    return {};
  }
}

async function efiGrains(ctx: Context): Promise<PlainMap> {
  const [variables, old] = await Promise.all(EFI_FOLDERS.map((path) => isThere(ctx, path)));
  const folder = variables === true ? EFI_FOLDERS[0] : old === true ? EFI_FOLDERS[1] : undefined;
  if (folder === undefined) return { 'efi': false, 'efi-secure-boot': false };
  const found = (await namesIn(ctx, folder) ?? []).filter((name) => name.startsWith('SecureBoot-'));
  const [name] = found;
  if (name === undefined || found.length > 1) return { 'efi': true, 'efi-secure-boot': false };
  const path = folder === EFI_FOLDERS[0] ? `${folder}/${name}` : `${folder}/${name}/data`;
  return { 'efi': true, 'efi-secure-boot': (await bytesOf(ctx, path))?.at(-1) === 1 };
}

export default defineGrains({
  name: 'extra',
  async grains(ctx) {
    const [file, efi, transactional] = await Promise.all([fileGrains(ctx), efiGrains(ctx), ctx.sys.which('transactional-update')]);
    // In Salt's order: the file does not overrule these (observed).
    return { ...file, shell: ctx.sys.env['SHELL'] ?? '/bin/sh', transactional: transactional !== undefined, ...efi };
  },
});
