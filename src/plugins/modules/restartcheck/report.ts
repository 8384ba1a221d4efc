/** What is told of programs that run in an old version. Source: read, Salt 3008.3. */
export interface OldPackage {
  /** Lines about its processes. */
  readonly processes: string[];
  readonly initscripts: string[];
  readonly units: string[];
  name: string;
}

export interface Findings {
  readonly packages: ReadonlyMap<string, OldPackage>;
  readonly isKernelOld: boolean;
  /** Services that run old programs of packages that have none of their own. */
  readonly services: readonly string[];
}

const isRestartable = ({ initscripts, units }: OldPackage): boolean => initscripts.length + units.length > 0;

/** Names of packages alone. */
export function briefReport({ packages, isKernelOld }: Findings): string[] {
  const all = [...packages];
  const named = (wanted: boolean): string[] => all.filter(([, one]) => isRestartable(one) === wanted).map(([name]) => name);
  return [...named(true), ...named(false), ...(isKernelOld ? ['System restart required.'] : [])];
}

const listed = (packages: readonly (readonly [string, OldPackage])[]): string =>
  packages.map(([name, { processes }]) => `${name}:\n${processes.map((line) => `${line}\n`).join('')}`).join('');

export function wholeReport({ packages, isKernelOld, services }: Findings): string {
  const all = [...packages];
  const restartable = all.filter(([, one]) => isRestartable(one));
  const others = all.filter(([, one]) => !isRestartable(one));
  const scripts = restartable.flatMap(([, { initscripts }]) => initscripts.map((name) => `service ${name} restart`));
  const byPackage = restartable.flatMap(([, { initscripts, units }]) => (initscripts.length > 0 ? [] : units));
  const units = [...byPackage, ...services].map((name) => `systemctl restart ${name}`);
  return [
    isKernelOld ? 'System restart required.\n\n' : '',
    all.length > 0 ? `Found ${all.length} processes using old versions of upgraded files.\nThese are the packages:\n` : '',
    restartable.length > 0
      ? `Of these, ${restartable.length} seem to contain systemd service definitions or init scripts which can be used to restart them:\n${listed(restartable)}` : '',
    restartable.length > 0 && units.length > 0 ? `\n\nThese are the systemd services:\n${units.join('\n')}` : '',
    restartable.length > 0 && scripts.length > 0 ? `\n\nThese are the initd scripts:\n${scripts.join('\n')}` : '',
    others.length > 0 ? `\n\nThese processes ${others.length} do not seem to have an associated init script to restart them:\n${listed(others)}` : '',
  ].join('');
}
