/** Grain `opts`: the whole configuration, when the option `grain_opts` (or the pillar of that name) asks for it. */
import { defineGrains } from '../../kernel/contract/plugin.js';
import { isTruthy } from '../../kernel/std/value.js';

export default defineGrains({
  name: 'opts',
  grains: (ctx) => (isTruthy(ctx.opts['grain_opts']) || isTruthy(ctx.pillar['grain_opts']) ? { opts: ctx.opts } : {}),
});
