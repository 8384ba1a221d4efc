/** Versions of Python packages and conditions on them, as PEP 440 orders and matches them. */

export interface PythonVersion {
  readonly epoch: number;
  readonly release: readonly number[];
  readonly pre: readonly [letter: 'a' | 'b' | 'rc', number: number] | undefined;
  readonly post: number | undefined;
  readonly dev: number | undefined;
  readonly local: string;
}

const VERSION = /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?([-_.]?dev[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;
const LETTERS: Readonly<Record<string, 'a' | 'b' | 'rc'>> = { a: 'a', alpha: 'a', b: 'b', beta: 'b', c: 'rc', rc: 'rc', pre: 'rc', preview: 'rc' };

/** Undefined for what is no version. */
export function parsePythonVersion(text: string): PythonVersion | undefined {
  const match = VERSION.exec(text.trim().toLowerCase());
  if (match === null) return undefined;
  const [, epoch, release = '', letter, count, dash, post, hasDev, dev, local] = match;
  const hasPost = dash !== undefined || post !== undefined;
  return {
    epoch: Number(epoch ?? 0), release: release.split('.').map(Number), pre: letter === undefined ? undefined : [LETTERS[letter] ?? 'rc', Number(count ?? 0)],
    post: hasPost ? Number(dash ?? post ?? 0) : undefined, dev: hasDev === undefined ? undefined : Number(dev ?? 0), local: (local ?? '').replaceAll(/[-_]/g, '.'),
  };
}

const INFINITE = Number.POSITIVE_INFINITY;
const RANK = { a: 0, b: 1, rc: 2 } as const;

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0 && !Number.isNaN(difference)) return Math.sign(difference);
  }
  return 0;
}

/** Development releases come before all else, then previews, the release itself, what came after it. */
function phase({ pre, post, dev }: PythonVersion): number[] {
  const preRank = pre === undefined ? [dev !== undefined && post === undefined ? -1 : 3, 0] : [RANK[pre[0]], pre[1]];
  return [...preRank, post ?? -1, dev ?? INFINITE];
}

function compareLocal(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [a === '' ? [] : a.split('.'), b === '' ? [] : b.split('.')];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [one, other] = [left[at], right[at]];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    const [isNumber, isOther] = [/^\d+$/.test(one), /^\d+$/.test(other)];
    if (isNumber !== isOther) return isNumber ? 1 : -1;
    const order = isNumber ? Math.sign(Number(one) - Number(other)) : one < other ? -1 : one > other ? 1 : 0;
    if (order !== 0) return order;
  }
  return 0;
}

export function comparePythonVersions(a: PythonVersion, b: PythonVersion, withLocal = true): number {
  return Math.sign(a.epoch - b.epoch) || compareNumbers(a.release, b.release) || compareNumbers(phase(a), phase(b)) || (withLocal ? compareLocal(a.local, b.local) : 0);
}

export type VersionCondition = readonly [operator: string, version: string];

const startsWith = (version: PythonVersion, prefix: PythonVersion): boolean =>
  version.epoch === prefix.epoch && prefix.release.every((part, at) => (version.release[at] ?? 0) === part);

function meets(version: PythonVersion, text: string, [operator, wanted]: VersionCondition): boolean {
  if (operator === '===') return text.toLowerCase() === wanted.toLowerCase();
  if (wanted.endsWith('.*')) {
    const prefix = parsePythonVersion(wanted.slice(0, -2));
    const fits = prefix !== undefined && startsWith(version, prefix);
    return operator === '!=' ? !fits : operator === '==' && fits;
  }
  const other = parsePythonVersion(wanted);
  if (other === undefined) return false;
  const order = comparePythonVersions(version, other, other.local !== '');
  switch (operator) {
    case '==': return order === 0;
    case '!=': return order !== 0;
    case '<=': return order <= 0;
    case '>=': return order >= 0;
    // Before and after a release means before and after its previews and later builds.
    case '<': return order < 0 && (other.pre !== undefined || version.pre === undefined || compareNumbers(version.release, other.release) !== 0);
    case '>': return order > 0 && (other.post !== undefined || version.post === undefined || compareNumbers(version.release, other.release) !== 0);
    case '~=': return order >= 0 && startsWith(version, { ...other, release: other.release.slice(0, -1) });
    default: return false;
  }
}

/** True when a version meets all conditions; a preview only where one of them names a preview. */
export function meetsConditions(text: string, conditions: readonly VersionCondition[]): boolean {
  const version = parsePythonVersion(text);
  if (version === undefined) return false;
  const isPreview = version.pre !== undefined || version.dev !== undefined;
  const namesPreview = conditions.some(([operator, wanted]) => {
    const other = operator === '!=' ? undefined : parsePythonVersion(wanted.replace(/\.\*$/, ''));
    return other !== undefined && (other.pre !== undefined || other.dev !== undefined);
  });
  return (!isPreview || namesPreview) && conditions.every((condition) => meets(version, text, condition));
}
