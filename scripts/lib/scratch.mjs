// This machine in namespaces of its own: what a program writes below the system's folders, and every process it starts, goes with it. So
// several minions on one machine each install packages and run services as if it were theirs. They share the network.
import { spawnSync } from 'node:child_process';

const LAYERED = ['/etc', '/usr', '/var', '/srv'];
const MEMORY = 'size=2g';

/** The first process reaps what services leave, which Node would not, and ends with the program. */
const SCRIPT = `
set -e
layers=$1
shift
mkdir -p "$layers"
mount -t tmpfs -o ${MEMORY} none "$layers"
for top in ${LAYERED.join(' ')}; do
  mkdir -p "$layers$top/upper" "$layers$top/work"
  mount -t overlay overlay -o "lowerdir=$top,upperdir=$layers$top/upper,workdir=$layers$top/work" "$top"
done
mount -t tmpfs none /run
mkdir -p /run/lock
set +e
"$@" &
program=$!
while kill -0 $program 2>/dev/null; do wait $program; done
`;

/** Words to put before a program. `folder` is made: the mount point of the layers, seen from inside only. */
export const scratchPrefix = (folder) => ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', SCRIPT, 'sh', folder];

/** Why there can be no such machine here, or undefined. */
export function scratchObstacle(folder) {
  if (process.getuid?.() !== 0) return 'it installs packages and needs root';
  const [program, ...words] = scratchPrefix(folder);
  const done = spawnSync(program, [...words, 'true'], { encoding: 'utf8' });
  return done.status === 0 ? undefined : `namespaces of its own cannot be made: ${done.error?.message ?? done.stderr.trim()}`;
}
