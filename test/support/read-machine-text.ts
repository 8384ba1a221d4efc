/** Reads a text of `machine-texts.data.ts` with the reader of its kind. */
import { cpuGrains } from '../../src/plugins/grains/core/cpu.js';
import { isClean } from '../../src/plugins/grains/core/firmware-words.js';
import { gpusOf } from '../../src/plugins/grains/core/gpu.js';
import { deviceTreeFacts } from '../../src/plugins/grains/core/hardware.js';
import { interfaceGrains, parseIpAddr } from '../../src/plugins/grains/core/interfaces.js';
import { kernelParams } from '../../src/plugins/grains/core/kernel-params.js';
import { memoryGrains } from '../../src/plugins/grains/core/memory.js';
import { parseResolvConf } from '../../src/plugins/grains/core/resolver.js';
import type { TextCase, TextKind } from './machine-texts.data.js';

const READERS: Readonly<Record<TextKind, (text: string) => unknown>> = {
  interfaces: (text) => interfaceGrains(parseIpAddr(text)),
  resolver: parseResolvConf,
  cpu: cpuGrains,
  memory: memoryGrains,
  gpus: (text) => ({ num_gpus: gpusOf(text).length, gpus: gpusOf(text) }),
  kernelparams: kernelParams,
  devicetree: (text) => deviceTreeFacts(text, ''),
  firmware: (text) => isClean(text.split(' ')[0] ?? '', text.split(' ').slice(1).join(' ')),
};

export const readMachineText = ({ kind, text }: TextCase): unknown => READERS[kind](text);
