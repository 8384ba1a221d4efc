/** `pkg` and `lowpkg` of the SUSE family with real zypper and rpm in a root of their own. */
import { packageContract } from '../../contract/pkg.js';
import { zypperObstacle, zypperWorld } from '../../support/packages/zypper-world.js';

const skip = zypperObstacle();

packageContract({
  name: 'zypperpkg', skip, open: zypperWorld, versions: ['1.0-1', '1.10-1'], choosesVersion: true, removesPatterns: false,
  unknown: /Zypper command failure: Package 'made-none' not found\./, unknownVersion: /Package 'made-one>999' not found/, notInstalled: {}, forFiles: { skip_verify: true },
});
