/** How much one message may ask of us. */
export interface Limits {
  /** Longest message, in bytes. Checked before anything is read. */
  readonly bytesMax: number;
  /** Deepest nesting of lists and maps. */
  readonly depthMax: number;
  /** Most list elements and map entries in one message: an empty map is one byte on the wire and about 60 here. */
  readonly elementsMax: number;
}

/**
 * For messages whose kind has no limit of its own.
 *
 * Depth: read, Salt's packer stops at 511. 512 levels need about 100 KiB of the stack, a tenth of what node gives.
 */
export const DEFAULT_LIMITS: Limits = { bytesMax: 256 * 1024 * 1024, depthMax: 512, elementsMax: 4_000_000 };

/** No caller may go beyond this depth, whatever it asks for: the stack would not hold it. */
export const DEPTH_CEILING = 1024;
