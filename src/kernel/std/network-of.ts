/** Whose an address is, for budgets: of version 6 a host has as many addresses as it likes, in the 64 bits that are its network's. */
import { isIPv6 } from 'node:net';

const GROUPS = 8;
const OF_NETWORK = 4;

/** `2001:db8::1` gives `2001:db8:0:0::/64`; another address itself. */
export function networkOf(address: string): string {
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return address;
  const [head = '', tail] = bare.split('::');
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  const all = [...first, ...Array.from({ length: Math.max(0, GROUPS - first.length - last.length) }, () => '0'), ...last];
  return `${all.slice(0, OF_NETWORK).map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group])));
