/** Tags of events: `salt/<area>/<parts>`. Empty parts are left out. Source: golden wire/misc, tags. */
export function tagOf(area: string, ...parts: readonly string[]): string {
  return ['salt', area, ...parts].filter((part) => part !== '').join('/');
}
