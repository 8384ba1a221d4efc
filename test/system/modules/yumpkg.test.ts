/** `pkg` and `lowpkg` of the RedHat family with real dnf 4 and rpm in a root of their own. */
import { packageContract } from '../../contract/pkg.js';
import { dnfObstacle, dnfWorld } from '../../support/packages/dnf-world.js';

packageContract({
  name: 'yumpkg', skip: dnfObstacle(), open: dnfWorld, versions: ['1.0-1', '1.10-1'], choosesVersion: true, removesPatterns: true,
  unknown: /No match for argument: made-none/, unknownVersion: /No version matching 'made-one>999' could be found \(available: 1\.10-1, 1\.0-1\)/, notInstalled: '',
});
