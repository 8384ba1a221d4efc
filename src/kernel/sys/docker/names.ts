/** Names as the container service takes them; they become parts of paths, so that nothing else may stand in them. */
import { InvocationError } from '../../contract/errors.js';

/** Containers, networks and volumes; an id is one too. Source: the service's own rule, `[a-zA-Z0-9][a-zA-Z0-9_.-]*`. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/;
/** An image: registry with a port, path, tag, digest; or its id. */
const IMAGE = /^[a-zA-Z0-9][a-zA-Z0-9._-]*(?::\d+(?=\/))?(?:\/[a-zA-Z0-9][a-zA-Z0-9._-]*)*(?::[\w][\w.-]{0,127})?(?:@[a-z0-9+._-]+:[a-fA-F0-9]+)?$/;
const IMAGE_CHARACTERS_MAX = 4096;

/** @throws InvocationError */
export function checkedName(name: string, what: string): string {
  if (!NAME.test(name)) throw new InvocationError(`'${name}' is no name of a ${what}`);
  return name;
}

/** @throws InvocationError */
export function checkedImage(name: string): string {
  if (name.length > IMAGE_CHARACTERS_MAX || !IMAGE.test(name)) throw new InvocationError(`'${name}' is no name of an image`);
  return name;
}

export interface ImageParts {
  readonly repository: string;
  /** Tag or digest. */
  readonly tag: string;
  /** Where it comes from; undefined for the registry that the service takes by default. */
  readonly registry: string | undefined;
}

/** @throws InvocationError */
export function imageParts(name: string): ImageParts {
  const [whole, digest] = checkedImage(name).split('@');
  const found = /^(.*?)(?::([^/:]+))?$/.exec(whole ?? '');
  const repository = found?.[1] ?? name;
  const first = repository.split('/')[0] ?? '';
  const registry = repository.includes('/') && (/[.:]/.test(first) || first === 'localhost') ? first : undefined;
  return { repository, tag: digest ?? found?.[2] ?? 'latest', registry };
}
