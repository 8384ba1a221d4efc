/** Compares secrets in a time that does not tell where they differ. */
import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export const isSameText = (given: string, wanted: string): boolean => timingSafeEqual(digest(given), digest(wanted));
