/**
 * Which tags a minion may use.
 *
 * Listeners name tags by globs whose star also fits a slash, so that `salt/job/1/x/ret/other` would be heard as a return of `other`:
 * below the families that Salt reads, only the exact forms are open that real minions fire. Source: golden events; read, Salt 3008.3.
 */

/** Tags of the master, with all that stands below them, but for `OWN_FORMS`. */
const RESERVED_TAGS: readonly string[] = [
  'salt/job', 'salt/minion', 'salt/beacon', 'salt/state_result',
  'salt/auth', 'salt/key', 'salt/run', 'salt/wheel', 'salt/cloud', 'salt/cluster', 'salt/presence', 'salt/stats', 'salt/batch', 'salt/syndic',
  'salt/netapi', 'salt/fileserver', 'key', 'syndic', 'minion/refresh', 'resource/refresh', 'tsalt',
];

/** What a minion fires about itself below them; `<id>` is its own, `*` one part of a tag, `**` any rest. */
const OWN_FORMS: readonly (readonly string[])[] = [
  ['salt', 'job', '*', 'prog', '<id>', '**'], ['salt', 'job', '*', 'start', '<id>'],
  ['salt', 'minion', '<id>', '**'], ['salt', 'beacon', '<id>', '**'], ['salt', 'state_result', '*', '<id>', '**'],
];
/** How tags begin that may be among them. */
const FAMILIES: ReadonlySet<string> = new Set(RESERVED_TAGS.map((tag) => tag.split('/')[0] ?? tag));
const TAG_CHARS_MAX = 1024;
/** Frames of the bus end a tag with newlines; the others would deceive whoever reads a list of tags. */
const CONTROL = /\p{Cc}/u;

/** `own`: a tag that names this minion. `free`: one of no meaning to the master. */
export type TagKind = 'own' | 'free' | 'refused';

export function tagKind(tag: string, id: string): TagKind {
  if (tag === '' || tag.length > TAG_CHARS_MAX || CONTROL.test(tag)) return 'refused';
  const slash = tag.indexOf('/');
  if (!FAMILIES.has(slash < 0 ? tag : tag.slice(0, slash))) return 'free';
  const parts = tag.split('/');
  if (OWN_FORMS.some((form) => fits(parts, form, id))) return 'own';
  return RESERVED_TAGS.some((reserved) => tag === reserved || tag.startsWith(`${reserved}/`)) ? 'refused' : 'free';
}

function fits(parts: readonly string[], form: readonly string[], id: string): boolean {
  const isOpen = form.at(-1) === '**';
  const fixed = isOpen ? form.slice(0, -1) : form;
  if (isOpen ? parts.length <= fixed.length : parts.length !== fixed.length) return false;
  return fixed.every((part, at) => part === '*' || parts[at] === (part === '<id>' ? id : part));
}
