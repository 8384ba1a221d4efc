/** Names and passwords inside of addresses. */

/** Everything but letters, digits and `_.-~`, as Python's `quote(text, safe='')`. */
const quoted = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

/** The address with who we are; undefined for one that is not https, which would show it to everybody. */
export function urlWithLogin(url: string, user: string | null, password: string | null): string | undefined {
  if (user === null && password === null) return url;
  if (!/^https:\/\//i.test(url)) return undefined;
  const login = password === null ? quoted(user ?? '') : `${quoted(user ?? '')}:${quoted(password)}`;
  return url.replace(/^https:\/\//i, `https://${login}@`);
}

/** A text without the names and passwords of its addresses. */
export const redacted = (text: string): string => text.replace(/(https?):\/\/.*@/gi, '$1://<redacted>@');
