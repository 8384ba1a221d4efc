/** Grains `virtual_hv_*` of a Xen guest or host. Source: read, Salt 3008.3; feature bits: xen/interface/features.h. */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { textOf } from './look.js';

const FEATURES: readonly (readonly [bit: number, name: string])[] = [
  [0, 'writable_page_tables'], [1, 'writable_descriptor_tables'], [2, 'auto_translated_physmap'], [3, 'supervisor_mode_kernel'],
  [4, 'pae_pgdir_above_4gb'], [5, 'mmu_pt_update_preserve_ad'], [7, 'gnttab_map_avail_bits'], [8, 'hvm_callback_vector'],
  [9, 'hvm_safe_pvclock'], [10, 'hvm_pirqs'], [11, 'dom0'], [12, 'grant_map_identity'], [13, 'memory_op_vnode_supported'],
  [14, 'ARM_SMCCC_supported'],
];

export function xenFeatures(hexadecimal: string): string[] {
  const bits = BigInt(`0x${hexadecimal.replace(/^0x/i, '')}`);
  return FEATURES.filter(([bit]) => (bits >> BigInt(bit)) & 1n).map(([, name]) => name);
}

export async function xenGrains(ctx: Context, virtual: string): Promise<PlainMap> {
  if (!virtual.includes('xen')) return {};
  const [major, minor, extra, features] = (await Promise.all(
    ['version/major', 'version/minor', 'version/extra', 'properties/features'].map((path) => textOf(ctx, `/sys/hypervisor/${path}`)),
  )).map((text) => text?.trim());
  return {
    ...(major === undefined || minor === undefined || extra === undefined ? {}
      : { virtual_hv_version: `${major}.${minor}${extra}`, virtual_hv_version_info: [major, minor, extra] }),
    ...(features === undefined ? {} : { virtual_hv_features: features, virtual_hv_features_list: xenFeatures(features) }),
  };
}
