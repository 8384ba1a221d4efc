/** Grain `salt_resources`: what the configuration lists under `resources`. */
import { defineGrains } from '../../kernel/contract/plugin.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

export default defineGrains({
  name: 'resources',
  grains(ctx): PlainMap {
    const resources: Value = ctx.opts['resources'] ?? null;
    return isTruthy(resources) ? { salt_resources: resources } : {};
  },
});
