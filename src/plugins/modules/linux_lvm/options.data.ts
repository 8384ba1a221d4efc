/** Options that Salt hands on to the programs of LVM, by their long names. Source: read, Salt 3008.3; pvcreate(8), vgcreate(8), lvcreate(8). */
export interface Options {
  readonly valued: readonly string[];
  /** Stand alone, given by True. */
  readonly alone: readonly string[];
}

export const PV_CREATE: Options = {
  valued: ['metadatasize', 'dataalignment', 'dataalignmentoffset', 'pvmetadatacopies', 'metadatacopies', 'metadataignore', 'restorefile', 'labelsector', 'setphysicalvolumesize'],
  alone: ['norestorefile'],
};
export const VG_CREATE: Options = {
  valued: ['addtag', 'alloc', 'autobackup', 'clustered', 'maxlogicalvolumes', 'maxphysicalvolumes', 'metadatatype', 'vgmetadatacopies', 'metadatacopies', 'physicalextentsize', 'zero'],
  alone: [],
};
export const LV_CREATE: Options = {
  valued: [
    'activate', 'chunksize', 'contiguous', 'discards', 'stripes', 'stripesize', 'minor', 'persistent', 'mirrors', 'monitor', 'permission', 'poolmetadatasize', 'readahead', 'regionsize', 'type', 'virtualsize', 'zero',
  ],
  alone: ['nosync', 'noudevsync', 'ignoremonitoring', 'thin'],
};
