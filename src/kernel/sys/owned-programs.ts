/** Which programs run for whom. An owner, such as a job, is known by the signal that ends it. */
const groupsOf = new WeakMap<AbortSignal, Set<number>>();

/** Notes a process group; call the result when it has ended. */
export function ownGroup(owner: AbortSignal | undefined, pid: number): () => void {
  if (owner === undefined || pid === 0) return () => undefined;
  const groups = groupsOf.get(owner) ?? new Set<number>();
  groupsOf.set(owner, groups.add(pid));
  return () => void groups.delete(pid);
}

/** Sends a signal to everything that runs for an owner. */
export function signalOwned(owner: AbortSignal, signal: NodeJS.Signals | number): void {
  for (const pid of groupsOf.get(owner) ?? []) signalGroup(pid, signal);
}

/** Signals a whole group; one that is already gone is what we want. */
export function signalGroup(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(-pid, signal);
  } catch (err) {
    if (!(err instanceof Error && 'code' in err && err.code === 'ESRCH')) throw err;
  }
}
