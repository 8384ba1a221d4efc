/** Folder of the built program: `dist/`, from any chunk below it, and from the files that tests run. */
import { fileURLToPath } from 'node:url';

export function distDirectory(): string {
  const here = fileURLToPath(import.meta.url);
  const at = here.lastIndexOf('/dist/');
  return at >= 0 ? here.slice(0, at + '/dist'.length) : `${here.slice(0, here.lastIndexOf('/build/'))}/dist`;
}
